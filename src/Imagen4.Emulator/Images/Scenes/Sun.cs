namespace Imagen4.Emulator.Images.Scenes;

/// <summary>A sun or a moon with its halo.</summary>
internal static class Sun
{
    public static (double X, double Y, double Radius) Paint(Canvas canvas, SceneRandom random, double lowest)
    {
        var x = canvas.Width * random.Between(0.2, 0.8);
        var y = canvas.Height * random.Between(0.15, lowest);
        var radius = canvas.Unit * random.Between(0.06, 0.13);
        canvas.Circle(x, y, radius * 1.35, Ink.Halo);
        canvas.Circle(x, y, radius, Ink.Sun);
        return (x, y, radius);
    }
}
