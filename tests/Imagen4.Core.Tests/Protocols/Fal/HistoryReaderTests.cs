using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal;

public sealed class HistoryReaderTests
{
    private static readonly DateTimeOffset Sent = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task It_is_looked_for_on_every_page()
    {
        var (match, server) = await FindAsync(new Answer(200, Page(Item("other", prompt: "an owl"), cursor: "next one")), new Answer(200, Page(Item("it"))));

        Assert.Equal((HistoryFinding.Likely, "it"), (match.Finding, match.RequestId));
        Assert.Equal(
            [
                "/v1/models/requests/by-endpoint?endpoint_id=fal-ai%2Fimagen4%2Fpreview&start=2026-05-01T11%3A55%3A00Z&limit=100&expand=payloads",
                "/v1/models/requests/by-endpoint?endpoint_id=fal-ai%2Fimagen4%2Fpreview&start=2026-05-01T11%3A55%3A00Z&limit=100&expand=payloads&cursor=next%20one",
            ],
            server.Requests.Select(request => request.Path));
        Assert.All(server.Requests, request => Assert.Equal($"Key {TestHost.Secret}", request.Headers["Authorization"]));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"team=art,imagen4-ledger=L1\"")]
    [InlineData("""{"imagen4-ledger":"L1"}""")]
    [InlineData("\"imagen4-ledger=L2\"")]
    public async Task No_label_makes_a_match_certain_or_rules_one_out(string tags)
    {
        Assert.Equal(HistoryFinding.Likely, (await FindAsync(Page(Item("it", tags)))).Finding);
        Assert.Equal(HistoryFinding.Absent, (await FindAsync(Page(Item("it", tags, prompt: "an owl")))).Finding);
    }

    [Theory]
    [InlineData("a red fox", "2026-05-01T11:56:00Z", nameof(HistoryFinding.Likely))]
    [InlineData("a red fox", "2026-05-01T12:06:00Z", nameof(HistoryFinding.Likely))]
    [InlineData("a red fox", "2026-05-01T11:54:59Z", nameof(HistoryFinding.Absent))]
    [InlineData("a red fox", "2026-05-01T12:07:01Z", nameof(HistoryFinding.Absent))]
    [InlineData("A red fox", "2026-05-01T12:00:00Z", nameof(HistoryFinding.Absent))]
    public async Task Input_and_time_have_to_be_the_same(string prompt, string at, string expected) =>
        Assert.Equal(expected, (await FindAsync(Page(Item("it", prompt: prompt, at: at)))).Finding.ToString());

    [Fact]
    public async Task The_order_of_members_does_not_matter_and_every_one_of_them_does()
    {
        var doubt = Doubt(TestHost.Input() with { NumImages = 2 });

        Assert.Equal(HistoryFinding.Likely, (await FindAsync(doubt, Page(Raw("""{"num_images":2,"prompt":"a red fox"}""")))).Finding);
        Assert.Equal(HistoryFinding.Absent, (await FindAsync(doubt, Page(Raw("""{"prompt":"a red fox"}""")))).Finding);
        Assert.Equal(HistoryFinding.Absent, (await FindAsync(doubt, Page(Raw("""{"num_images":2,"prompt":"a red fox","seed":1}""")))).Finding);
    }

    [Fact]
    public async Task Two_that_it_may_be_are_not_told_apart()
    {
        var match = await FindAsync(Page($"{Item("one")},{Item("two")}"));

        Assert.Equal((HistoryFinding.Unknown, 2), (match.Finding, match.Candidates));
    }

    [Fact]
    public async Task A_request_that_is_known_is_not_the_one_in_doubt()
    {
        var match = await FindAsync(Doubt(), Page($"{Item("mine")},{Item("it")}"), isOthers: id => id == "mine");

        Assert.Equal((HistoryFinding.Likely, "it"), (match.Finding, match.RequestId));
    }

    [Theory]
    [InlineData("""{"request_id":"it","sent_at":"2026-05-01T12:00:00Z"}""")]
    [InlineData("""{"request_id":"it","sent_at":"2026-05-01T12:00:00Z","json_input":null}""")]
    public async Task A_request_that_does_not_show_its_input_leaves_everything_open(string item) =>
        Assert.Equal(HistoryFinding.Unknown, (await FindAsync(Page(item))).Finding);

    [Fact]
    public async Task Without_knowing_what_was_sent_nothing_is_said() =>
        Assert.Equal(HistoryFinding.Unknown, (await FindAsync(Doubt() with { Input = null }, Page(""))).Finding);

    // Many rows of a batch have one prompt and different pictures: what differs in the picture alone is another row's.
    [Theory]
    [InlineData("mine", HistoryFinding.Likely, "one")]
    [InlineData("other", HistoryFinding.Unknown, null)]
    [InlineData("other,mine", HistoryFinding.Likely, "two")]
    [InlineData("mine,mine", HistoryFinding.Unknown, null)]
    [InlineData("", HistoryFinding.Absent, null)]
    internal async Task A_request_of_the_same_words_with_another_picture_is_not_the_one_in_doubt(string pictures, HistoryFinding finding, string? id)
    {
        var file = new FileReference(new string('a', 64), "/home/me/a.png");
        var doubt = Doubt(Pictured(file.Text)) with { Sent = Pictured("https://files.example/mine") };
        var items = pictures.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select((picture, index) => Raw(Json(Pictured($"https://files.example/{picture}"))).Replace("\"it\"", index == 0 ? "\"one\"" : "\"two\"", StringComparison.Ordinal));

        var match = await FindAsync(doubt, Page(string.Join(',', items)));

        Assert.Equal((finding, id), (match.Finding, match.RequestId));
    }

    [Fact]
    public async Task Where_the_addresses_of_files_are_not_known_any_more_nothing_is_said()
    {
        var doubt = Doubt(Pictured(new FileReference(new string('a', 64), null).Text)) with { Sent = null };

        Assert.Equal(HistoryFinding.Unknown, (await FindAsync(doubt, Page(Raw(Json(Pictured("https://files.example/any")))))).Finding);
    }

    private static ImageInput Pictured(string image) =>
        new() { Prompt = "a red fox", AdditionalInput = TestHost.Additional(JsonSerializer.Serialize(new { image_urls = new[] { image } })) };

    private static string Json(ImageInput input) => JsonSerializer.Serialize(input, ImageInputJson.Plain.ImageInput);

    [Fact]
    public async Task A_history_without_an_end_is_not_read_for_ever_and_proves_no_absence()
    {
        var (match, server) = await FindAsync(new Answer(200, Page("", cursor: "again")));

        Assert.Equal(HistoryFinding.Unknown, match.Finding);
        Assert.Equal(100, server.Requests.Count);
    }

    [Theory]
    [InlineData(401, "{}", typeof(AuthenticationFailedException))]
    [InlineData(403, "{}", typeof(AccountLockedException))]
    [InlineData(404, "{}", typeof(HostUnavailableException))]
    [InlineData(500, "{}", typeof(HostUnavailableException))]
    [InlineData(200, "<html></html>", typeof(InvalidResponseException))]
    [InlineData(200, """{"detail":"no list"}""", typeof(InvalidResponseException))]
    public async Task A_history_that_cannot_be_read_is_an_error_and_no_absence(int status, string body, Type type) =>
        Assert.IsType(type, await Record.ExceptionAsync(() => FindAsync(new Answer(status, body))));

    private static HistoryQuery Doubt(ImageInput? input = null) =>
        new(TestHost.Model, input ?? TestHost.Input(), input ?? TestHost.Input(), Sent, Sent.AddMinutes(2));

    private static string Item(string id, string tags = "null", string prompt = "a red fox", string at = "2026-05-01T12:00:01Z") =>
        $$"""{"request_id":"{{id}}","sent_at":"{{at}}","tags":{{tags}},"json_input":{{JsonSerializer.Serialize(new { prompt })}}}""";

    private static string Raw(string input) => $$"""{"request_id":"it","sent_at":"2026-05-01T12:00:01Z","json_input":{{input}}}""";

    private static string Page(string items, string? cursor = null) =>
        $$"""{"items":[null{{(items.Length > 0 ? "," : "")}}{{items}}],"has_more":{{(cursor is null ? "false" : "true")}},"next_cursor":{{JsonSerializer.Serialize(cursor)}}}""";

    private static async Task<HistoryMatch> FindAsync(string page) => (await FindAsync(new Answer(200, page))).Match;

    private static async Task<HistoryMatch> FindAsync(HistoryQuery doubt, string page, Func<string, bool>? isOthers = null) =>
        (await FindAsync(doubt, isOthers, new Answer(200, page))).Match;

    private static Task<(HistoryMatch Match, WebServer Server)> FindAsync(params Answer[] answers) => FindAsync(Doubt(), null, answers);

    private static async Task<(HistoryMatch Match, WebServer Server)> FindAsync(HistoryQuery doubt, Func<string, bool>? isOthers, params Answer[] answers)
    {
        await using var server = await WebServer.AnsweringAsync(answers);
        var profile = TestHost.Profile(new Uri("https://queue.example")) with { PlatformUri = new Uri(server.Address, "v1"), Offers = [HostOffer.History] };
        var reader = new HistoryReader(TestHost.Connect(profile, new SkippingTime()));
        return (await reader.FindAsync(doubt, (id, _) => Task.FromResult(isOthers?.Invoke(id) ?? false), CancellationToken.None).InTime(), server);
    }
}
