using System.Text;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Protocols;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Faults;

/// <summary>
/// A host whose reads are answered by anybody but the host, most of the time: in every form of the tables that is no word of its own.
/// The batch is run again until every row has its result, and every row was paid for once.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class ReadStormTests : EnvironmentTest, IAsyncLifetime
{
    private const int Rows = 8;
    private const int MostRuns = 60;

    private static readonly string[] Ends =
    [
        "RequestFailed", "RequestCancelled", "InvalidInput", "ContentPolicyViolation", "Failed", "Cancelled", "Completed",
        "1 images", "0 images",
    ];

    private int _said;

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await TestClient.Ledger.DisposeAsync();

    [Theory]
    [InlineData("fal", 1)]
    [InlineData("fal", 2)]
    [InlineData("chainhub", 1)]
    [InlineData("chainhub", 2)]
    [InlineData("kkiai", 1)]
    [InlineData("kkiai", 2)]
    public async Task Every_row_is_paid_for_once(string provider, int seed)
    {
        var random = new Random(seed);
        await using var server = new RawServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                await connection.WriteAsync(Encoding.UTF8.GetBytes(Answer(provider, request.Split(' ', 3), random)));
            }
        });
        var profile = TestClient.Providers.Find(provider) with
        {
            BaseUri = new Uri(server.Address, $"{Guid.NewGuid():N}"),
            PlatformUri = null,
            Offers = [],
            OpenKey = "open",
            Scope = ProviderScope.Session,
        };
        TestClient.Providers.Set(profile, makeDefault: false);

        var done = new HashSet<int>();
        for (var runs = 0; done.Count < Rows; runs++)
        {
            Assert.True(runs < MostRuns, "The batch does not come to its end.");
            await RunAsync(provider, done);
        }

        Assert.Equal(Rows, server.Posts);
    }

    private static async Task RunAsync(string provider, HashSet<int> done)
    {
        var options = new BatchOptions { Provider = provider, Wait = true, Continues = true, Time = new SkippingTime() };
        var check = TestClient.Check(options);
        var run = TestClient.Client.StartBatch(options);
        for (var row = 1; row <= Rows; row++)
        {
            var (result, error) = await run.RunAsync(check.Check(TestHost.Row(row, $"row {row}")), CancellationToken.None).InTime();
            if (error is null && result?.State == ImagenStates.Completed)
            {
                _ = done.Add(row);
            }
        }
    }

    // The host's own answer one time in four.
    private string Answer(string provider, string[] request, Random random)
    {
        if (request[0] == "POST")
        {
            return RawServer.Answer(200, $$"""{"request_id":"r-{{Guid.NewGuid():N}}"}""");
        }

        var isStatus = request[1].EndsWith("/status", StringComparison.Ordinal);
        if (random.Next(4) == 0)
        {
            return isStatus
                ? RawServer.Answer(200, """{"status":"COMPLETED"}""")
                : RawServer.Answer(200, """{"images":[{"url":"https://a/1.png"}]}""");
        }

        var cells = (isStatus ? ReadTables.Statuses : ReadTables.Results).Where(cell => !Ends.Contains(cell.At(provider))).ToList();
        var cell = cells[random.Next(cells.Count)];

        return cell.Status == 204 ? "HTTP/1.1 204 No Content\r\n\r\n" : RawServer.Answer(
            cell.Status,
            Unlike(cell.Body),
            cell.Header.Length > 0 ? $"{cell.Header}\r\n" : "",
            cell.Body.StartsWith('<') ? "text/html" : "application/json");
    }

    // No gateway's words come twice, so that none of them counts.
    private string Unlike(string body)
    {
        _said++;
        return new[] { "overloaded", "boom", "bad seed", "Client Closed" }
            .Aggregate(body, (text, word) => text.Replace(word, $"{word} {_said}", StringComparison.Ordinal));
    }
}
