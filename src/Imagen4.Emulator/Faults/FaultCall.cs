using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Faults;

/// <summary>A call that may go wrong: what it asks for, and how that is done.</summary>
/// <param name="operation">One of <see cref="FaultTarget.All"/>.</param>
/// <param name="context">The call. Its body is not read yet.</param>
internal sealed class FaultCall(string operation, HttpContext context)
{
    public string Operation => operation;

    public HttpContext Context => context;

    public string Path => $"{context.Request.Path}{context.Request.QueryString}";

    /// <summary>One of <see cref="Queue.HostName"/>; null where the call is to none of them, or about no job that is known.</summary>
    public string? Host { get; init; }

    /// <summary>The request that the call is about; of a submission, the one that was accepted.</summary>
    public string? RequestId { get; set; }

    /// <summary>Finds the prompt, for rules that look for text in it; this may read the body.</summary>
    public Func<Task<string?>> PromptOf { get; init; } = () => Task.FromResult<string?>(null);

    /// <summary>The operation, with all its effects.</summary>
    public required Func<FaultCall, Task<IResult>> Perform { get; init; }

    /// <summary>The host's own form of an error, with the marks that it puts on its own.</summary>
    public Func<int, string, JsonAnswer> ErrorForm { get; init; } = FalErrors.Own;
}
