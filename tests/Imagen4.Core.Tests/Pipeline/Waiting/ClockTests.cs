using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Waiting;

/// <summary>Waits are measured, not read off the time of day, which somebody may set.</summary>
public sealed class ClockTests
{
    private const string Running = """{"status":"IN_PROGRESS"}""";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_day_of_polling_ends_when_the_day_is_over()
    {
        var time = new SkippingTime { Deadlines = true };
        await using var server = RawServer.Answering(RawServer.Answer(202, Running));

        await TimesOutAsync(server.Address, time, TimeSpan.FromHours(24));

        Assert.InRange(time.Waits.Count, 30_000, 40_000);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_time_of_day_that_jumps_while_somebody_waits_changes_nothing(int days)
    {
        var time = new SkippingTime { Deadlines = true };
        var polls = 0;
        await using var server = await WebServer.StartAsync(async context =>
        {
            if (++polls % 10 == 0)
            {
                time.Jump(TimeSpan.FromDays(days));
            }

            await new Answer(202, Running).WriteAsync(context);
        });
        var start = time.GetTimestamp();

        await TimesOutAsync(server.Address, time, Limit);

        Assert.InRange(time.GetElapsedTime(start), Limit, Limit + TimeSpan.FromSeconds(3));
        Assert.InRange(polls, 200, 300);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_time_of_day_that_jumps_during_an_outage_changes_nothing(int days)
    {
        var time = new SkippingTime { Deadlines = true };
        await using var server = await WebServer.StartAsync(async context =>
        {
            time.Jump(TimeSpan.FromDays(days));
            await new Answer(503) { Headers = [("Retry-After", "7")] }.WriteAsync(context);
        });
        var start = time.GetTimestamp();

        await TimesOutAsync(server.Address, time, Limit);

        Assert.InRange(time.GetElapsedTime(start), Limit, Limit + TimeSpan.FromSeconds(8));
        Assert.All(time.Waits, wait => Assert.InRange(wait, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7.7)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_time_of_day_that_jumps_opens_no_gate_and_keeps_none_closed(int days)
    {
        var time = new ManualTime();
        var gate = new ThrottleGate(time);
        gate.Close(TimeSpan.FromSeconds(30));
        time.Jump(TimeSpan.FromDays(days));

        var passing = gate.PassAsync(CancellationToken.None);
        await time.WaitsAsync(1);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(passing.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        await passing.InTime();
    }

    // A day is 35,000 reads over a socket, which take a busy machine minutes: the limit only ends a test that hangs.
    private static async Task TimesOutAsync(Uri address, TimeProvider time, TimeSpan limit) =>
        await Assert.ThrowsAsync<WaitTimeoutException>(() => new RequestWaiter(limit)
            .UntilEndedAsync(CreateReference(address, time), StatusWatch.Nothing, CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(10)));

    private static RequestReference CreateReference(Uri address, TimeProvider time) =>
        new FalQueueProtocol().CreateReference(TestHost.Connect(address, time), TestHost.Model, "r-1");
}
