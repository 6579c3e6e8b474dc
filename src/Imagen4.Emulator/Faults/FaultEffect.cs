using System.Text.Json;

namespace Imagen4.Emulator.Faults;

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

    /// <summary>Text, or any other JSON, which is sent as it is, with the request's id for <see cref="CannedAnswer.RequestIdPlace"/>.</summary>
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
