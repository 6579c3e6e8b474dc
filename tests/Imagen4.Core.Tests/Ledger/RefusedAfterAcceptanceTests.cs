using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;
using Imagen4.Emulator;
using EmulatorOptions = Imagen4.Emulator.EmulatorOptions;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>
/// Hosts and gateways that take a request and then answer as if they had not: the row is paid for once, in the run itself and in those
/// that follow. The emulator's bill is the judge.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class RefusedAfterAcceptanceTests : EnvironmentTest, IAsyncLifetime
{
    private EmulatorServer _server = null!;
    private HttpClient _admin = null!;

    public async Task InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(new EmulatorOptions { GenerationTime = TimeSpan.Zero });
        _admin = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_server.Address, "/_emulator/") };
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await TestClient.Ledger.DisposeAsync();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("fal", "", 429, """{"detail":"Too many requests","request_id":"ID"}""")]
    [InlineData("fal", "", 500, """{"detail":"Oops","request_id":"ID"}""")]
    [InlineData("fal", "", 503, """{"detail":"Overloaded","request_id":"ID","error_type":"runner_disconnected"}""")]
    [InlineData("fal", "", 404, """{"detail":"Not found","request_id":"ID"}""")]
    [InlineData("kkiai", "kkiai/", 429, """{"error":{"message":"Busy","request_id":"ID"}}""")]
    [InlineData("chainhub", "chainhub/", 429, """{"message":"Busy","data":{"request_id":"ID"}}""")]
    [InlineData("chainhub", "chainhub/", 503, """{"requestId":"ID"}""")]
    public async Task A_request_that_the_body_names_is_found_and_paid_for_once(string provider, string path, int status, string body)
    {
        await using var gateway = await Forwarder.StartAsync(
            new Uri(_server.Address, path), taken => new Answer(status, body.Replace("ID", taken.GetProperty("request_id").GetString(), StringComparison.Ordinal)));
        Use(provider, gateway.Address);

        var (result, error) = await RunAsync(provider);

        Assert.Null(error);
        Assert.Equal(ImagenStates.Delivered, result!.State);
        await RunAsync(provider);
        Assert.Equal((1, 1), (await BillsAsync(), gateway.Posts));
    }

    [Theory]
    [InlineData("aimlapi", 502, OwnForm)]
    [InlineData("aimlapi", 503, OwnForm)]
    [InlineData("aimlapi", 504, OwnForm)]
    [InlineData("aimlapi", 429, """{"message":"Busy","request_id":"r-1"}""")]
    [InlineData("aimlapi", 429, """{"message":"Busy","meta":{"usage":{"credits_used":5}}}""")]
    [InlineData("fal-sync", 504, """{"detail":[{"loc":["body"],"msg":"Timeout","type":"generation_timeout"}]}""")]
    [InlineData("fal-sync", 429, """{"detail":"Busy","request_id":"r-1"}""")]
    [InlineData("fal-sync", 400, """{"detail":"Bad","request_id":"r-1"}""")]
    public async Task What_a_gateway_says_after_a_result_was_made_is_in_doubt_and_never_paid_for_again(string provider, int status, string body)
    {
        await using var gateway = await Forwarder.StartAsync(new Uri(_server.Address, $"{provider}/"), _ => new Answer(status, body));
        Use(provider, gateway.Address);

        for (var run = 0; run < 2; run++)
        {
            var (result, error) = await RunAsync(provider);

            Assert.IsType<SubmissionInDoubtException>(error);
            Assert.Equal(ImagenStates.InDoubt, result!.State);
        }

        Assert.Equal((1, 1), (await BillsAsync(), gateway.Posts));
    }

    [Theory]
    [InlineData("X-Fal-Billable-Units", "1", ImagenStates.InDoubt)]
    [InlineData("x-fal-request-id", "ID", ImagenStates.Delivered)]
    public async Task A_429_whose_header_bills_or_names_a_request_is_paid_for_once(string name, string value, string state)
    {
        await using var gateway = await Forwarder.StartAsync(_server.Address, taken => new Answer(429)
        {
            Headers = [(name, value.Replace("ID", taken.GetProperty("request_id").GetString(), StringComparison.Ordinal))],
        });
        Use("fal", gateway.Address);

        for (var run = 0; run < 2; run++)
        {
            Assert.Equal(state, (await RunAsync("fal")).Value!.State);
        }

        Assert.Equal((1, 1), (await BillsAsync(), gateway.Posts));
    }

    private const string OwnForm = """{"message":"Upstream failed","path":"/v1/images/generations","requestId":"q","statusCode":502,"timestamp":"now"}""";

    private static void Use(string provider, Uri address) => TestClient.Providers.Set(
        TestClient.Providers.Find(provider) with { BaseUri = address, OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: false);

    private async Task<RowOutcome<ImagenResult>> RunAsync(string provider)
    {
        var options = new BatchOptions
        {
            Provider = provider,
            Wait = true,
            Output = new OutputFolder(Home.At("out"), force: false),
            Continues = true,
            Time = new SkippingTime(),
        };
        var row = TestClient.Check(options).Check(TestHost.Row());
        return await TestClient.Client.StartBatch(options).RunAsync(row, CancellationToken.None).InTime();
    }

    private async Task<int> BillsAsync() => (await _admin.GetStringAsync("bills")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}
