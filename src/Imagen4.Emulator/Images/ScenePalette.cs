namespace Imagen4.Emulator.Images;

/// <summary>Colours that go together: the sky around one hue, the land around another, the sun against both.</summary>
internal static class ScenePalette
{
    private static readonly double[] LandDistances = [0.08, 0.33, 0.5, -0.12];

    public static Rgb[] Create(SceneRandom random)
    {
        var skyHue = random.Next();
        var landHue = skyHue + LandDistances[random.Pick(LandDistances.Length)];
        var glowHue = skyHue + random.Between(0.06, 0.16);
        var night = random.Next() < 0.3;
        var (top, bottom) = night ? (0.12, 0.42) : (0.55, 0.88);

        var palette = new Rgb[16];
        for (var band = 0; band < Ink.SkyBands; band++)
        {
            var depth = band / (Ink.SkyBands - 1.0);
            palette[Ink.Sky(band)] = Rgb.FromHsl(skyHue + ((glowHue - skyHue) * depth * depth), 0.55, top + ((bottom - top) * depth));
        }

        for (var layer = 0; layer < Ink.LandLayers; layer++)
        {
            var nearness = layer / (Ink.LandLayers - 1.0);
            var (far, fall) = night ? (0.34, 0.24) : (0.58, 0.4);
            palette[Ink.Land(layer)] = Rgb.FromHsl(landHue, 0.3 + (0.2 * nearness), far - (fall * nearness));
        }

        palette[Ink.Halo] = Rgb.FromHsl(glowHue, 0.7, night ? 0.5 : 0.9);
        palette[Ink.Sun] = Rgb.FromHsl(glowHue + 0.03, 0.9, night ? 0.85 : 0.95);
        palette[Ink.Light] = Rgb.FromHsl(glowHue + 0.05, 0.85, 0.8);
        palette[Ink.Dark] = Rgb.FromHsl(landHue, 0.35, 0.09);
        return palette;
    }
}
