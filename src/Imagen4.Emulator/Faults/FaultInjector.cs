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
