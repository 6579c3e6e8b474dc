namespace Imagen4.Emulator.Images.Scenes;

/// <summary>Rows of houses with lit windows in the nearest.</summary>
internal static class City
{
    public static void Paint(Canvas canvas, SceneRandom random)
    {
        canvas.Sky(canvas.Height);
        Sun.Paint(canvas, random, lowest: 0.4);
        for (var layer = 0; layer < Ink.LandLayers; layer++)
        {
            var nearest = layer == Ink.LandLayers - 1;
            for (var x = -canvas.Unit * random.Between(0, 0.05); x < canvas.Width;)
            {
                var width = canvas.Unit * random.Between(0.05, 0.12);
                var height = canvas.Height * (random.Between(0.3, 0.62) - (0.09 * layer));
                canvas.Rectangle(x, canvas.Height - height, width, height, Ink.Land(layer));
                if (nearest)
                {
                    LightWindows(canvas, random, x, canvas.Height - height, width);
                }

                x += width + (nearest ? canvas.Unit * random.Between(0, 0.03) : 0);
            }
        }
    }

    private static void LightWindows(Canvas canvas, SceneRandom random, double left, double top, double width)
    {
        var pane = canvas.Unit * 0.008;
        for (var y = top + (2 * pane); y < canvas.Height; y += 3 * pane)
        {
            for (var x = left + (1.5 * pane); x < left + width - (2 * pane); x += 2.5 * pane)
            {
                if (random.Next() < 0.35)
                {
                    canvas.Rectangle(x, y, pane, 1.4 * pane, Ink.Light);
                }
            }
        }
    }
}
