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
