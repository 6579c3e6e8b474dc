namespace Imagen4.Emulator.Faults;

/// <summary>Where in an answer's JSON a text is spoilt.</summary>
internal static class TextPlace
{
    /// <summary>At the end of every text.</summary>
    public const string Value = "value";

    /// <summary>In a member that nobody asked for.</summary>
    public const string Member = "member";

    /// <summary>In the name of such a member.</summary>
    public const string Name = "name";

    /// <summary>In the host of every address.</summary>
    public const string Address = "address";

    public static IReadOnlyList<string> All { get; } = [Value, Member, Name, Address];
}
