namespace Imagen4.Emulator.Images.Scenes;

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
