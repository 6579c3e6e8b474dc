using System.Globalization;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>The rules by which a batch continues an earlier one.</summary>
internal static class RowRules
{
    /// <summary>
    /// Whether a request has come to nothing so far: the host refused it, failed or cancelled it, or has not got it. A process may still work
    /// on one that the host has not got.
    /// </summary>
    public static bool EndedBadly(LedgerRequest known) => known.Step is RequestState.Claimed or RequestState.NotSent
        or RequestState.Throttled or RequestState.NotSubmitted or RequestState.Rejected or RequestState.Failed or RequestState.Cancelled;

    /// <summary>Whether a row that is known is submitted again: it has come to no good end, and what is sent was not the reason.</summary>
    public static bool IsSubmittedAgain(LedgerRequest known, RowIdentity row) =>
        EndedBadly(known) && (known.Refusal is null || !IsSameInput(known, row.InputHash));

    /// <summary>Whether what was sent for a request is what a row sends.</summary>
    public static bool IsSameInput(LedgerRequest known, string inputHash) =>
        known.InputHash == inputHash
        || (known is { Model: { } model, Input: { } sent } && RowIdentity.Hash(model, sent) == inputHash)

        // What was sent is lost: nothing says that it was something else.
        || known.IsDamaged;

    /// <summary>Whether a process ended with the POST on its way: its outcome is unknown.</summary>
    public static bool IsLost(LedgerRequest known) => known.Step == RequestState.Intent;

    /// <summary>Whether there is nothing more to be done for a row.</summary>
    /// <param name="known">What is known of it; no process works on it.</param>
    /// <param name="row">The row.</param>
    /// <param name="submitsOnly">Whether it is done once the host has it.</param>
    /// <param name="hasFiles">Whether its images are where the row's are to be.</param>
    /// <param name="isNews">Whether it came to its end only now: then that is this run's own, whichever process met it.</param>
    public static bool IsDone(LedgerRequest known, RowIdentity row, bool submitsOnly, bool hasFiles, bool isNews) => known.Step switch
    {
        RequestState.InDoubt => true,
        RequestState.Accepted or RequestState.Started or RequestState.Expired or RequestState.StatusCompleted or RequestState.Completed =>
            submitsOnly,
        RequestState.Delivered => submitsOnly || hasFiles,
        RequestState.Rejected or RequestState.Failed or RequestState.Cancelled => isNews || !IsSubmittedAgain(known, row),
        _ => false,
    };

    /// <summary>Whether an image was saved to a folder, or within it; to any, where there is none.</summary>
    /// <param name="image">The image.</param>
    /// <param name="directory">The folder, with its links resolved; or null.</param>
    public static bool IsIn(ImagenImage image, string? directory) => directory is null
        || (Path.GetDirectoryName(image.Path) is { Length: > 0 } folder
            && (RealPath.IsWithin(folder, directory) || RealPath.IsWithin(RealPath.Of(folder), directory)));

    /// <summary>Makes sure that a key means the same as before.</summary>
    /// <param name="inputHash">Names what the row sends.</param>
    /// <param name="known">What is known of the row.</param>
    /// <param name="input">What the row sends, to name what differs; null to name the earlier prompt.</param>
    /// <exception cref="InvalidInputException">The key is known with other input, and what it stands for was not refused and has not
    /// failed.</exception>
    public static void RequireSameInput(string inputHash, LedgerRequest known, ImageInput? input = null)
    {
        if (!EndedBadly(known) && !IsSameInput(known, inputHash))
        {
            var sent = input is not null && known.Input is { } earlier && earlier.Prompt == input.Prompt
                ? Differences(earlier, input)
                : Messages.KeyKnownPrompt.With(PlainText.Brief(known.IsWithoutPrompt ? Messages.PromptNotKept : known.Input?.Prompt ?? "?"));
            throw new InvalidInputException(Messages.KeyKnownOtherwise.With(
                PlainText.Brief(known.Key ?? ""), sent.Length > 0 ? sent : Messages.KeyKnownModel.With(known.Model)));
        }
    }

    // Of the parameters alone: an additional input may hold anything, a secret too.
    private static string Differences(ImageInput earlier, ImageInput input) => string.Join(", ", InputField.All
        .Where(field => !Equals(earlier[field], input[field]))
        .Select(field => Messages.KeyKnownValue.With(field.Name, Value(earlier[field]), Value(input[field]))));

    private static string Value(object? value) => value is null
        ? Messages.KeyKnownNothing
        : PlainText.Brief(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
}
