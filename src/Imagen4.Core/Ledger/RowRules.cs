using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>The rules by which a batch continues an earlier one.</summary>
internal static class RowRules
{
    /// <summary>
    /// Whether a request has ended without success: the host refused it, failed or cancelled it, or never got it. No process works on it.
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
    /// <param name="isNews">Whether it came to its end only now: then that is this run's own, whichever process met it.</param>
    public static bool IsDone(LedgerRequest known, RowIdentity row, bool submitsOnly, bool isNews) => known.Step switch
    {
        RequestState.InDoubt => true,
        RequestState.Accepted or RequestState.Started or RequestState.Expired or RequestState.StatusCompleted or RequestState.Completed =>
            submitsOnly,
        RequestState.Delivered => submitsOnly || (HasFiles(known) && IsDeliveredTo(known, row.Directory)),
        RequestState.Rejected or RequestState.Failed or RequestState.Cancelled => isNews || !IsSubmittedAgain(known, row),
        _ => false,
    };

    /// <summary>Whether every file of a delivered request is there, changed or not.</summary>
    public static bool HasFiles(LedgerRequest known) =>
        known.Delivery is { Images.Count: > 0 } result && result.Images.All(image => SavedFile.Exists(image.Path));

    /// <summary>Where the images of a request are to be, or are where it was only submitted; null for neither.</summary>
    public static string? DirectoryOf(LedgerRequest known) =>
        known.Directory
            ?? Path.GetDirectoryName(known.Delivery?.Images.Select(image => image.Path).FirstOrDefault(path => path is not null));

    /// <summary>
    /// The request that a row has from a run that only submitted it, unless its images are in another directory by now: the row goes on
    /// with it.
    /// </summary>
    /// <param name="alike">The requests of the same subject, newest first; others are passed over.</param>
    /// <param name="row">The row.</param>
    public static LedgerRequest? OnlySubmitted(IEnumerable<LedgerRequest> alike, RowIdentity row) =>
        alike.FirstOrDefault(known => known.Subject == row.Subject && known.Directory is null) is { } known
            && row.Directory is not null && !EndedBadly(known) && IsSameInput(known, row.InputHash)
            && (DirectoryOf(known) is null || IsDeliveredTo(known, row.Directory))
                ? known
                : null;

    /// <summary>Whether an image was saved to a folder, or within it; to any, where there is none.</summary>
    /// <param name="image">The image.</param>
    /// <param name="directory">The folder, with its links resolved; or null.</param>
    public static bool IsIn(ImagenImage image, string? directory) => directory is null
        || (Path.GetDirectoryName(image.Path) is { Length: > 0 } folder
            && (RealPath.IsWithin(folder, directory) || RealPath.IsWithin(RealPath.Of(folder), directory)));

    /// <summary>Makes sure that a key means the same as before.</summary>
    /// <exception cref="InvalidInputException">The key is known with other input, and what it stands for was not refused and has not
    /// failed.</exception>
    public static void RequireSameInput(string inputHash, LedgerRequest known, string? key = null)
    {
        if (!EndedBadly(known) && !IsSameInput(known, inputHash))
        {
            throw new InvalidInputException(Messages.KeyKnownOtherwise.With(PlainText.Brief(known.Key ?? key ?? "")));
        }
    }

    private static bool IsDeliveredTo(LedgerRequest known, string? directory) =>
        known.Delivery!.Images.All(image => IsIn(image, directory));
}
