using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

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

/// <summary>What the 16 colours of a scene are for.</summary>
internal static class Ink
{
    public const int SkyBands = 8;
    public const int LandLayers = 4;

    public const byte Halo = 12;
    public const byte Sun = 13;
    public const byte Light = 14;
    public const byte Dark = 15;

    /// <param name="band">From 0, the top, to 7, the horizon.</param>
    public static byte Sky(int band) => (byte)band;

    /// <param name="layer">From 0, the farthest, to 3, the nearest.</param>
    public static byte Land(int layer) => (byte)(SkyBands + layer);
}

/// <summary>SplitMix64: a few good random numbers from one identity, the same forever.</summary>
internal sealed class SceneRandom(ulong identity)
{
    private ulong _state = identity;

    /// <summary>From 0 up to, not including, 1.</summary>
    public double Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    public double Between(double low, double high) => low + (Next() * (high - low));

    /// <summary>From 0 up to, not including, the count.</summary>
    public int Pick(int count) => (int)(Next() * count);
}

/// <summary>A hash that is the same in every process and on every machine, unlike <see cref="object.GetHashCode"/>.</summary>
internal static class StableHash
{
    public static ulong Of(string text) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
