using Imagen4.Core.Rows;

namespace Imagen4.Core.Ledger;

/// <summary>
/// What the ledger knows of one submission: its lines, folded. Folding is a pure function of the set of lines, whatever their order
/// and however often they are read: segments of several processes have no order, and clocks go back.
/// </summary>
internal sealed record LedgerRequest
{
    private Rank _said = Rank.None;
    private Rank _named = Rank.None;
    private Rank _delivered = Rank.None;

    public required string LedgerId { get; init; }

    /// <summary>The step that tells the most. Where it is one that says only who works on the request, the lines before it are lost.</summary>
    public LedgerStep Step { get; set; }

    /// <summary>The attempt of that step.</summary>
    public int Attempt { get; set; }

    /// <summary>When that step was written, in milliseconds since 1970, UTC.</summary>
    public long Time { get; set; }

    /// <summary>When its first line was written.</summary>
    public long Started { get; set; } = long.MaxValue;

    /// <summary>When the host accepted it.</summary>
    public long? Accepted { get; set; }

    /// <summary>The process that works on it, or did last.</summary>
    public string Owner { get; set; } = "";

    /// <summary>The number of the claim that process holds.</summary>
    public int Claim { get; set; } = -1;

    /// <summary>Whether that process has said that it no longer works on it.</summary>
    public bool IsLeft { get; set; }

    public bool IsRemoved { get; set; }

    public string? Row { get; set; }

    public string? Subject { get; set; }

    public string? InputHash { get; set; }

    public string? Directory { get; set; }

    public int Index { get; set; }

    public string? Provider { get; set; }

    public string? Model { get; set; }

    public string? Key { get; set; }

    /// <summary>The base address it went to, in its normal form; null where only its provider's name is known.</summary>
    public string? BaseAddress { get; set; }

    public ImageInput? Input
    {
        get => InputJson?.Value;
        set => InputJson = KeptJson<ImageInput>.Of(value);
    }

    public KeptJson<ImageInput>? InputJson { get; set; }

    public LedgerSettings? Settings
    {
        get => SettingsJson?.Value;
        set => SettingsJson = KeptJson<LedgerSettings>.Of(value);
    }

    public KeptJson<LedgerSettings>? SettingsJson { get; set; }

    public string? RequestId { get; set; }

    /// <summary>The seed that the host says it used; null where it has not said one here.</summary>
    public long? Seed { get; set; }

    public LedgerResult? Delivery
    {
        get => DeliveryJson?.Value;
        set => DeliveryJson = KeptJson<LedgerResult>.Of(value);
    }

    public KeptJson<LedgerResult>? DeliveryJson { get; set; }

    public string? Error { get; set; }

    public string? ErrorType { get; set; }

    /// <summary>The kind of error by which the host refused this very input; null where it is not that which was refused.</summary>
    public string? Refusal { get; set; }

    /// <summary>Whether nothing more will happen to it.</summary>
    public bool HasEnded => Step is LedgerStep.Rejected or LedgerStep.Cancelled or LedgerStep.Failed or LedgerStep.Delivered or LedgerStep.NotSubmitted;

    /// <summary>Adds a line to what is known.</summary>
    public void Take(LedgerLine line)
    {
        Started = Math.Min(Started, line.Started ?? line.Time);
        Accepted = Earlier(Accepted, line.Accepted ?? (line.Step == LedgerStep.Accepted ? line.Time : null));
        IsRemoved |= line.Step == LedgerStep.Removed;
        Index = Math.Max(Index, line.Index);
        Row = Same(Row, line.Row);
        Subject = Same(Subject, line.Subject);
        InputHash = Same(InputHash, line.InputHash);
        Directory = Same(Directory, line.Directory);
        Provider = Same(Provider, line.Provider);
        Model = Same(Model, line.Model);
        Key = Same(Key, line.Key);
        BaseAddress = Same(BaseAddress, line.BaseAddress);
        Seed = Seed is { } seed && line.Seed is { } told ? Math.Max(seed, told) : Seed ?? line.Seed;

        // One process alone writes what is sent, and the same with every attempt.
        InputJson ??= line.InputJson;
        SettingsJson ??= line.SettingsJson;
        TakeOwner(line);
        TakeStep(line);
    }

    /// <summary>The one line that says everything that is known.</summary>
    public LedgerLine ToLine() => new()
    {
        Step = Step,
        LedgerId = LedgerId,
        Time = Time,
        Owner = Owner,
        Attempt = Attempt,
        Claim = Claim,
        IsLeft = IsLeft,
        Row = Row,
        Subject = Subject,
        InputHash = InputHash,
        Directory = Directory,
        Index = Index,
        Provider = Provider,
        Model = Model,
        Key = Key,
        BaseAddress = BaseAddress,
        InputJson = InputJson,
        SettingsJson = SettingsJson,
        RequestId = RequestId,
        Seed = Seed,
        Started = Started,
        Accepted = Accepted,
        DeliveryJson = DeliveryJson,
        Error = Error,
        ErrorType = ErrorType,
        Refusal = Refusal,
    };

    private void TakeOwner(LedgerLine line)
    {
        var isLater = line.Claim != Claim ? line.Claim > Claim
            : line.IsLeft != IsLeft ? line.IsLeft
            : string.CompareOrdinal(line.Owner, Owner) > 0;
        if (isLater)
        {
            (Claim, IsLeft, Owner) = (line.Claim, line.IsLeft, line.Owner);
        }
    }

    private void TakeStep(LedgerLine line)
    {
        var says = Rank.Of(line);
        if (says.CompareTo(_said) > 0)
        {
            (_said, Step, Attempt, Time) = (says, line.Step, line.Attempt, line.Time);
            (Error, ErrorType, Refusal) = (line.Error, line.ErrorType, line.Refusal);
        }

        if (line.RequestId is { } requestId && says.CompareTo(_named) > 0)
        {
            (_named, RequestId) = (says, requestId);
        }

        if (line.DeliveryJson is { } result && says.CompareTo(_delivered) > 0)
        {
            (_delivered, DeliveryJson) = (says, result);
        }
    }

    private static long? Earlier(long? one, long? other) => one is { } a && other is { } b ? Math.Min(a, b) : one ?? other;

    // Every line says the same of it; where two should differ (a provider by two names), the order of the lines must not matter.
    private static string? Same(string? known, string? told) =>
        known is null || (told is not null && string.CompareOrdinal(told, known) < 0) ? told : known;

    // How much a line tells. Attempts follow each other; from the doubt on, there are no more of them, and what is known only grows.
    private readonly record struct Rank(int Tier, int Attempt, long Time, int Claim, string Owner)
    {
        public static readonly Rank None = new(-1, 0, 0, 0, "");

        public static Rank Of(LedgerLine line) => line.Step switch
        {
            LedgerStep.Removed => new Rank(0, 0, line.Time, line.Claim, line.Owner),
            LedgerStep.Held or LedgerStep.Left => new Rank(1 + (int)line.Step, 0, line.Time, line.Claim, line.Owner),
            LedgerStep.Intent or LedgerStep.NotSent or LedgerStep.Throttled =>
                new Rank(3, (line.Attempt * 8) + (int)line.Step, line.Time, line.Claim, line.Owner),
            _ => new Rank(4 + (int)line.Step, 0, line.Time, line.Claim, line.Owner),
        };

        public int CompareTo(Rank other) =>
            Tier != other.Tier ? Tier.CompareTo(other.Tier)
            : Attempt != other.Attempt ? Attempt.CompareTo(other.Attempt)
            : Time != other.Time ? Time.CompareTo(other.Time)
            : Claim != other.Claim ? Claim.CompareTo(other.Claim)
            : string.CompareOrdinal(Owner, other.Owner);
    }
}
