using Imagen4.Core.Rows;

namespace Imagen4.Core.Ledger;

/// <summary>
/// What the ledger knows of one submission: its lines, folded. Folding is a pure function of the set of lines, whatever their order:
/// segments of several processes have none, and clocks go back.
/// </summary>
internal sealed record LedgerRequest
{
    public required string LedgerId { get; init; }

    /// <summary>The step that tells the most.</summary>
    public LedgerStep Step { get; init; }

    /// <summary>The attempt of that step.</summary>
    public int Attempt { get; init; }

    /// <summary>When that step was written, in milliseconds since 1970, UTC.</summary>
    public long Time { get; init; }

    /// <summary>When its first line was written.</summary>
    public long Started { get; init; } = long.MaxValue;

    /// <summary>When the host accepted it.</summary>
    public long? Accepted { get; init; }

    /// <summary>The process that works on it, or did last.</summary>
    public string Owner { get; init; } = "";

    /// <summary>The number of the claim that process holds.</summary>
    public int Claim { get; init; } = -1;

    /// <summary>Whether that process has said that it no longer works on it.</summary>
    public bool IsLeft { get; init; }

    public bool IsRemoved { get; init; }

    public string? Row { get; init; }

    public string? Subject { get; init; }

    public string? InputHash { get; init; }

    public string? Directory { get; init; }

    public int Index { get; init; }

    public string? Provider { get; init; }

    public string? Model { get; init; }

    public string? Key { get; init; }

    public ImageInput? Input { get; init; }

    public LedgerSettings? Settings { get; init; }

    public string? RequestId { get; init; }

    public LedgerResult? Result { get; init; }

    public string? Error { get; init; }

    public string? ErrorType { get; init; }

    /// <summary>Whether nothing more will happen to it.</summary>
    public bool HasEnded => Step is LedgerStep.Rejected or LedgerStep.Cancelled or LedgerStep.Failed or LedgerStep.Delivered or LedgerStep.NotSubmitted;

    /// <summary>Adds a line to what is known.</summary>
    public static LedgerRequest Fold(LedgerRequest? known, LedgerLine line)
    {
        known ??= new LedgerRequest { LedgerId = line.LedgerId };
        var told = known with
        {
            Started = Math.Min(known.Started, line.Started ?? line.Time),
            Accepted = Earlier(known.Accepted, line.Step == LedgerStep.Accepted ? line.Time : line.Accepted),
            IsRemoved = known.IsRemoved || line.Step == LedgerStep.Removed,
            Row = known.Row ?? line.Row,
            Subject = known.Subject ?? line.Subject,
            InputHash = known.InputHash ?? line.InputHash,
            Directory = known.Directory ?? line.Directory,
            Index = Math.Max(known.Index, line.Index),
            Provider = known.Provider ?? line.Provider,
            Model = known.Model ?? line.Model,
            Key = known.Key ?? line.Key,
            Input = known.Input ?? line.Input,
            Settings = known.Settings ?? line.Settings,
        };
        if ((line.Claim, line.IsLeft, line.Owner).CompareTo((known.Claim, known.IsLeft, known.Owner)) > 0)
        {
            told = told with { Claim = line.Claim, IsLeft = line.IsLeft, Owner = line.Owner };
        }

        return Says(line).CompareTo(Says(known)) > 0
            ? told with
            {
                Step = line.Step,
                Attempt = line.Attempt,
                Time = line.Time,
                RequestId = line.RequestId ?? known.RequestId,
                Result = line.Result ?? known.Result,
                Error = line.Error,
                ErrorType = line.ErrorType,
            }
            : told with { RequestId = known.RequestId ?? line.RequestId, Result = known.Result ?? line.Result };
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
        Input = Input,
        Settings = Settings,
        RequestId = RequestId,
        Started = Started,
        Accepted = Accepted,
        Result = Result,
        Error = Error,
        ErrorType = ErrorType,
    };

    private static (int Tier, int Attempt, int Step, long Time) Says(LedgerLine line) => Says(line.Step, line.Attempt, line.Time);

    private static (int Tier, int Attempt, int Step, long Time) Says(LedgerRequest known) =>
        known.Started == long.MaxValue ? (-1, 0, 0, 0) : Says(known.Step, known.Attempt, known.Time);

    // Attempts follow each other; from the doubt on, there are no more of them, and what is known only grows.
    private static (int Tier, int Attempt, int Step, long Time) Says(LedgerStep step, int attempt, long time) => step switch
    {
        LedgerStep.Held or LedgerStep.Left or LedgerStep.Removed => (-1, 0, 0, 0),
        LedgerStep.Intent or LedgerStep.NotSent or LedgerStep.Throttled => (0, attempt, (int)step, time),
        _ => ((int)step, 0, 0, time),
    };

    private static long? Earlier(long? one, long? other) => one is { } a && other is { } b ? Math.Min(a, b) : one ?? other;
}
