using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Completion;

/// <summary>
/// Completes ids and keys of the newest requests of the ledger that the command can do something with. A ledger that cannot be read at
/// once completes nothing.
/// </summary>
public sealed class RequestCompleter : IArgumentCompleter
{
    private const int Most = 100;

    private static readonly string[] Running = [ImagenStates.Pending, ImagenStates.InQueue, ImagenStates.InProgress];
    private static readonly string[] Doubtful = [ImagenStates.InDoubt];
    private static readonly string[] Fetchable =
        [ImagenStates.InQueue, ImagenStates.InProgress, ImagenStates.Completed, ImagenStates.Delivered];

    // A user who presses Tab waits for it.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        // A command may be written with its module's name.
        IEnumerable<RequestView> known = commandName[(commandName.LastIndexOf('\\') + 1)..].ToUpperInvariant() switch
        {
            "STOP-IMAGENREQUEST" => Read(stopping => FindAsync(Running, stopping)),
            "RESOLVE-IMAGENREQUEST" => Read(stopping => FindAsync(Doubtful, stopping)),
            "RECEIVE-IMAGENRESULT" => Read(FindNewestAsync).Where(request => Fetchable.Contains(request.State)),
            _ => Read(FindNewestAsync),
        };
        return Choices.Matching(
            known.Select(request => (Value(parameterName, request) ?? "", ToolTip(request))).DistinctBy(choice => choice.Item1),
            wordToComplete);
    }

    private static string? Value(string parameter, RequestView request) => parameter.ToUpperInvariant() switch
    {
        "KEY" => request.Key,
        "LEDGERID" => request.LedgerId,
        _ => request.RequestId,
    };

    private static string ToolTip(RequestView request) => PlainText.Brief(request.Prompt ?? "") is { Length: > 0 } prompt
        ? $"{request.State}: {prompt}"
        : request.State;

    private static Task<IReadOnlyList<RequestView>> FindNewestAsync(CancellationToken stopping) =>
        ModuleSession.Client.Requests.FindNewestAsync(Most, stopping);

    // There are few of them, and they may be older than the newest ones.
    private static async Task<IReadOnlyList<RequestView>> FindAsync(string[] states, CancellationToken stopping)
    {
        var newest = new Queue<RequestView>();
        var all = ModuleSession.Client.Requests.FindAsync(new RequestFilter { States = states }, stopping);
        await foreach (var request in all.ConfigureAwait(false))
        {
            newest.Enqueue(request);
            if (newest.Count > Most)
            {
                _ = newest.Dequeue();
            }
        }

        return [.. newest.Reverse()];
    }

    private static IReadOnlyList<RequestView> Read(Func<CancellationToken, Task<IReadOnlyList<RequestView>>> read)
    {
        IReadOnlyList<RequestView> found = [];
        var trouble = WorkPump.RunAfterwards(
            async stopping => Volatile.Write(ref found, await read(stopping).ConfigureAwait(false)), Longest);
        return trouble is null ? Volatile.Read(ref found) : [];
    }
}
