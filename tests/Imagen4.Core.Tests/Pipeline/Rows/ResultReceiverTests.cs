using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Pipeline.Results;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>The second half of a row's way while the ledger cannot be written: what was paid for is fetched and handed on.</summary>
public sealed class ResultReceiverTests : EmulatorTest, IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly List<string> _warnings = [];
    private readonly RecordingLedger _ledger = new() { After = _ => throw new LedgerUnavailableException("The disk is full.") };

    private readonly BatchCounts _counts = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Images_are_saved()
    {
        var (result, error) = await ReceiveAsync("a red fox");

        Assert.Null(error);
        Assert.Equal(ImagenStates.Delivered, result.State);
        Assert.True(File.Exists(result.Path));
        Assert.Empty(_warnings);
        Assert.Equal(
            "The results of 1 of these requests could not be written to the ledger: The disk is full. Their ids (RequestId, LedgerId) are in the objects and errors of this batch: keep those. "
            + "The same rows, run again, continue what the ledger knows; rows that it had only begun to record are in doubt. "
            + "If the ledger was deleted, it knows none of them: their rows would be paid for again.",
            Assert.Single(_counts.LedgerWarnings));
    }

    [Fact]
    public async Task A_failure_is_told()
    {
        var (result, error) = await ReceiveAsync("[emulator:content_policy_violation]");

        Assert.IsType<ContentPolicyViolationException>(error);
        Assert.Equal(ImagenStates.Failed, result.State);
    }

    [Fact]
    public async Task Images_are_saved_once_the_rows_that_have_their_turn_are_submitted()
    {
        var time = new ManualTime();
        var priority = new SubmissionPriority(time);
        using var turn = priority.Enter();
        var receiving = ReceiveAsync("a red fox", priority);
        await time.WaitsAsync(1);
        Assert.Empty(_temp.Names);

        turn.Dispose();

        var (result, _) = await receiving;
        Assert.True(File.Exists(result.Path));
    }

    private async Task<(ImagenResult Result, ImagenException? Error)> ReceiveAsync(string prompt, SubmissionPriority? priority = null)
    {
        var entry = new LedgerEntry("test", TestHost.Model, Key: null, TestHost.Input(prompt));
        var accepted = await new Submitter(new NoLedger(), new ThrottleGates(), new SubmissionBreaker(), TestClient.Protocols, new BatchCounts()).SubmitAsync(Host, entry, CancellationToken.None).InTime();
        var result = new ImagenResult { RequestId = accepted!.Request.RequestId, Index = 1, Prompt = prompt };
        var options = new BatchOptions { Wait = true, Output = new OutputFolder(_temp.Path, force: false), Warn = _warnings.Add };
        var receiver = new ResultReceiver(options, new ResultLedger(_ledger, _counts), new PriceBook(options.Time, trace: null)) { Priority = priority };
        return (result, await receiver.ReceiveAsync(accepted.Request, accepted.Answered, result, entry, new FileNameTemplate(null), CancellationToken.None).InTime());
    }
}
