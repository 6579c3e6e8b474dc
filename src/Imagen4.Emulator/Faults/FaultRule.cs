using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Fal;

namespace Imagen4.Emulator.Faults;

/// <summary>What goes wrong, where and how often.</summary>
internal sealed record FaultRule : FaultEffect
{
    /// <summary>One of <see cref="FaultTarget.All"/>; any when it is null.</summary>
    public string? Operation { get; init; }

    /// <summary>One of <see cref="Queue.HostName.All"/>: hits only calls to that host, and to the files of its jobs.</summary>
    public string? Host { get; init; }

    /// <summary>Hits only calls that have this text in their path or their job's prompt.</summary>
    public string? Match { get; init; }

    /// <summary>How many fitting calls are let through first.</summary>
    public int? After { get; init; }

    /// <summary>How many calls it hits; -1 hits until it is deleted.</summary>
    public int? Count { get; init; }

    /// <summary>
    /// How many calls about one request it hits, one after the other; then it lets one through. No limit when it is null.
    /// </summary>
    public int? InARow { get; init; }

    /// <summary>The share of the calls that it hits, from 0 to 1; all when it is null.</summary>
    public double? Probability { get; init; }

    /// <summary>What the choice of calls and of <see cref="Kinds"/> is drawn from: the same seed, the same choice.</summary>
    public long? Seed { get; init; }

    /// <summary>Instead of one kind, several of which each call gets one: their names, or objects of the members of an effect.</summary>
    public IReadOnlyList<JsonElement>? Kinds { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FaultEffect))]
[JsonSerializable(typeof(FaultRule))]
[JsonSerializable(typeof(IReadOnlyList<FaultRule>))]
internal sealed partial class FaultJson : JsonSerializerContext;

/// <summary>The operations that a fault rule can name.</summary>
internal static class FaultTarget
{
    public const string Any = "any";

    /// <summary>Whatever is asked about a request that was submitted.</summary>
    public const string Read = "read";

    public const string Download = "download";
    public const string Pricing = "pricing";
    public const string Models = "models";
    public const string History = "history";
    public const string Keys = "keys";

    /// <summary>Asking for a signed address of a file.</summary>
    public const string Sign = "sign";

    /// <summary>Asking the storage where a file goes.</summary>
    public const string Initiate = "initiate";

    /// <summary>Sending a whole file there.</summary>
    public const string Upload = "upload";

    /// <summary>Sending a part of one.</summary>
    public const string Part = "part";

    /// <summary>Saying that all parts are there.</summary>
    public const string Complete = "complete";

    public static IReadOnlyList<string> All { get; } =
    [
        .. Enum.GetValues<FalOperation>().Select(Of), Download, Pricing, Models, History, Keys, Sign, Initiate, Upload, Part, Complete, Read, Any,
    ];

    /// <summary>Whether a rule for one of them is for an operation.</summary>
    public static bool Covers(string? target, string operation) =>
        target is null or Any || target == operation || (target == Read && operation is "status" or "stream" or "result" or "cancel");

    public static string Of(FalOperation operation) => operation switch
    {
        FalOperation.Submit => "submit",
        FalOperation.Status => "status",
        FalOperation.Stream => "stream",
        FalOperation.Cancel => "cancel",
        _ => "result",
    };
}

/// <summary>What goes wrong with one call. What is null is as its kind has it.</summary>
internal record FaultEffect
{
    /// <summary>One of <see cref="FaultKinds.Names"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>How much of the answer is sent before the kinds that cut it do so: one of <see cref="CutPoint.All"/>.</summary>
    public string? At { get; init; }

    /// <summary>Where in its JSON an answer is spoilt: one of <see cref="TextPlace.All"/>.</summary>
    public string? In { get; init; }

    /// <summary>The operation is performed first, with all its effects, and then its answer is lost or spoilt.</summary>
    public bool? AfterAccept { get; init; }

    /// <summary>The status of an answer of the rule's own.</summary>
    public int? Status { get; init; }

    /// <summary>
    /// Text, or any other JSON, which is sent as it is, with the request's id for <see cref="CannedAnswer.RequestIdPlace"/>.
    /// </summary>
    public JsonElement? Body { get; init; }

    /// <summary>More headers of an answer of the rule's own, likewise; one without a value is taken off.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Seconds, sent as a number in <c>Retry-After</c>.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Seconds from the call on, sent as a date in <c>Retry-After</c>.</summary>
    public int? RetryAfterDate { get; init; }

    /// <summary>How many bytes are sent at a time, or by how many the length is wrong.</summary>
    public int? Bytes { get; init; }

    /// <summary>The pause between two pieces, in milliseconds.</summary>
    public int? DelayMs { get; init; }

    /// <summary>Whether the rule says what to answer; otherwise it is the operation's own answer that is spoilt, if there is one.</summary>
    public bool HasAnswer() =>
        Status is not null || Body is not null || Headers is not null || RetryAfter is not null || RetryAfterDate is not null;
}
