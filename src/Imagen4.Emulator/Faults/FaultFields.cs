namespace Imagen4.Emulator.Faults;

/// <summary>Which members of an effect mean something to a kind.</summary>
[Flags]
internal enum FaultFields
{
    None = 0,
    At = 1,
    Bytes = 2,
    Delay = 4,

    /// <summary>What to answer, and whether to perform the operation.</summary>
    Answer = 8,

    /// <summary>Where in the answer's JSON.</summary>
    In = 16,
}
