using Imagen4.Core.Input;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Ledger;

/// <summary>
/// What the ledger knows of one submission of a row. Of one that is damaged nothing is certain but that there is it: it is in doubt.
/// </summary>
/// <param name="Stored">As it is kept.</param>
/// <param name="Ledger">Where it is kept, as a user would name it.</param>
internal sealed record LedgerRequest(StoredRequest Stored, string Ledger)
{
    private readonly Lazy<ImageInput?> _input = new(() => LedgerJson.Read(Stored.Input, ImageInputJson.Plain.ImageInput));
    private readonly Lazy<LedgerSettings?> _settings = new(() => LedgerJson.Read(Stored.Settings, LedgerJson.Plain.LedgerSettings));
    private readonly Lazy<LedgerResult?> _delivery = new(() => LedgerJson.Read(Stored.Progress.Delivery, LedgerJson.Plain.LedgerResult)?.Whole());

    /// <summary>The ledger's own id.</summary>
    public string LedgerId => Stored.LedgerId;

    /// <summary>How far it has come.</summary>
    public RequestState Step => IsDamaged ? RequestState.InDoubt : Stored.Progress.State;

    /// <summary>Whether its checksum is wrong.</summary>
    public bool IsDamaged => Stored.IsDamaged;

    /// <summary>The number of the attempt, from 1.</summary>
    public int Attempt => Stored.Progress.Attempt;

    /// <summary>When it came to its state, in milliseconds since 1970, UTC.</summary>
    public long Time => Stored.Progress.Updated;

    /// <summary>When its row was claimed for it.</summary>
    public long Started => Stored.Started;

    /// <summary>When the host accepted it.</summary>
    public long? Accepted => Stored.Progress.Accepted;

    /// <summary>The process that works on it; null where no process does.</summary>
    public long? Owner => IsDamaged || HasEnded ? null : Stored.Progress.Owner;

    /// <summary>Names the row; null where every run of it is a new request.</summary>
    public string? Row => Stored.Row;

    /// <summary>Names the row whatever its directory.</summary>
    public string? Subject => Stored.Subject;

    /// <summary>Names what was sent.</summary>
    public string? InputHash => Stored.InputHash;

    /// <summary>The output directory; null when only submitting.</summary>
    public string? Directory => Stored.Directory;

    /// <summary>The number of the row within its pipeline, from 1.</summary>
    public int Index => Stored.Index;

    /// <summary>The provider's name when it was claimed.</summary>
    public string Provider => Stored.Provider;

    /// <summary>The endpoint id.</summary>
    public string Model => Stored.Model;

    /// <summary>The caller's own key for the row.</summary>
    public string? Key => Stored.Key;

    /// <summary>The base address it went to, in its normal form.</summary>
    public string BaseAddress => Stored.BaseUri;

    /// <summary>What was sent, as far as it is kept; null where that cannot be read.</summary>
    public ImageInput? Input => _input.Value;

    /// <summary>Whether the ledger kept no prompts when it was claimed: its input is not whole.</summary>
    public bool IsWithoutPrompt => Input is { Prompt: null };

    /// <summary>How it is queued and kept.</summary>
    public LedgerSettings? Settings => _settings.Value;

    /// <summary>The host's id of it, once there is one.</summary>
    public string? RequestId => Stored.Progress.RequestId;

    /// <summary>The seed that the host says it used; null where it has not said one here.</summary>
    public long? Seed => Stored.Progress.Seed;

    /// <summary>What the host made of it, once its images are on disk; before that, what it cost.</summary>
    public LedgerResult? Delivery => _delivery.Value;

    /// <summary>Why it has not come to a good end.</summary>
    public string? Error => Stored.Progress.Error;

    /// <summary>What kind of error it is.</summary>
    public string? ErrorType => Stored.Progress.ErrorType;

    /// <summary>The kind of error by which the host refused this very input; null where it is not that which was refused.</summary>
    public string? Refusal => Stored.Progress.Refusal;

    /// <summary>Whether nothing more will happen to it.</summary>
    public bool HasEnded => StateTransitions.IsEnd(Step);
}
