using Imagen4.Emulator.Fal;

namespace Imagen4.Emulator.Faults;

/// <summary>The operations that a fault rule can name.</summary>
internal static class FaultTarget
{
    public const string Any = "any";

    /// <summary>Whatever is asked about a request that was submitted.</summary>
    public const string Read = "read";

    public const string Download = "download";
    public const string Pricing = "pricing";
    public const string History = "history";
    public const string Keys = "keys";

    public static IReadOnlyList<string> All { get; } =
        [.. Enum.GetValues<FalOperation>().Select(Of), Download, Pricing, History, Keys, Read, Any];

    /// <summary>Whether a rule for one of them is for an operation.</summary>
    public static bool Covers(string? target, string operation) =>
        target is null or Any || target == operation || (target == Read && operation is "status" or "stream" or "result" or "cancel");

    public static string Of(FalOperation operation) => operation switch
    {
        FalOperation.Submit => "submit",
        FalOperation.Status => "status",
        FalOperation.Stream => "stream",
        FalOperation.Cancel => "cancel",
        _ => "result",
    };
}
