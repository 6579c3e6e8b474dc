namespace Imagen4.Emulator.Images;

/// <summary>SplitMix64: a few good random numbers from one identity, the same for ever.</summary>
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
