namespace Imagen4.Emulator.Images.Scenes;

/// <summary>Hills behind hills, with a few round trees on the nearest.</summary>
internal static class Hills
{
    public static void Paint(Canvas canvas, SceneRandom random)
    {
        canvas.Sky(canvas.Height * 0.7);
        Sun.Paint(canvas, random, lowest: 0.45);
        for (var layer = 0; layer < Ink.LandLayers; layer++)
        {
            var ridge = Ridge.Rolling(canvas, random, level: 0.5 + (0.13 * layer), swing: 0.09);
            canvas.Below(ridge, Ink.Land(layer));
            if (layer == Ink.LandLayers - 2)
            {
                PlantTrees(canvas, random, ridge);
            }
        }
    }

    private static void PlantTrees(Canvas canvas, SceneRandom random, short[] ridge)
    {
        for (var trees = 3 + random.Pick(6); trees > 0; trees--)
        {
            var x = random.Pick(canvas.Width);
            var size = canvas.Unit * random.Between(0.012, 0.03);
            canvas.Rectangle(x - (size / 8), ridge[x] - (2 * size), size / 4, 2.5 * size, Ink.Dark);
            canvas.Circle(x, ridge[x] - (2.2 * size), size, Ink.Land(Ink.LandLayers - 1));
        }
    }
}
