namespace Imagen4.Emulator.Images.Scenes;

/// <summary>Peaks with a rim of light along the farthest, above a dark valley.</summary>
internal static class Mountains
{
    public static void Paint(Canvas canvas, SceneRandom random)
    {
        canvas.Sky(canvas.Height * 0.75);
        Sun.Paint(canvas, random, lowest: 0.35);
        for (var layer = 0; layer < Ink.LandLayers - 1; layer++)
        {
            var ridge = Ridge.Jagged(canvas, random, level: 0.48 + (0.15 * layer), swing: 0.2 - (0.04 * layer));
            if (layer == 0)
            {
                canvas.Below(ridge, Ink.Light);
                ridge = [.. ridge.Select(y => (short)(y + (canvas.Height * 0.012)))];
            }

            canvas.Below(ridge, Ink.Land(layer));
        }

        canvas.Below(Ridge.Rolling(canvas, random, level: 0.88, swing: 0.05), Ink.Land(Ink.LandLayers - 1));
    }
}
