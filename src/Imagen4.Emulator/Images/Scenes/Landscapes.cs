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
