using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Faults;

/// <summary>Stands around every operation and lets go wrong what a rule says.</summary>
internal sealed class FaultInjector(FaultTable table, TimeProvider time)
{
    /// <summary>Performs the operation; or spoils the call, before or afterwards.</summary>
    public async Task<IResult> AroundAsync(FaultCall call)
    {
        var prompt = table.AsksForPrompt(call) ? await call.PromptOf() : null;
        if (table.Take(call, prompt) is not { } effect)
        {
            return await call.Perform(call);
        }

        var kind = FaultKinds.Of(effect);
        var own = kind.Performs(effect) ? await call.Perform(call) : null;
        if (!kind.Unread)
        {
            // To its end: a connection that is closed over unread bytes is reset, whatever the rule says.
            await call.Context.Request.Body.CopyToAsync(Stream.Null, call.Context.RequestAborted);
        }

        call.Context.Features.Get<RequestRecord>()?.Fault = effect.Kind;
        var answer = own is null || kind.Replaces || effect.HasAnswer() ? kind.Canned(effect, call, time) : own;
        return kind.Deliver(effect, answer, time);
    }

    /// <summary>The same for an operation that is about no job.</summary>
    public Task<IResult> AroundAsync(string operation, HttpContext context, Func<IResult> perform) =>
        AroundAsync(new FaultCall(operation, context) { Perform = _ => Task.FromResult(perform()) });
}

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
