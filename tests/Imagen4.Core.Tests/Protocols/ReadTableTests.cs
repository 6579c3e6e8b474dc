using System.Globalization;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols;

/// <summary>Every cell of the tables of reads at every built-in provider, over a real socket.</summary>
public sealed class ReadTableTests
{
    private const string Id = "r-1";
    private static readonly string[] Queues = ["fal", "chainhub", "kkiai"];
    private static readonly string StillRunning = RawServer.Answer(400, """{"detail":"Request is still in progress"}""");
    private static readonly string Completed = RawServer.Answer(200, """{"status":"COMPLETED"}""");

    private readonly SkippingTime _time = new() { Deadlines = true };

    public static TheoryData<string, int> Statuses => Cells(ReadTables.Statuses);

    public static TheoryData<string, int> Results => Cells(ReadTables.Results);

    public static TheoryData<string, int> Cancels => Cells(ReadTables.Cancels);

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task What_an_answer_to_a_status_read_says(string provider, int number)
    {
        var cell = ReadTables.Statuses[number];
        var resultIsRead = false;
        await using var server = Serving(path => path.EndsWith("/status", StringComparison.Ordinal) ? Wire(cell) : Result());
        string Result()
        {
            resultIsRead = true;
            return StillRunning;
        }

        var request = CreateReference(provider, server.Address);
        var said = await SaidAsync(async () => (await TestClient.Protocols.For(request.Host.Profile.Protocol)
            .ReadStatusAsync(request, logs: false, CancellationToken.None).InTime()).State);

        Assert.Equal(Named(provider, cell, cell.At(provider)), Named(provider, cell, resultIsRead ? ReadTables.AsksResult : said));
        Assert.True(!resultIsRead || said == ImagenStates.InProgress, said);
    }

    [Theory]
    [MemberData(nameof(Results))]
    public async Task What_an_answer_to_a_result_read_says(string provider, int number)
    {
        var cell = ReadTables.Results[number];
        await using var server = Serving(_ => Wire(cell));
        var request = CreateReference(provider, server.Address);

        var said = await SaidAsync(async () => await TestClient.Protocols.For(request.Host.Profile.Protocol)
            .ReadResultAsync(request, CancellationToken.None).InTime() is { } result ? Said(result) : ReadTables.NotYet);

        Assert.Equal(Named(provider, cell, cell.At(provider)), Named(provider, cell, said));
    }

    [Theory]
    [MemberData(nameof(Results))]
    public async Task What_a_wait_makes_of_a_result_that_answers_so_for_ever(string provider, int number)
    {
        var cell = ReadTables.Results[number];
        await using var server = Serving(path => path.EndsWith("/status", StringComparison.Ordinal) ? Completed : Wire(cell));
        var request = CreateReference(provider, server.Address);

        var waiter = new RequestWaiter(TimeSpan.FromHours(1));
        var said = await SaidAsync(async () => Said(await waiter.UntilResultAsync(request, StatusWatch.Nothing, CancellationToken.None).InTime()));

        Assert.Equal(Named(provider, cell, cell.ForEverAt(provider)), Named(provider, cell, said));
    }

    [Theory]
    [MemberData(nameof(Cancels))]
    public async Task What_an_answer_to_a_cancel_says(string provider, int number)
    {
        var cell = ReadTables.Cancels[number];
        await using var server = Serving(_ => Wire(cell));
        var request = CreateReference(provider, server.Address);

        var said = await SaidAsync(async () =>
        {
            await TestClient.Protocols.For(request.Host.Profile.Protocol).CancelAsync(request, CancellationToken.None).InTime();
            return "ok";
        });

        Assert.Equal(Named(provider, cell, cell.At(provider)), Named(provider, cell, said));
    }

    // Where the answer to the submit is the result, no later answer can say anything: nobody is asked.
    [Theory]
    [InlineData("fal-sync", true, "Completed", "1 images", "AlreadyCompleted")]
    [InlineData("fal-sync", false, "RequestNotFound", "RequestNotFound", "RequestNotFound")]
    [InlineData("aimlapi", true, "Completed", "1 images", "AlreadyCompleted")]
    [InlineData("aimlapi", false, "RequestNotFound", "RequestNotFound", "RequestNotFound")]
    public async Task A_host_that_says_a_result_once_is_not_asked_again(
        string provider, bool isKept, string status, string result, string cancel)
    {
        await using var server = Serving(_ => RawServer.Answer(500, """{"detail":"boom","error_type":"internal_error"}"""));
        var request = CreateReference(provider, server.Address) with { RequestId = Guid.NewGuid().ToString() };
        if (isKept)
        {
            var image = new HostImage(new ImagenImage { Index = 1 }, new ImageBytes.Remote("https://a/1.png"));
            var kept = await LedgerResultStore.OfAsync(new HostResult { Images = [image] }, new Spool());
            var entry = new LedgerEntry(provider, request.Model, Key: null, TestHost.Input())
            {
                BaseAddress = ProviderAddress.Normal(request.Host.BaseUri),
                RequestId = request.RequestId,
            };
            Assert.True(await TestClient.Ledger.ClaimAsync(entry, newest: null, isSeen: false, CancellationToken.None));
            await TestClient.Ledger.RecordAsync(RequestState.Intent, entry, CancellationToken.None);
            Assert.Equal(request.RequestId, await TestClient.Ledger.AcceptAsync(entry, kept));
        }

        var protocol = TestClient.Protocols.For(request.Host.Profile.Protocol);
        var none = CancellationToken.None;
        Assert.Equal(status, await SaidAsync(async () => (await protocol.ReadStatusAsync(request, logs: false, none)).State));
        Assert.Equal(result, await SaidAsync(async () => Said((await protocol.ReadResultAsync(request, none))!)));
        Assert.Equal(cancel, await SaidAsync(async () =>
        {
            await protocol.CancelAsync(request, none);
            return "ok";
        }));
        Assert.Equal(0, server.Connections);
    }

    private static TheoryData<string, int> Cells(IReadOnlyList<ReadCell> cells)
    {
        var all = new TheoryData<string, int>();
        foreach (var provider in Queues)
        {
            for (var number = 0; number < cells.Count; number++)
            {
                all.Add(provider, number);
            }
        }

        return all;
    }

    // A failure names its cell.
    private static string Named(string provider, ReadCell cell, string outcome) =>
        string.Create(CultureInfo.InvariantCulture, $"{provider}: {cell.Status} {cell.Body} {cell.Header} -> {outcome}");

    private static string Said(HostResult result) => $"{result.Images.Count} images";

    private static async Task<string> SaidAsync(Func<Task<string>> ask)
    {
        try
        {
            return await ask();
        }
        catch (ImagenException error)
        {
            return error.Kind;
        }
    }

    private static string Wire(ReadCell cell)
    {
        var type = cell.Body.StartsWith('<') ? "text/html" : "application/json";
        var header = cell.Header.Length > 0 ? $"{cell.Header}\r\n" : "";
        return cell.Status == 204
            ? $"HTTP/1.1 204 No Content\r\n{header}\r\n"
            : RawServer.Answer(cell.Status, cell.Body, header, type);
    }

    private static RawServer Serving(Func<string, string> answer) => new(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            var path = request.Split(' ', 3)[1];
            Assert.Contains($"/requests/{Id}", path, StringComparison.Ordinal);
            await connection.WriteAsync(Encoding.UTF8.GetBytes(answer(path)));
        }
    });

    // The built-in profile, but for its address, which is like no other: what a host lacks is remembered by it. Its stream has
    // tests of its own.
    private RequestReference CreateReference(string provider, Uri address)
    {
        var profile = TestClient.Providers.Find(provider) with { BaseUri = new Uri(address, $"{Guid.NewGuid():N}"), Offers = [] };
        return TestClient.Protocols.For(profile.Protocol).CreateReference(TestHost.Connect(profile, _time), profile.DefaultModel, Id);
    }
}
