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
