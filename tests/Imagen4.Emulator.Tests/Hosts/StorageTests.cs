using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Hosts;

/// <summary>The storage as fal's official client uses it (fal-js, libs/client/src/storage.ts).</summary>
public sealed class StorageTests : EmulatorTest
{
    private const string Initiate = "/storage/upload/initiate?storage_type=fal-cdn-v3";
    private const string InitiateMultipart = "/storage/upload/initiate-multipart?storage_type=fal-cdn-v3";
    private const string Question = """{"content_type":"text/plain","file_name":"a.txt"}""";

    [Fact]
    public async Task A_file_is_put_to_the_address_that_was_named_and_is_served_afterwards()
    {
        var (upload, file) = await BeginAsync(Initiate);
        Assert.Equal(404, (await Client.DownloadAsync(file)).Status);

        Assert.Equal(200, (await PutAsync(upload, "hello")).Status);

        var served = await Client.DownloadAsync(file);
        Assert.Equal((200, "hello", "text/plain"), (served.Status, served.Text, served.Header("Content-Type")));
        var listed = Assert.Single((await Client.GetAsync("/_emulator/uploads")).Json.EnumerateArray());
        Assert.Equal((5, Hash("hello"), "a.txt", file), (
            listed.GetProperty("size").GetInt32(),
            listed.GetProperty("sha256").GetString(),
            listed.GetProperty("file_name").GetString(),
            listed.GetProperty("url").GetString()));
    }

    [Fact]
    public async Task A_key_is_wanted_to_begin_and_refused_afterwards()
    {
        var (upload, file) = await BeginAsync(Initiate);

        Assert.Equal(403, (await Client.SendAsync(HttpMethod.Put, upload, "hello")).Status);
        Assert.Equal(200, (await PutAsync(upload, "hello")).Status);
        Assert.Equal(403, (await Client.GetAsync(file)).Status);
        Client.Authorization = null;
        Assert.Equal(401, (await Client.SendAsync(HttpMethod.Post, Initiate, Question)).Status);
        Assert.Equal(401, (await Client.SendAsync(HttpMethod.Post, InitiateMultipart, Question)).Status);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("no json")]
    [InlineData("""{"content_type":"text/plain","file_name":""}""")]
    public async Task A_file_has_a_name_and_a_type(string body) =>
        Assert.Equal(422, (await Client.SendAsync(HttpMethod.Post, Initiate, body)).Status);

    [Fact]
    public async Task An_address_is_taken_as_it_was_named_alone()
    {
        var (upload, _) = await BeginAsync(Initiate);

        Assert.Equal(403, (await PutAsync(upload.Split('?')[0], "hello")).Status);
        Assert.Equal(404, (await PutAsync(upload.Replace("?", "/1?", StringComparison.Ordinal), "hello")).Status);
        Assert.Equal(404, (await PutAsync("/storage/uploads/none?signature=none", "hello")).Status);
    }

    [Fact]
    public async Task Parts_come_in_any_order_and_one_that_comes_again_replaces_the_first()
    {
        var (upload, file) = await BeginAsync(InitiateMultipart);
        var two = await PutPartAsync(upload, 2, "two");
        _ = await PutPartAsync(upload, 1, "nothing");
        var one = await PutPartAsync(upload, 1, "one, ");

        Assert.Equal(400, (await CompleteAsync(upload, (1, one))).Status);
        Assert.Equal(400, (await CompleteAsync(upload, (1, one), (2, "other"))).Status);
        Assert.Equal(400, (await CompleteAsync(upload, (2, two), (1, one))).Status);
        Assert.Equal(404, (await Client.DownloadAsync(file)).Status);
        Assert.Equal(200, (await CompleteAsync(upload, (1, one), (2, two))).Status);
        Assert.Equal(400, (await CompleteAsync(upload, (1, one), (2, two))).Status);
        Assert.Equal("one, two", (await Client.DownloadAsync(file)).Text);
        Assert.Equal(Hash("one, two"), (await Client.GetAsync("/_emulator/uploads")).Json[0].GetProperty("sha256").GetString());
    }

    [Theory]
    [InlineData("initiate")]
    [InlineData("upload")]
    [InlineData("part")]
    [InlineData("complete")]
    public async Task Every_step_can_go_wrong(string operation)
    {
        Assert.Equal(201, (await Client.SendAsync(
            HttpMethod.Post, "/_emulator/faults", $$"""{"operation":"{{operation}}","kind":"status","status":418}""")).Status);
        var whole = await Client.SendAsync(HttpMethod.Post, Initiate, Question);
        var statuses = new Dictionary<string, int> { ["initiate"] = whole.Status };
        whole = whole.Status == 200 ? whole : await Client.SendAsync(HttpMethod.Post, Initiate, Question);
        statuses["upload"] = (await PutAsync(whole.Json.GetProperty("upload_url").GetString()!, "hello")).Status;
        var (parts, _) = await BeginAsync(InitiateMultipart);
        statuses["part"] = (await PutAsync(PartOf(parts, 1), "hello")).Status;
        var tag = await PutPartAsync(parts, 1, "hello");
        statuses["complete"] = (await CompleteAsync(parts, (1, tag))).Status;

        Assert.Equal([operation], statuses.Where(status => status.Value == 418).Select(status => status.Key));
        Assert.All(statuses.Where(status => status.Key != operation), status => Assert.Equal(200, status.Value));
    }

    [Fact]
    public async Task A_model_reads_the_files_of_this_server_that_are_there_and_those_of_others_unseen()
    {
        var (upload, file) = await BeginAsync(Initiate);
        const string model = "fal-ai/nano-banana/edit";
        string Input(string address) => $$"""{"prompt":"as oil painting","image_urls":["https://elsewhere.example/b.png","{{address}}"]}""";

        var before = await RunAsync(Input(file), model);
        _ = await PutAsync(upload, "hello");
        var after = await RunAsync(Input(file), model);
        var other = await RunAsync(Input(file + "x"), model);

        Assert.Equal([422, 200, 422], [before.Status, after.Status, other.Status]);
        var detail = other.Json.GetProperty("detail")[0];
        Assert.Equal("file_download_error", detail.GetProperty("type").GetString());
        Assert.Equal(["body", "image_urls"], detail.GetProperty("loc").EnumerateArray().Select(part => part.GetString()));
        var image = after.Json.GetProperty("images")[0].GetProperty("url").GetString()!;
        Assert.Equal(200, (await RunAsync(Input(image), model)).Status);
        Assert.Equal(422, (await RunAsync(Input(image + "x"), model)).Status);
        Assert.Equal(422, (await RunAsync(Input($"{Address}nothing"), model)).Status);
    }

    [Fact]
    public async Task A_large_file_is_taken_and_forgotten_with_the_rest()
    {
        var (upload, file) = await BeginAsync(Initiate);
        var bytes = new string('x', 40 * 1024 * 1024);

        Assert.Equal(200, (await PutAsync(upload, bytes)).Status);

        Assert.Equal(Hash(bytes), (await Client.GetAsync("/_emulator/uploads")).Json[0].GetProperty("sha256").GetString());
        Assert.Equal(204, (await Client.SendAsync(HttpMethod.Post, "/_emulator/reset")).Status);
        Assert.Equal(404, (await Client.DownloadAsync(file)).Status);
        Assert.Empty((await Client.GetAsync("/_emulator/uploads")).Json.EnumerateArray());
    }

    private async Task<(string Upload, string File)> BeginAsync(string path)
    {
        var answer = await Client.SendAsync(HttpMethod.Post, path, Question);
        Assert.Equal(200, answer.Status);
        return (answer.Json.GetProperty("upload_url").GetString()!, answer.Json.GetProperty("file_url").GetString()!);
    }

    private async Task<Reply> PutAsync(string address, string content)
    {
        using var anonymous = new FalClient(Address) { Authorization = null };
        return await anonymous.SendAsync(HttpMethod.Put, address, content);
    }

    private async Task<string> PutPartAsync(string upload, int part, string content)
    {
        var answer = await PutAsync(PartOf(upload, part), content);
        Assert.Equal((200, part), (answer.Status, answer.Json.GetProperty("partNumber").GetInt32()));
        return answer.Json.GetProperty("etag").GetString()!;
    }

    private async Task<Reply> CompleteAsync(string upload, params (int Part, string Tag)[] parts)
    {
        using var anonymous = new FalClient(Address) { Authorization = null };
        var list = string.Join(',', parts.Select(part => $$"""{"partNumber":{{part.Part}},"etag":{{JsonSerializer.Serialize(part.Tag)}}}"""));
        return await anonymous.SendAsync(HttpMethod.Post, upload.Replace("?", "/complete?", StringComparison.Ordinal), $$"""{"parts":[{{list}}]}""");
    }

    private static string PartOf(string upload, int part) => upload.Replace("?", $"/{part}?", StringComparison.Ordinal);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
