namespace Imagen4.Core.Ledger;

/// <summary>The rules by which a batch continues an earlier one.</summary>
internal static class RowRules
{
    /// <summary>Whether a row that is known is submitted again: the host refused it, failed or cancelled it, or never got it.</summary>
    public static bool IsSubmittedAgain(LedgerRequest known) => known.Step is LedgerStep.NotSent or LedgerStep.Throttled or LedgerStep.NotSubmitted
        or LedgerStep.Rejected or LedgerStep.Failed or LedgerStep.Cancelled;

    /// <summary>Whether a process ended with the POST on its way, or what it wrote is lost: nobody knows what has become of it.</summary>
    public static bool IsLost(LedgerRequest known) => known.Step is LedgerStep.Intent or LedgerStep.Held or LedgerStep.Left;

    /// <summary>Whether no attempt that is known of reached the host.</summary>
    public static bool WasNeverSent(LedgerRequest known) => known.Step is LedgerStep.NotSent or LedgerStep.Throttled;

    /// <summary>Whether there is nothing more to be done for a row.</summary>
    /// <param name="known">What is known of it; nobody works on it.</param>
    /// <param name="submitsOnly">Whether it is done once the host has it.</param>
    /// <param name="refused">What had failed before this batch began. Any other failure is this run's own, whichever process met it.</param>
    public static bool IsDone(LedgerRequest known, bool submitsOnly, IReadOnlySet<string> refused) => known.Step switch
    {
        LedgerStep.InDoubt => true,
        LedgerStep.Accepted or LedgerStep.Expired or LedgerStep.StatusCompleted or LedgerStep.Completed => submitsOnly,
        LedgerStep.Delivered => submitsOnly || HasFiles(known),
        LedgerStep.Rejected or LedgerStep.Failed or LedgerStep.Cancelled => !refused.Contains(known.LedgerId),
        _ => false,
    };

    /// <summary>Whether every file of a delivered request is there, changed or not.</summary>
    public static bool HasFiles(LedgerRequest known) =>
        known.Delivery is { Images.Count: > 0 } result && result.Images.All(image => File.Exists(image.Path));

    /// <summary>Makes sure that a key means the same as before.</summary>
    /// <exception cref="InvalidInputException">The key is known with other input, and what it stands for was not refused and has not failed.</exception>
    public static void Demand(RowIdentity row, LedgerRequest known)
    {
        if (known.InputHash is { } before && before != row.InputHash && !IsSubmittedAgain(known))
        {
            throw new InvalidInputException(Messages.KeyKnownOtherwise.With(PlainText.Brief(known.Key ?? "")));
        }
    }
}
