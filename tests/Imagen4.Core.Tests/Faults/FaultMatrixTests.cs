using System.Text.Json.Nodes;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Faults;

/// <summary>Every fault at every operation: what the module says, how often the host was asked, and what was paid for.</summary>
public sealed class FaultMatrixTests : EmulatorTest
{
    private const string Fine = "ok";

    private readonly SkippingTime _time = new() { Deadlines = true };

    internal override TimeProvider Time => _time;

    [Theory]
    [MemberData(nameof(FaultMatrix.Cells), MemberType = typeof(FaultMatrix))]
    public async Task A_fault_at_an_operation(string operation, string fault, string often, string outcome, int attempts, int bills, string message)
    {
        var asked = FaultOperation.All[operation];
        var rule = FaultRules.Of(fault, asked.Target, always: often == "always");
        var silences = !fault.StartsWith("hang", StringComparison.Ordinal) ? 0 : often == "always" ? int.MaxValue : 1;

        var error = await Record.ExceptionAsync(() => DrivenAsync(RunAsync(asked, rule), asked, silences));

        var seen = (await RequestsAsync()).Count(asked.Sees) - (operation == "download" && error is null ? 1 : 0);
        var said = error is null ? Fine : (error as ImagenException)?.Kind ?? error.ToString();
        Assert.Equal((outcome, attempts, bills), (said, seen, (await BillsAsync()).Count));
        Assert.Contains(message, error?.Message ?? "", StringComparison.Ordinal);
    }

    private async Task RunAsync(FaultOperation asked, JsonObject rule)
    {
        if (asked.Target == "submit")
        {
            await FaultAsync(rule);
        }

        var subject = await SubmitAsync(asked.Prompt);
        if (asked.Target != "submit")
        {
            await FaultAsync(rule);
            await asked.RunAsync(subject);
        }
    }

    private async Task<FaultOperation.Subject> SubmitAsync(string prompt)
    {
        var row = TestHost.Row(prompt: prompt);
        var (request, error) = await TestClient.Client.StartBatch(new BatchOptions { Time = _time })
            .SubmitAsync(new CheckedRow(row, Host, TestHost.Model, row.Input), CancellationToken.None);
        return error is null
            ? new FaultOperation.Subject(Host, new FalQueueProtocol().CreateReference(Host, TestHost.Model, request!.RequestId!))
            : throw error;
    }

    // Where the host falls silent, a deadline of the module ends it: one for each silence, and not before it has begun. An attempt
    // that was given up earlier would leave its silence to the next one.
    private async Task DrivenAsync(Task running, FaultOperation asked, int silences)
    {
        for (var passed = 0; passed < silences && !running.IsCompleted;)
        {
            if ((await RecordsAsync()).Count(record => record.TryGetProperty("fault", out _)) > passed)
            {
                passed++;
                _time.PassDeadline();
            }
        }

        await running.InTime();
    }
}
