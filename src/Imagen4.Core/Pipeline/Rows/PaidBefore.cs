using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>
/// Why a row that was submitted before is new all the same, and is paid for again: that may not be what was meant. Who runs a batch says
/// so before such a row is run.
/// </summary>
/// <param name="Reason">What makes another row of it.</param>
/// <param name="Place">The directory or the provider that it was submitted for, where it is another one now.</param>
public sealed record PaidBefore(PaidBeforeReason Reason, string? Place = null)
{
    /// <summary>What the user should know.</summary>
    /// <param name="rows">How many rows of the batch it holds for, in words.</param>
    /// <param name="cost">What they cost, in words; null to leave that out.</param>
    public string Message(string rows, string? cost = null)
    {
        var said = cost is null ? "" : Messages.PaidAgainCost.With(cost);
        return Reason switch
        {
            PaidBeforeReason.OtherDirectory => Messages.RowsElsewhere.With(Place, rows, said),
            PaidBeforeReason.OtherBatch => Messages.RowsOfOtherBatch.With(Place, rows, said),
            PaidBeforeReason.OtherProvider => Messages.RowsAtOtherProvider.With(Place, rows, said),
            PaidBeforeReason.KeyAdded when Place is not null => Messages.RowsWithoutKeyElsewhere.With(Place, rows, said),
            PaidBeforeReason.KeyAdded => Messages.RowsWithoutKey.With(rows, said),
            PaidBeforeReason.KeyRemoved when Place is not null => Messages.RowsWithKeyElsewhere.With(Place, rows, said),
            PaidBeforeReason.KeyRemoved => Messages.RowsWithKey.With(rows, said),
            _ => Messages.RowsWithOtherKey.With(rows, said),
        };
    }
}

/// <summary>What makes a new row of one that was submitted before.</summary>
public enum PaidBeforeReason
{
    /// <summary>Its images are for another directory now.</summary>
    OtherDirectory,

    /// <summary>It is taken from the ledger, without success so far, and its own batch saves its images in another directory.</summary>
    OtherBatch,

    /// <summary>It is for another provider now.</summary>
    OtherProvider,

    /// <summary>It had no key, and has one now.</summary>
    KeyAdded,

    /// <summary>It had a key, and has none now.</summary>
    KeyRemoved,

    /// <summary>It had another key.</summary>
    KeyChanged,
}
