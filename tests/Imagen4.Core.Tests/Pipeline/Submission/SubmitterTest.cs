using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>A submitter with everything around it that a test looks at.</summary>
public abstract class SubmitterTest
{
    internal const string Accepted = """{"status":"IN_QUEUE","request_id":"r-1","queue_position":3}""";

    private static int _issued;

    /// <summary>An acceptance with an id of its own, as hosts give every request.</summary>
    internal static Answer NextAccepted() => new(200, $$"""{"status":"IN_QUEUE","request_id":"next-{{Interlocked.Increment(ref _issued)}}"}""");

    internal RecordingLedger Ledger { get; } = new();

    internal SubmissionBreaker Breaker { get; } = new();

    internal SkippingTime Time { get; } = new();

    private protected Submitter Submitter => field ??= new Submitter(Ledger, new ThrottleGates(), Breaker, TestClient.Protocols, new BatchCounts());

    private protected static LedgerEntry Entry(string prompt = "a red fox") =>
        new("test", TestHost.Model, Key: null, TestHost.Input(prompt));

    private protected Task<Acceptance?> SubmitAsync(
        Uri address, string prompt = "a red fox", TimeProvider? time = null, CancellationToken cancellation = default) =>
        Submitter.SubmitAsync(TestHost.Connect(address, time ?? Time), Entry(prompt), cancellation).InTime();

    private protected Task<Acceptance?> SubmitAsync(ProviderProfile profile, Action<string>? trace = null, bool leavesAccepted = false) =>
        new Submitter(Ledger, new ThrottleGates(), new SubmissionBreaker(), TestClient.Protocols, new BatchCounts()) { ReleasesAccepted = leavesAccepted }.SubmitAsync(TestHost.Connect(profile, Time, trace), Entry() with { Model = profile.DefaultModel }, CancellationToken.None).InTime();
}
