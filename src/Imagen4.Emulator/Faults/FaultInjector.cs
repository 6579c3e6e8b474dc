namespace Imagen4.Emulator.Faults;

/// <summary>Stands around every operation and lets go wrong what a rule says.</summary>
internal sealed class FaultInjector(FaultTable table, TimeProvider time)
{
    /// <summary>Performs the operation; or spoils the call, before or afterwards.</summary>
    /// <param name="operation">One of <see cref="FaultTarget.All"/>.</param>
    /// <param name="context">The call. Its body is not read yet.</param>
    /// <param name="promptOf">Finds the prompt, for rules that look for text in it; this may read the body.</param>
    /// <param name="perform">The operation, with all its effects.</param>
    public async Task<IResult> AroundAsync(
        string operation, HttpContext context, Func<Task<string?>> promptOf, Func<Task<IResult>> perform)
    {
        var path = $"{context.Request.Path}{context.Request.QueryString}";
        var prompt = table.AsksForPrompt(operation, path) ? await promptOf() : null;
        if (table.Take(operation, path, prompt) is not { } effect)
        {
            return await perform();
        }

        var kind = FaultKinds.Of(effect);
        var own = kind.Performs(effect) ? await perform() : null;
        if (!kind.Unread)
        {
            // To its end: a connection that is closed over unread bytes is reset, whatever the rule says.
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        }

        var answer = own is null || kind.Replaces || effect.HasAnswer() ? kind.Canned(effect, time) : own;
        return kind.Deliver(effect, answer, time);
    }

    /// <summary>The same for an operation that is about no job.</summary>
    public Task<IResult> AroundAsync(string operation, HttpContext context, Func<IResult> perform) =>
        AroundAsync(operation, context, () => Task.FromResult<string?>(null), () => Task.FromResult(perform()));
}
