namespace Imagen4.Emulator.Images.Scenes;

/// <summary>Outlines of land: a height for every column, counted from the top.</summary>
internal static class Ridge
{
    /// <summary>Rolling, a sum of waves.</summary>
    public static short[] Rolling(Canvas canvas, SceneRandom random, double level, double swing)
    {
        var (phase1, phase2, phase3) = (random.Between(0, Math.Tau), random.Between(0, Math.Tau), random.Between(0, Math.Tau));
        var waves = random.Between(0.7, 1.6) * Math.Tau;
        return Outline(canvas, x =>
        {
            var angle = waves * x;
            var broad = (0.6 * Math.Sin(angle + phase1)) + (0.3 * Math.Sin((2.3 * angle) + phase2));
            return level + (swing * (broad + (0.1 * Math.Sin((5.1 * angle) + phase3))));
        });
    }

    /// <summary>Straight slopes between peaks and valleys.</summary>
    public static short[] Jagged(Canvas canvas, SceneRandom random, double level, double swing)
    {
        var corners = new double[6 + random.Pick(6)];
        for (var i = 0; i < corners.Length; i++)
        {
            corners[i] = level + (swing * (i % 2 == 0 ? random.Between(0.2, 1) : random.Between(-1, -0.1)));
        }

        return Outline(canvas, x =>
        {
            var along = x * (corners.Length - 1.001);
            var corner = (int)along;
            return corners[corner] + ((corners[corner + 1] - corners[corner]) * (along - corner));
        });
    }

    private static short[] Outline(Canvas canvas, Func<double, double> heightAt)
    {
        var line = new short[canvas.Width];
        for (var x = 0; x < line.Length; x++)
        {
            line[x] = (short)(canvas.Height * heightAt(x / (double)line.Length));
        }

        return line;
    }
}
