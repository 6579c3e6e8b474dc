namespace Imagen4.Emulator.Queue;

/// <summary>The hosts that the emulator plays. A job is known only to the one it was sent to.</summary>
internal static class HostName
{
    public const string Fal = "fal";
    public const string FalSync = "fal-sync";
    public const string Chainhub = "chainhub";
    public const string Kkiai = "kkiai";
    public const string AimlApi = "aimlapi";

    public static IReadOnlyList<string> All { get; } = [Fal, FalSync, Chainhub, Kkiai, AimlApi];
}
