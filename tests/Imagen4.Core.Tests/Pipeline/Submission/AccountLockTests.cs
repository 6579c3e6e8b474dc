using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>An account that its host locks, for good or for a while.</summary>
public sealed class AccountLockTests : SubmitterTest
{
    private const string Locked = """{"detail":"User is locked. Reason: TOP_UP."}""";

    private static readonly string[] UsedUp =
    [
        """{"error":{"message":"You exceeded your current quota for this model","code":"insufficient_quota"}}""",
        """{"error":{"message":"You exceeded your current quota","type":"insufficient_quota"}}""",
        """{"error":{"message":"Billing hard limit has been reached","type":"invalid_request_error","param":null,"code":"billing_hard_limit_reached"}}""",
        """{"detail":"You exceeded your current quota","error_type":"insufficient_quota"}""",
    ];

    private readonly List<string> _warnings = [];

    private Submitter Warning => field ??= new Submitter(
        Ledger, new ThrottleGates(), Breaker, TestClient.Protocols, new BatchCounts(), _warnings.Add);

    public static TheoryData<int, HostProtocol, string> Quotas()
    {
        var data = new TheoryData<int, HostProtocol, string>();
        foreach (var status in new[] { 400, 402, 403, 429 })
        {
            foreach (var body in UsedUp)
            {
                data.Add(status, HostProtocol.FalQueue, body);
                data.Add(status, HostProtocol.ImagesGenerations, body);
            }
        }

        return data;
    }

    [Theory]
    [InlineData(402, "Payment required")]
    [InlineData(403, "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.")]
    [InlineData(403, "User is locked. Reason: Admin lock. Please contact support@fal.ai.")]
    [InlineData(403, "You've run out of credits.")]
    [InlineData(403, "You are out of credit")]
    [InlineData(403, "No credits remain for this model")]
    [InlineData(403, "You have 0 credits left, and this model takes 5")]
    [InlineData(403, "Payment required to use this endpoint")]
    [InlineData(403, "Insufficient quota for this model")]
    [InlineData(403, "insufficient_user_quota: this model is not covered")]
    [InlineData(403, "Your credit balance is too low to access this model")]
    [InlineData(403, "Not enough balance for this model: this key has no permission to overdraw it")]
    public async Task One_that_stays_locked_is_looked_at_three_times_and_ends_submitting(int status, string said)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, $$"""{"detail":"{{said}}"}"""));

        var error = await Assert.ThrowsAsync<AccountLockedException>(() => SubmitAsync(server.Address));

        Assert.Contains(said.TrimEnd('.'), error.Message, StringComparison.Ordinal);
        Assert.Same(error, Breaker.Reason);
        Assert.Equal(4, server.Requests.Count);
        Assert.Equal([2, 4, 8], Time.Waits.Select(wait => wait.TotalSeconds));
        Assert.Equal([RequestState.Intent, RequestState.Rejected], Ledger.Steps.TakeLast(2));
        Assert.Equal(6, Ledger.Steps.SkipLast(2).Chunk(2).Sum(pair => pair is [RequestState.Intent, RequestState.Throttled] ? 2 : 0));
        Assert.Null(await SubmitAsync(server.Address));
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task A_lock_that_passes_costs_a_wait_and_nothing_else()
    {
        await using var server = await WebServer.AnsweringAsync(new(403, Locked), new(403, Locked), new(200, Accepted));

        var acceptance = await SubmitAsync(server.Address);

        Assert.Equal("r-1", acceptance!.Request.RequestId);
        Assert.Null(Breaker.Reason);
        Assert.Equal(
            [RequestState.Intent, RequestState.Throttled, RequestState.Intent, RequestState.Throttled, RequestState.Intent, RequestState.Accepted],
            Ledger.Steps);
        Assert.Contains("TOP_UP", Ledger.Entries[1].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_it_is_locked_one_row_looks_and_the_others_wait()
    {
        var time = new ManualTime();
        var isOpen = false;
        await using var server = await WebServer.StartAsync(
            context => (Volatile.Read(ref isOpen) ? NextAccepted() : new Answer(403, Locked)).WriteAsync(context));
        var host = TestHost.Connect(server.Address, time);
        var rows = new List<Task> { Warning.SubmitAsync(host, Entry(), CancellationToken.None) };
        await time.WaitsAsync(1);
        rows.AddRange(Enumerable.Range(0, 5).Select(_ => Warning.SubmitAsync(host, Entry(), CancellationToken.None)));
        await time.WaitsAsync(6);
        Assert.Single(server.Requests);

        time.Advance(TimeSpan.FromSeconds(2));
        await time.WaitsAsync(6);
        Assert.Equal(2, server.Requests.Count);

        Volatile.Write(ref isOpen, true);
        time.Advance(TimeSpan.FromSeconds(4));
        await Task.WhenAll(rows).InTime();
        Assert.Equal(2 + 6, server.Requests.Count);
        Assert.Equal(6, Ledger.Steps.Count(step => step == RequestState.Accepted));
        Assert.Equal(
            "test has locked the account (test refuses the account: User is locked. Reason: TOP_UP). Submitting there pauses; "
            + "one row at a time checks whether it has been unlocked, for at most 14 seconds, or 90 if the account has accepted a request of this batch. "
            + "Accepted requests continue.",
            Assert.Single(_warnings));
    }

    [Fact]
    public async Task Rows_that_wait_are_not_sent_when_it_stays_locked()
    {
        var time = new ManualTime();
        await using var server = await WebServer.AnsweringAsync(new Answer(403, Locked));
        var host = TestHost.Connect(server.Address, time);
        var rows = new List<Task<Core.Protocols.Contract.Acceptance?>> { Warning.SubmitAsync(host, Entry(), CancellationToken.None) };
        await time.WaitsAsync(1);
        rows.AddRange(Enumerable.Range(0, 3).Select(_ => Warning.SubmitAsync(host, Entry(), CancellationToken.None)));
        for (var look = 1; look <= 3; look++)
        {
            await time.WaitsAsync(4);
            time.Advance(TimeSpan.FromSeconds(Math.Pow(2, look)));
        }

        var ends = await Task.WhenAll(rows.Select(async row => await Record.ExceptionAsync(() => row))).InTime();
        Assert.Single(ends, end => end is AccountLockedException);
        Assert.Equal(3, ends.Count(end => end is null));
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task One_that_has_taken_nothing_yet_is_given_three_looks_whatever_would_come_then()
    {
        var answers = Enumerable.Range(0, 200).Select(call => call % 5 == 4 ? new Answer(200, Accepted) : new Answer(403, Locked));
        await using var server = await WebServer.AnsweringAsync([.. answers]);
        var accepted = 0;
        Exception? end = null;
        while (end is null && accepted < 40)
        {
            end = await Record.ExceptionAsync(async () => Assert.NotNull(await SubmitAsync(server.Address)));
            accepted += end is null ? 1 : 0;
        }

        // The fourth would have been the one.
        Assert.IsType<AccountLockedException>(end);
        Assert.Equal(0, accepted);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task An_account_that_has_taken_a_request_is_given_more_looks_and_a_batch_has_so_many_in_all()
    {
        var answers = Enumerable.Range(0, 400).Select(call => call % 6 == 0 ? NextAccepted() : new Answer(403, Locked));
        await using var server = await WebServer.AnsweringAsync([.. answers]);
        var accepted = 0;
        Exception? end = null;
        while (end is null && accepted < 60)
        {
            end = await Record.ExceptionAsync(async () => Assert.NotNull(await SubmitAsync(server.Address)));
            accepted += end is null ? 1 : 0;
        }

        Assert.IsType<AccountLockedException>(end);
        Assert.InRange(accepted, 5, 15);
        Assert.Equal(Ledger.Steps.Count(step => step == RequestState.Accepted), accepted);
    }

    [Theory]
    [InlineData(402, HostProtocol.FalQueue)]
    [InlineData(403, HostProtocol.FalQueue)]
    [InlineData(403, HostProtocol.FalSync)]
    [InlineData(403, HostProtocol.ImagesGenerations)]
    public async Task One_whose_answer_names_a_request_is_not_looked_at_by_sending_again(int status, HostProtocol protocol)
    {
        var refused = new Answer(status, Locked) { Headers = [("x-fal-request-id", "r-1")] };
        await using var server = await WebServer.AnsweringAsync(refused, new Answer(200, Accepted));
        var host = TestHost.Connect(TestHost.Profile(server.Address) with { Protocol = protocol }, Time);

        var error = await Assert.ThrowsAsync<AccountLockedException>(() => Submitter.SubmitAsync(host, Entry(), CancellationToken.None).InTime());

        Assert.Same(error, Breaker.Reason);
        Assert.Single(server.Requests);
        Assert.Empty(Time.Waits);
        Assert.Equal([RequestState.Intent, RequestState.Rejected], Ledger.Steps);
    }

    [Fact]
    public async Task A_stop_while_it_is_locked_ends_the_wait_at_once()
    {
        var time = new ManualTime();
        await using var server = await WebServer.AnsweringAsync(new Answer(403, Locked));
        using var stop = new CancellationTokenSource();
        var submitting = SubmitAsync(server.Address, time: time, cancellation: stop.Token);
        await time.WaitsAsync(1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => submitting);
        Assert.Single(server.Requests);
        Assert.Equal([RequestState.Intent, RequestState.Throttled], Ledger.Steps);
    }

    [Theory]
    [MemberData(nameof(Quotas))]
    public async Task A_quota_that_is_used_up_is_not_looked_at_again(int status, HostProtocol protocol, string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, body), new Answer(200, Accepted));
        var host = TestHost.Connect(TestHost.Profile(server.Address) with { Protocol = protocol }, Time);

        var error = await Assert.ThrowsAsync<AccountLockedException>(() => Submitter.SubmitAsync(host, Entry(), CancellationToken.None).InTime());

        Assert.Equal((status, false), (error.StatusCode, error.RefusesInput));
        Assert.Single(server.Requests);
        Assert.Empty(Time.Waits);
        Assert.IsType<AccountLockedException>(Breaker.Reason);
    }

    [Theory]
    [InlineData("Access to this model is blocked by your organization's access controls.")]
    [InlineData("This API key does not have permission to call this endpoint.")]
    [InlineData("No access to FAL-AI/imagen4/preview")]
    [InlineData("this key does not have permission to perform this action")]
    [InlineData("You have insufficient permissions for this operation")]
    [InlineData("API key lacks required scope")]
    [InlineData("Missing scopes: images.write")]
    public async Task A_model_that_is_refused_ends_its_own_rows_only(string said)
    {
        await using var server = await WebServer.StartAsync(context => (context.Request.Path.Value!.EndsWith("preview", StringComparison.Ordinal)
            ? new Answer(403, $$"""{"detail":"{{said}}"}""")
            : new Answer(200, Accepted)).WriteAsync(context));
        var host = TestHost.Connect(server.Address, Time);
        var other = Entry() with { Model = "fal-ai/nano-banana" };

        var error = await Assert.ThrowsAsync<ModelNotAvailableException>(() => SubmitAsync(server.Address));

        Assert.Equal($"test does not let this account or key use fal-ai/imagen4/preview: {said}", error.Message);
        Assert.Null(await SubmitAsync(server.Address));
        Assert.NotNull(await Submitter.SubmitAsync(host, other, CancellationToken.None).InTime());
        Assert.Null(Breaker.Reason);
        Assert.Equal(2, server.Requests.Count);
        Assert.Empty(Time.Waits);
    }

    [Theory]
    [InlineData("""{"detail":"Forbidden"}""", "application/json")]
    [InlineData("<html><body>Attention required! A model of security.</body></html>", "text/html")]
    public async Task A_403_that_does_not_say_what_it_refuses_ends_submitting_at_once(string body, string type)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(403, body, type));

        await Assert.ThrowsAsync<AccountLockedException>(() => SubmitAsync(server.Address));

        Assert.Single(server.Requests);
        Assert.IsType<AccountLockedException>(Breaker.Reason);
    }
}
