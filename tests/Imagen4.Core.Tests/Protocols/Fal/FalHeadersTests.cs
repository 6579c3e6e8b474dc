using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal;

/// <summary>The settings of a request as a host sees them.</summary>
public sealed class FalHeadersTests
{
    private static readonly string[] Names =
        ["X-Fal-Queue-Priority", "X-Fal-Request-Timeout", "X-Fal-Request-Start-Timeout", "X-Fal-Tags", "X-Fal-Object-Lifecycle-Preference"];

    [Fact]
    public async Task Every_setting_is_sent_as_the_host_documents_it()
    {
        var head = await SentAsync(
            ("WebhookUri", "https://example.com/hook?token=a b&x=ü"), ("Priority", "low"), ("StartTimeoutSec", 30), ("MaxQueueLength", 5),
            ("Tag", """{"team":"ops","job":7}"""), ("ObjectLifetime", "1h"));

        Assert.StartsWith(
            "POST /fal-ai/imagen4/preview?fal_webhook=https%3A%2F%2Fexample.com%2Fhook%3Ftoken%3Da%2520b%26x%3D%25C3%25BC&fal_max_queue_length=5 HTTP/1.1\r\n",
            head, StringComparison.Ordinal);
        Assert.Equal(
            ["low", "30", "30", "team=ops,job=7", """{"expiration_duration_seconds":3600}"""], Names.Select(name => Header(head, name)));
    }

    [Fact]
    public async Task What_never_expires_is_null() =>
        Assert.Equal("""{"expiration_duration_seconds":null}""", Header(await SentAsync(("ObjectLifetime", "never")), "X-Fal-Object-Lifecycle-Preference"));

    [Fact]
    public async Task What_was_not_given_is_not_sent()
    {
        var head = await SentAsync();

        Assert.StartsWith("POST /fal-ai/imagen4/preview HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("x-fal", head, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_body_has_the_input_and_no_setting()
    {
        var head = await SentAsync(("Priority", "low"), ("Tag", """{"a":"1"}"""));

        Assert.EndsWith("\r\n\r\n{\"prompt\":\"x\"}", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhooks_address_stays_out_of_the_trace()
    {
        var trace = new List<string>();

        await SentAsync(trace.Add, ("WebhookUri", "https://example.com/hook?token=canary"));

        Assert.DoesNotContain("canary", Assert.Single(trace), StringComparison.Ordinal);
    }

    private static string? Header(string request, string name) =>
        request.Split("\r\n").FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    private static Task<string> SentAsync(params (string Name, object? Value)[] cells) => SentAsync(null, cells);

    private static async Task<string> SentAsync(Action<string>? trace, params (string Name, object? Value)[] cells)
    {
        var seen = "";
        await using var server = new RawServer(async connection =>
        {
            seen = (await connection.ReadRequestAsync())!;
            await connection.WriteAsync(RawServer.Answer(200, """{"request_id":"r-1"}"""));
        });
        var row = RowReader.Read(1, cells.Append(("Prompt", "x")).ToDictionary(cell => cell.Item1, cell => cell.Item2));
        var entry = new LedgerEntry("test", TestHost.Model, Key: null, row.Input) { Settings = row.Settings };

        await new Submitter(new NoLedger(), new ThrottleGates(), new SubmissionBreaker(), TestClient.Protocols, new BatchCounts())
            .SubmitAsync(TestHost.Connect(server.Address, trace: trace), entry, CancellationToken.None).InTime();
        return seen;
    }
}
