namespace Imagen4.Emulator.Generation;

/// <summary>Why a job has no result.</summary>
internal sealed record Failure(int Status, string Type, string Message)
{
    public FailureForm Form { get; init; } = FailureForm.Infrastructure;

    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>Whether the same request may succeed another time; null when the host does not say.</summary>
    public bool? Retryable { get; init; }

    /// <summary>The client itself had set the limit.</summary>
    public bool AskedFor { get; init; }

    public static Failure NotStartedInTime { get; } = new(504, "request_timeout", "Request timed out") { AskedFor = true };

    public static Failure Cancelled { get; } = new(499, "client_cancelled", "Request was cancelled by the client");

    /// <summary>The model did not take the input.</summary>
    public static Failure Invalid(IReadOnlyList<Problem> problems) =>
        new(422, problems[0].Type, problems[0].Message) { Form = FailureForm.Problems, Problems = problems, Retryable = false };
}
