namespace Imagen4.Emulator.Images;

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
