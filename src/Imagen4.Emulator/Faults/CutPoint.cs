namespace Imagen4.Emulator.Faults;

/// <summary>How far an answer gets.</summary>
internal static class CutPoint
{
    /// <summary>Not a byte of it.</summary>
    public const string Before = "before";

    /// <summary>Its status and headers.</summary>
    public const string Headers = "headers";

    /// <summary>Those and half of its body.</summary>
    public const string Middle = "middle";

    /// <summary>All of it.</summary>
    public const string After = "after";

    public static IReadOnlyList<string> All { get; } = [Before, Headers, Middle, After];
}
