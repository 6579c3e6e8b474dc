using System.Globalization;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>What a user should know when a batch has ended, beside its objects and errors.</summary>
internal static class BatchReport
{
    private const int MostTroubles = 5;
    private const int MostIds = 10;

    /// <summary>What is said at the end of a batch.</summary>
    public static IEnumerable<string> Warnings(RowBatch batch)
    {
        foreach (var ((provider, model), count) in batch.Counts.NotSentOfModels)
        {
            yield return CommandMessages.RowsOfModelNotSent.With(model, provider, count);
        }

        if (batch.Counts.Continued > 0)
        {
            yield return CommandMessages.RowsContinued.With(batch.Counts.Continued, batch.LedgerPath);
        }

        if (batch.Counts.InDoubt > 0)
        {
            yield return CommandMessages.RowsInDoubt.With(batch.Counts.InDoubt);
        }

        foreach (var warning in batch.Counts.LedgerWarnings)
        {
            yield return warning;
        }
    }

    /// <summary>What is said of cancels that went wrong: each reason once.</summary>
    public static IEnumerable<string> CancelTroubles(RowBatch batch) => batch.Open.Troubles
        .Select(error => PlainText.Line(error.Message))
        .Distinct(StringComparer.Ordinal)
        .Take(MostTroubles)
        .Select(said => CommandMessages.StoppedNotCancelled.With(said));

    /// <summary>What is said when the command was stopped; null where nothing goes on.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="cancelled">How many requests were cancelled with it.</param>
    /// <param name="ended">What has become of the rows that had ended; null where none had, or it was not the user who stopped it.</param>
    /// <param name="saving">The parameters that say where images go and what they are called, as they are written.</param>
    public static string? BrokenOff(RowBatch batch, int cancelled, string? ended, string saving)
    {
        var said = new List<string>();
        if (ended is not null)
        {
            said.Add(CommandMessages.StoppedSoFar.With(ended));
        }

        if (cancelled > 0)
        {
            said.Add(CommandMessages.StoppedCancelled.With(cancelled));
        }

        if (batch.Counts.InDoubt > 0)
        {
            said.Add(CommandMessages.RowsInDoubt.With(batch.Counts.InDoubt));
        }

        said.AddRange(batch.Counts.LedgerWarnings);

        // At the end: it is a command to copy.
        if (batch.Open.LedgerIds is { Count: > 0 } open)
        {
            var way = batch.Open.AreContinued ? CommandMessages.StoppedSameCommand : CommandMessages.StoppedOtherCommand;
            said.Add(CommandMessages.StoppedOpen.With(open.Count, way, Find(open), saving));
        }

        return said.Count == 0 ? null : string.Join(' ', said);
    }

    // The command that finds these requests and no others. A list of ids finds the same at any time; a long one nobody wants to see.
    private static string Find(IReadOnlyCollection<string> ledgerIds) => ledgerIds.Count > MostIds
        && AfterStop.Ask(stopping => ModuleSession.Client.Requests.OpenSinceAsync(ledgerIds, stopping)) is { } since
        ? $"Get-ImagenRequest -Unfinished -Since {since.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)}"
        : $"Get-ImagenRequest -LedgerId {string.Join(", ", ledgerIds.Select(id => $"'{id}'"))}";
}
