namespace Imagen4.Core.Providers;

/// <summary>
/// The emulator that another session has started, as this process inherits it: jobs and scripts of that session go to it too,
/// and not to a host that costs money.
/// </summary>
internal static class InheritedEmulator
{
    /// <summary>The variable with its address.</summary>
    public const string Variable = "IMAGEN4_EMULATOR";

    private static string? _given;
    private static string? _before;

    /// <summary>Whether one is inherited; it may have ended since.</summary>
    public static bool Exists => !string.IsNullOrEmpty(Value);

    /// <summary>Where it listens; null where there is none, and for a text that is not an address on this machine.</summary>
    public static Uri? Address =>
        Uri.TryCreate(Value, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp && address.IsLoopback
            ? address
            : null;

    private static string? Value => Environment.GetEnvironmentVariable(Variable);

    /// <summary>Lets the processes that this one starts inherit its emulator.</summary>
    public static void Give(Uri address)
    {
        // After an emulator that died, what stands there is its own.
        _before = Value == _given ? _before : Value;
        _given = address.AbsoluteUri;
        Environment.SetEnvironmentVariable(Variable, _given);
    }

    /// <summary>Undoes it: what this process inherited applies again. A value that others have set stays.</summary>
    public static void TakeBack()
    {
        if (_given is not null && Value == _given)
        {
            Environment.SetEnvironmentVariable(Variable, _before);
        }

        _given = _before = null;
    }
}
