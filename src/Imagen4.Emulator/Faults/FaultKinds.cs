namespace Imagen4.Emulator.Faults;

/// <summary>The kinds of fault by their names in rules. A new kind is one line here.</summary>
internal static class FaultKinds
{
    public const string Hang = "hang";

    private static readonly Dictionary<string, FaultKind> ByName = new(StringComparer.Ordinal)
    {
        ["refuse"] = Cut(Ending.Reset) with { Takes = FaultFields.None, Unread = true },
        ["reset"] = Cut(Ending.Reset),
        ["close"] = Cut(Ending.Close),
        [Hang] = Cut(Ending.Silence),
        // What cutting was called when there was one way of it.
        ["abort"] = Cut(Ending.Reset),
        ["drip"] = Spoil(FaultFields.Bytes | FaultFields.Delay, (effect, answer, time) => new DrippedAnswer(answer, effect, time)),
        ["truncate"] = Spoil(FaultFields.Bytes, (effect, answer, _) => MislengthAnswer.Truncated(answer, effect.Bytes ?? 1)),
        ["wrong_length"] = Spoil(FaultFields.Bytes, (effect, answer, _) => MislengthAnswer.Overlong(answer, effect.Bytes ?? 1)),
        ["wrong_type"] = Spoil(FaultFields.None, (_, answer, _) => new RetypedAnswer(answer)),
        ["bom"] = Alter(FaultFields.None, (_, _, body) => SpoiltBody.WithByteOrderMark(body)),
        ["gzip"] = Alter(FaultFields.None, (_, response, body) => SpoiltBody.Compressed(response, body)),
        ["bad_utf8"] = SpoilText([0xFF]),
        ["lone_surrogate"] = SpoilText("\\ud800"u8.ToArray()),
        ["replacement_char"] = SpoilText("\uFFFD"u8.ToArray()),
        ["deep_json"] = Alter(FaultFields.None, (_, response, body) => SpoiltBody.Deep(response, body)),
        ["status"] = Instead(CannedAnswer.Status),
        ["own_error"] = Instead(CannedAnswer.OwnError),
        ["html"] = Instead(CannedAnswer.Html),
        ["bad_json"] = Instead(CannedAnswer.BadJson),
    };

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static FaultKind Of(FaultEffect effect) => ByName[effect.Kind!];

    private static FaultKind Cut(Ending ending) => new(
        FaultFields.At | FaultFields.Answer,
        CannedAnswer.Status,
        (effect, answer, _) => new CutAnswer(answer, effect.At ?? CutPoint.Before, ending));

    private static FaultKind Spoil(FaultFields fields, Func<FaultEffect, IResult, TimeProvider, IResult> deliver) =>
        new(fields | FaultFields.Answer, CannedAnswer.Status, deliver);

    private static FaultKind SpoilText(byte[] bad) =>
        Alter(FaultFields.In, (effect, response, body) => SpoiltBody.WithText(response, body, effect.In ?? TextPlace.Value, bad));

    private static FaultKind Alter(FaultFields fields, Func<FaultEffect, HttpResponse, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> alter) =>
        Spoil(fields, (effect, answer, _) => new AlteredAnswer(answer, (response, body) => alter(effect, response, body)));

    private static FaultKind Instead(Func<FaultEffect, FaultCall, TimeProvider, IResult> canned) =>
        new(FaultFields.Answer, canned, (_, answer, _) => answer) { Replaces = true };
}

/// <summary>One way in which a call goes wrong.</summary>
/// <param name="Takes">The members of an effect that it looks at.</param>
/// <param name="Canned">The answer when the operation's own is not what is spoilt.</param>
/// <param name="Deliver">How the answer is given.</param>
internal sealed record FaultKind(
    FaultFields Takes,
    Func<FaultEffect, FaultCall, TimeProvider, IResult> Canned,
    Func<FaultEffect, IResult, TimeProvider, IResult> Deliver)
{
    /// <summary>Whether the operation's own answer is never given.</summary>
    public bool Replaces { get; init; }

    /// <summary>Whether the request is not even read.</summary>
    public bool Unread { get; init; }

    /// <summary>Whether the operation is performed when the rule does not say: where its answer is seen, it has to be.</summary>
    public bool Performs(FaultEffect effect) =>
        effect.AfterAccept ?? !(Unread || Replaces || (Takes.HasFlag(FaultFields.At) && effect.At is null or CutPoint.Before));
}

/// <summary>Which members of an effect mean something to a kind.</summary>
[Flags]
internal enum FaultFields
{
    None = 0,
    At = 1,
    Bytes = 2,
    Delay = 4,

    /// <summary>What to answer, and whether to perform the operation.</summary>
    Answer = 8,

    /// <summary>Where in the answer's JSON.</summary>
    In = 16,
}
