namespace Imagen4.Emulator.Images.Scenes;

/// <summary>Paints the picture that belongs to an identity: one of a few subjects, in colours of its own.</summary>
internal static class Scene
{
    private static readonly Action<Canvas, SceneRandom>[] Subjects = [Hills.Paint, Mountains.Paint, Sea.Paint, City.Paint, Tiles.Paint];

    public static PaletteImage Paint(ulong identity, ImageSize size)
    {
        var random = new SceneRandom(identity);
        var subject = Subjects[random.Pick(Subjects.Length)];
        var image = new PaletteImage(size, ScenePalette.Create(random));
        subject(new Canvas(image), random);
        return image;
    }
}

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

/// <summary>A quilt of discs and quarter rounds, each tile in two or three of the colours.</summary>
internal static class Tiles
{
    private static readonly byte[] Grounds = [Ink.Sky(1), Ink.Sky(4), Ink.Sky(7), Ink.Land(0), Ink.Land(2), Ink.Dark];
    private static readonly byte[] Figures = [Ink.Sun, Ink.Halo, Ink.Light, Ink.Land(1), Ink.Land(3), Ink.Sky(2)];

    public static void Paint(Canvas canvas, SceneRandom random)
    {
        var side = canvas.Unit / (3 + random.Pick(3));
        for (var top = 0.0; top < canvas.Height; top += side)
        {
            for (var left = 0.0; left < canvas.Width; left += side)
            {
                PaintTile(canvas, random, left, top, side);
            }
        }
    }

    private static void PaintTile(Canvas canvas, SceneRandom random, double left, double top, double side)
    {
        canvas.Rectangle(left, top, side, side, Grounds[random.Pick(Grounds.Length)]);
        var (outer, inner) = (Figures[random.Pick(Figures.Length)], Grounds[random.Pick(Grounds.Length)]);
        var (x, y) = (left + (side / 2), top + (side / 2));
        switch (random.Pick(4))
        {
            case 0:
                canvas.Circle(x, y, side * 0.42, outer);
                canvas.Circle(x, y, side * 0.2, inner);
                break;
            case 1:
                canvas.Rectangle(left, top, side / 2, side, outer);
                canvas.Circle(x, y, side * 0.3, inner);
                break;
            case 2:
                canvas.Rectangle(left, top + (side / 3), side, side / 3, outer);
                break;
            default:
                canvas.Circle(x, y, side * 0.5, outer);
                canvas.Rectangle(left, y, side, side / 2, inner);
                break;
        }
    }
}
