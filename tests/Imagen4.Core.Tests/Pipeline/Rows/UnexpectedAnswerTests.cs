using System.Text;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>
/// Whatever goes wrong after a POST began, an error of the module's own included: the row is an object in doubt, it counts among the
/// ten that end submitting, and it is among those that are told of at the end.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class UnexpectedAnswerTests : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable(StateFolder.Variable);
    private readonly TempFolder _home = new();

    public UnexpectedAnswerTests() => Environment.SetEnvironmentVariable(StateFolder.Variable, _home.Path);

    /// <summary>Providers, statuses and bodies; each character of a body is one byte.</summary>
    public static TheoryData<string, int, string> Unreadable
    {
        get
        {
            string[] bodies =
            [
                "{\"detail\":\"\u00ff\"}",
                "{\"message\":\"\u00ff\",\"statusCode\":500}",
                "{\"error\":{\"message\":\"\u00ff\",\"code\":\"\u00ff\"}}",
                "{\"\u00ff\":1,\"detail\":\"x\"}",
                """{"\ud800":1,"detail":"x","images":[],"error":"x"}""",
                """{"detail":[{"\udc00":1,"loc":["\ud800"],"msg":"x"}],"images":[{"\ud800":1}]}""",
                "{\"images\":[{\"url\":\"http://127.0.0.1/\u00ff.png\"}]}",
                "{\"request_id\":\"\u00ff\",\"images\":[{\"url\":\"\u00ff\"}]}",
                $$"""{"detail":{{new string('[', 10_000)}}{{new string(']', 10_000)}}}""",
                "{\"detail\":\"\0\"}",
                "{\"detail\":\"x\"}\0",
            ];
            var cells = new TheoryData<string, int, string>();
            foreach (var provider in new[] { "fal", "fal-sync", "chainhub", "aimlapi" })
            {
                foreach (var body in bodies)
                {
                    cells.Add(provider, 200, body);
                    cells.Add(provider, 422, body);
                    cells.Add(provider, 500, body);
                }
            }

            return cells;
        }
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(StateFolder.Variable, _before);
        _home.Dispose();
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task An_answer_that_cannot_be_read_leaves_the_row_in_doubt(string provider, int status, string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status) { Bytes = Encoding.Latin1.GetBytes(body) });

        await TenInDoubtAsync(TestHost.Connect(TestClient.Providers.Find(provider) with { BaseUri = server.Address }, new SkippingTime()), server);
    }

    [Fact]
    public async Task An_error_of_the_modules_own_leaves_the_row_in_doubt()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, """{"request_id":"r-1"}"""));

        await TenInDoubtAsync(TestHost.Connect(server.Address, new SkippingTime(), _ => throw new NotSupportedException("a defect")), server);
    }

    [Theory]
    [InlineData("http://\ufffd/fal-ai/imagen4/requests/r-1/status")]
    [InlineData("http://xn--a\u0301/fal-ai/imagen4/requests/r-1/status")]
    [InlineData("http://[::1/requests/r-1")]
    [InlineData("\\ud800")]
    [InlineData("http://a\\u0000/fal-ai/imagen4/requests/r-1/status")]
    public async Task An_odd_address_costs_nothing_where_the_request_is_named(string address)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(
            200, $$"""{"request_id":"r-1","status_url":"{{address}}","response_url":"{{address}}","cancel_url":"{{address}}"}"""));

        var (request, error) = await TestClient.Client.StartBatch(new BatchOptions()).SubmitAsync(
            Row(1, TestHost.Connect(server.Address, new SkippingTime())), CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal(("r-1", ImagenStates.InQueue), (request!.RequestId, request.State));
        Assert.Equal($"{server.Address}fal-ai/imagen4/requests/r-1/status", request.StatusUri);
    }

    private static async Task TenInDoubtAsync(Core.Providers.HostConnection host, WebServer server)
    {
        var run = TestClient.Client.StartBatch(new BatchOptions { Wait = true });
        for (var number = 1; number <= 10; number++)
        {
            Assert.Null(run.Breaker.Reason);
            var (result, error) = await run.RunAsync(Row(number, host), CancellationToken.None).InTime();

            Assert.IsType<SubmissionInDoubtException>(error);
            Assert.Equal((ImagenStates.InDoubt, number, error.Message), (result!.State, result.Index, result.Error));
            Assert.NotNull(result.LedgerId);
        }

        Assert.IsType<HostUnavailableException>(run.Breaker.Reason);
        Assert.Equal(new RowOutcome<ImagenResult>(null, null), await run.RunAsync(Row(11, host), CancellationToken.None).InTime());
        Assert.Equal(10, server.Requests.Count(seen => seen.Method == "POST"));
        Assert.Equal(10, run.Counts.InDoubt);
    }

    private static CheckedRow Row(int number, Core.Providers.HostConnection host) =>
        new(TestHost.Row(number), host, host.Profile.DefaultModel, TestHost.Input());
}
