using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Platform;

/// <summary>The names that the history has for how a request ended.</summary>
internal static class RequestOutcome
{
    private const string Success = "success";
    private const string UserError = "user_error";
    private const string Error = "error";

    public static IReadOnlyList<string> All { get; } = [Success, Error, UserError];

    /// <summary>Null while it has not ended.</summary>
    public static string? Of(JobProgress progress) => progress switch
    {
        { State: not JobState.Completed } => null,
        { Failure: null } => Success,
        { Failure.Status: < 500 } => UserError,
        _ => Error,
    };
}
