using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>A stop while rows are written down that are about to be sent: nothing is sent after it.</summary>
[Collection(RunsAlone.Name)]
public sealed class StopBeforeSendingTests : EmulatorTest
{
    [Fact]
    public async Task A_stop_while_the_first_intents_are_written_sends_nothing_after_it()
    {
        const int Rows = 20;
        var run = TestClient.Client.StartBatch(new BatchOptions());
        using var pump = new WorkPump { Limit = Rows };
        var ledger = TestClient.Ledger;
        var written = 0;
        ledger.StepHook = (step, isDone) =>
        {
            if (step == RequestState.Intent && isDone)
            {
                // Every row that is written down by then finds the stop; a further one changes nothing.
                _ = Interlocked.Increment(ref written);
                pump.Stop();
            }
        };
        try
        {
            for (var number = 1; number <= Rows; number++)
            {
                var row = new CheckedRow(TestHost.Row(number), Host, TestHost.Model, TestHost.Input());
                pump.Start(row, async stop => await run.SubmitAsync(row, stop));
            }

            Assert.True(pump.WaitUntilQuiet(Within.Deadline));
        }
        finally
        {
            ledger.StepHook = null;
        }

        Assert.True(written > 0);
        Assert.Empty(await BillsAsync());
        Assert.Empty(await RequestsAsync());
    }
}
