using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes ids and keys of the newest requests of the ledger. One that cannot be read at once completes nothing.</summary>
public sealed class RequestCompleter : IArgumentCompleter
{
    private const int Most = 100;

    // A user who presses Tab waits for it.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var known = Newest();
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

    private static IReadOnlyList<RequestView> Newest()
    {
        IReadOnlyList<RequestView> found = [];
        var trouble = WorkPump.RunAfterwards(
            async stopping => Volatile.Write(
                ref found, await ModuleSession.Client.Requests.FindNewestAsync(Most, stopping).ConfigureAwait(false)),
            Longest);
        return trouble is null ? Volatile.Read(ref found) : [];
    }
}
