namespace Imagen4.Emulator.Images.Scenes;

/// <summary>A sun over water, its light broken into stripes, and an island or two.</summary>
internal static class Sea
{
    public static void Paint(Canvas canvas, SceneRandom random)
    {
        var horizon = canvas.Height * random.Between(0.5, 0.62);
        canvas.Sky(horizon);
        var sun = Sun.Paint(canvas, random, lowest: 0.45);
        for (var islands = 1 + random.Pick(2); islands > 0; islands--)
        {
            var x = canvas.Width * random.Next();
            canvas.Circle(x, horizon + (canvas.Unit * 0.1), canvas.Unit * random.Between(0.13, 0.22), Ink.Land(islands));
        }

        var depth = canvas.Height - horizon;
        for (var layer = 0; layer < Ink.LandLayers; layer++)
        {
            canvas.Rectangle(0, horizon + (depth * layer * layer / 16), canvas.Width, depth, Ink.Land(layer));
        }

        for (var stripe = 0.04; stripe < 1; stripe *= 1.28)
        {
            var width = sun.Radius * random.Between(0.6, 1.6) * (1 + stripe);
            canvas.Rectangle(sun.X - width, horizon + (depth * stripe), 2 * width, Math.Max(2, depth * stripe * 0.07), Ink.Light);
        }
    }
}
