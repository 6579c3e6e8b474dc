using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Requests;

/// <summary>Requests of another process: only their id, provider and model are known.</summary>
[Collection(RunsAlone.Name)]
public sealed class RequestFollowUpTests : EmulatorTest, IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose()
    {
        TestClient.Providers.Remove("elsewhere");
        _temp.Dispose();
    }

    [Fact]
    public async Task A_request_is_received_by_its_id_and_saved()
    {
        var record = await SubmittedAsync("a red fox");
        var run = Run(new BatchOptions { Output = new OutputFolder(_temp.Path, force: false) });

        var (result, error) = await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal((ImagenStates.Delivered, record.RequestId, 5), (result!.State, result.RequestId, result.Index));
        Assert.Equal(["0005-a-red-fox.png"], _temp.Names);
    }

    [Fact]
    public async Task A_request_that_goes_on_is_in_progress_and_no_error()
    {
        await SettingsAsync(new { generation_time = 3600.0 });
        var record = await SubmittedAsync("x");
        var run = Run(new BatchOptions());

        var (result, error) = await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal(ImagenStates.InProgress, result!.State);
    }

    [Fact]
    public async Task A_cancelled_request_says_so_to_whoever_asks()
    {
        await SettingsAsync(new { generation_time = 3600.0 });
        var record = await SubmittedAsync("x");
        var run = Run(new BatchOptions { Wait = true });

        var (cancelled, _) = await run.CancelAsync(run.CreateReference(record), readBack: true, CancellationToken.None).InTime();
        var (result, error) = await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime();
        var again = await run.CancelAsync(run.CreateReference(record), readBack: false, CancellationToken.None).InTime();

        Assert.Equal(("client_cancelled", record.RequestId), (cancelled!.ErrorType, cancelled.RequestId));
        Assert.IsType<RequestCancelledException>(error);
        Assert.Equal(ImagenStates.Cancelled, result!.State);
        Assert.IsType<AlreadyCompletedException>(again.Error);
    }

    [Fact]
    public async Task A_request_nobody_knows_has_an_error_and_no_object()
    {
        var record = (await SubmittedAsync("x")) with { RequestId = "gone" };
        var run = Run(new BatchOptions());

        var (result, error) = await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime();
        var (status, statusError) = await run.ReadStatusAsync(run.CreateReference(record), logs: false, changed: null, CancellationToken.None).InTime();

        Assert.Null(result);
        Assert.Null(status);
        Assert.IsType<RequestNotFoundException>(error);
        Assert.IsType<RequestNotFoundException>(statusError);
    }

    [Fact]
    public async Task A_provider_that_has_another_address_now_says_nothing_about_a_request_that_it_does_not_know()
    {
        var record = await SubmittedAsync("x");
        await using var other = await WebServer.AnsweringAsync(new Answer(404, """{"detail":"Request not found"}"""));
        TestClient.Providers.Set(
            TestHost.Profile(other.Address, "elsewhere") with { OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: false);
        var run = Run(new BatchOptions { Wait = true });
        record = await run.LocateAsync(record, CancellationToken.None);

        var (_, receive) = await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime();
        var (_, status) = await run.ReadStatusAsync(run.CreateReference(record), logs: false, changed: null, CancellationToken.None).InTime();
        var (_, cancel) = await run.CancelAsync(run.CreateReference(record), readBack: false, CancellationToken.None).InTime();

        Assert.All([receive, status, cancel], error => Assert.Contains(
            $" was sent to {Address.AbsoluteUri.TrimEnd('/')}, and the provider elsewhere now has the address {other.Address.AbsoluteUri.TrimEnd('/')}, where it is not known.",
            Assert.IsType<InvalidInputException>(error).Message,
            StringComparison.Ordinal));
        var known = Assert.Single(TestClient.Client.Requests.Find(new RequestFilter()), request => request.RequestId == record.RequestId);
        Assert.True(known.IsOpen);
    }

    [Fact]
    public async Task A_failed_request_has_a_status_with_its_reason()
    {
        var record = await SubmittedAsync("[emulator:content_policy_violation]");
        var run = Run(new BatchOptions { Wait = true });

        var (status, error) = await run.ReadStatusAsync(run.CreateReference(record), logs: false, changed: null, CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal((ImagenStates.Failed, "content_policy_violation"), (status!.State, status.ErrorType));
    }

    [Fact]
    public async Task An_error_names_its_request_its_provider_and_its_row()
    {
        const string Said = "Request r-1 at elsewhere (row 5): The host cannot be reached: ";
        var profile = TestHost.Profile(Unused.Address(), "elsewhere") with { OpenKey = "open", Scope = ProviderScope.Session };
        TestClient.Providers.Set(profile, makeDefault: false);
        var record = new RequestRecord { Index = 5, HasIndex = true, RequestId = "r-1", Provider = "elsewhere", Model = TestHost.Model };
        var run = Run(new BatchOptions { Time = new SkippingTime() });
        var request = run.CreateReference(record);

        var (_, status) = await run.ReadStatusAsync(request, logs: false, changed: null, CancellationToken.None).InTime();
        var (result, receive) = await run.ReceiveAsync(request, record, CancellationToken.None).InTime();
        var (_, cancel) = await run.CancelAsync(request, readBack: false, CancellationToken.None).InTime();

        Assert.All([status, receive, cancel], error => Assert.StartsWith(Said, Assert.IsType<HostUnavailableException>(error).Message, StringComparison.Ordinal));
        Assert.All([status, receive, cancel], error => Assert.Equal((null, "r-1"), (error!.Row, error.RequestId)));
        Assert.Equal(receive!.Message, result!.Error);
    }

    private async Task<RequestRecord> SubmittedAsync(string prompt)
    {
        TestClient.Providers.Set(
            TestHost.Profile(Address, "elsewhere") with { OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: false);
        var row = TestHost.Row(prompt: prompt);
        var host = TestHost.Connect(TestHost.Profile(Address, "elsewhere"), Time);
        var (request, _) = await TestClient.Client.StartBatch(new BatchOptions()).SubmitAsync(new CheckedRow(row, host, TestHost.Model, row.Input), CancellationToken.None).InTime();
        return new RequestRecord { Index = 5, HasIndex = true, RequestId = request!.RequestId!, Provider = "elsewhere", Model = TestHost.Model };
    }

    private static RequestFollowUp Run(BatchOptions options) => TestClient.Client.FollowUp(options);
}
