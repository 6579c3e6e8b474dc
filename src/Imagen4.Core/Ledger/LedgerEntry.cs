using Imagen4.Core.Input;

namespace Imagen4.Core.Ledger;

/// <summary>What a ledger records at every step of a row.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Model">The endpoint id.</param>
/// <param name="Key">The caller's own key for the row.</param>
/// <param name="Input">What is sent.</param>
internal sealed record LedgerEntry(string Provider, string Model, string? Key, ImageInput Input)
{
    /// <summary>The ledger's own id of the submission; all its attempts share it, and hosts that take labels are sent it.</summary>
    public string LedgerId { get; init; } = NewId();

    /// <summary>How it is queued and kept.</summary>
    public SubmitSettings Settings { get; init; } = SubmitSettings.None;

    /// <summary>The base address it goes to, in its normal form; null where only its provider's name is known.</summary>
    public string? BaseAddress { get; init; }

    /// <summary>What makes it the same row in another run; null where that is not known.</summary>
    public RowIdentity? Row { get; init; }

    /// <summary>The number of the row within its pipeline, from 1.</summary>
    public int Index { get; init; }

    /// <summary>The number of the attempt, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The host's id, once there is one.</summary>
    public string? RequestId { get; init; }

    /// <summary>The seed that the host says it used, once it has said so.</summary>
    public long? Seed { get; init; }

    /// <summary>What the host made of it, once its images are on disk; before that, what it cost.</summary>
    public LedgerResult? Delivery { get; init; }

    /// <summary>Why it has not come to a good end.</summary>
    public string? Error { get; init; }

    /// <summary>What kind of error it is.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The kind of error by which the host refused this very input; null where it is not that which was refused.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether nobody goes on with it in this process after this step.</summary>
    public bool IsLeft { get; init; }

    /// <summary>A new id: sorted by time, like no other.</summary>
    public static string NewId() => Guid.CreateVersion7().ToString("N");
}
