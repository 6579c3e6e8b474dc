using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Faults;

/// <summary>Which calls a rule hits.</summary>
public sealed class ChoiceTests : FaultTest
{
    private const string AtRandom = """{"operation":"any","probability":0.3,"seed":7,"kinds":[{"kind":"status","status":500},{"kind":"status","status":503,"after_accept":true},"html"]}""";

    [Fact]
    public async Task After_lets_the_first_calls_through()
    {
        await AddAsync("""{"operation":"submit","kind":"status","status":418,"after":2,"count":2}""");

        Assert.Equal([200, 200, 418, 418, 200], await SubmitAsync(5));
    }

    [Fact]
    public async Task What_is_left_of_a_rule_is_listed()
    {
        await AddAsync("""{"operation":"submit","kind":"status","after":2,"count":2}""");
        await SubmitAsync(1);
        Assert.Equal("""[{"operation":"submit","after":1,"count":2,"kind":"status"}]""", (await Client.GetAsync("/_emulator/faults")).Text);

        await SubmitAsync(2);
        Assert.Equal("""[{"operation":"submit","count":1,"kind":"status"}]""", (await Client.GetAsync("/_emulator/faults")).Text);
    }

    [Fact]
    public async Task The_same_seed_chooses_the_same_calls_and_kinds()
    {
        await AddAsync(AtRandom);
        var first = await SubmitAsync(100);
        await Client.SendAsync(HttpMethod.Post, "/_emulator/reset");
        await AddAsync(AtRandom);
        var second = await SubmitAsync(100);
        await Client.SendAsync(HttpMethod.Post, "/_emulator/reset");
        await AddAsync(AtRandom.Replace("\"seed\":7", "\"seed\":8", StringComparison.Ordinal));
        var other = await SubmitAsync(100);

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
        Assert.Equal([200, 500, 502, 503], first.Distinct().Order());
        // Far from both ends: a share of 0.3 that is none at all, or all, would show.
        Assert.InRange(first.Count(status => status != 200), 15, 45);
    }

    [Fact]
    public async Task Random_calls_are_billed_if_and_only_if_they_were_performed()
    {
        await AddAsync(AtRandom);

        var statuses = await SubmitAsync(100);

        Assert.Equal(statuses.Count(status => status is 200 or 503), (await BillsAsync()).Count);
    }

    [Fact]
    public async Task The_choice_of_one_operation_does_not_depend_on_the_calls_of_another()
    {
        await AddAsync(AtRandom);
        var alone = await SubmitAsync(30);
        await Client.SendAsync(HttpMethod.Post, "/_emulator/reset");
        await AddAsync(AtRandom);
        var among = new List<int>();
        foreach (var _ in alone)
        {
            await Client.StatusAsync("nobody");
            among.AddRange(await SubmitAsync(1));
        }

        Assert.Equal(alone, among);
    }

    [Fact]
    public async Task Calls_at_the_same_time_are_hit_as_often_as_calls_in_turn()
    {
        await AddAsync(AtRandom);
        var inTurn = await SubmitAsync(100);
        await Client.SendAsync(HttpMethod.Post, "/_emulator/reset");
        await AddAsync(AtRandom);

        var together = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Client.SubmitAsync(CallsOfEachOperation.Prompt)));

        Assert.Equal(inTurn.Order(), together.Select(reply => reply.Status).Order());
    }

    [Fact]
    public async Task A_rule_that_lets_a_call_through_leaves_it_to_the_next()
    {
        await AddAsync("""{"operation":"submit","kind":"status","status":418,"after":1}""");
        await AddAsync("""{"operation":"submit","kind":"status","status":419,"count":-1}""");

        Assert.Equal([419, 418, 419], await SubmitAsync(3));
    }

    [Theory]
    [MemberData(nameof(CallsOfEachOperation.All), MemberType = typeof(CallsOfEachOperation))]
    public async Task A_rule_with_a_host_hits_the_calls_to_that_host_alone(string operation, string method, string path, string body, string key)
    {
        path = await PathOfDoneJobAsync(path);
        var hosts = ((string Name, string Place)[])[("fal-sync", "/fal-sync/"), ("chainhub", "/chainhub/"), ("kkiai", "/kkiai/"), ("aimlapi", "/aimlapi/")];
        var own = operation is "pricing" or "models" or "history" or "keys" ? null
            : hosts.FirstOrDefault(host => path.StartsWith(host.Place, StringComparison.Ordinal)).Name ?? "fal";
        foreach (var host in hosts.Select(host => host.Name).Append("fal"))
        {
            await AddAsync($$"""{"host":"{{host}}","kind":"status","status":418}""");
            using var client = await RawClient.ConnectAsync(Address);
            await client.SendAsync(method, path, body, key);

            var reply = await client.ReadAsync(reply => reply.Head.Length > 0);

            Assert.Equal(host == own, reply.Status == 418);
            await Client.SendAsync(HttpMethod.Delete, "/_emulator/faults");
        }
    }

    [Fact]
    public async Task In_a_row_lets_the_next_call_about_the_request_through()
    {
        var (first, second) = (await Client.SubmitPromptAsync("a"), await Client.SubmitPromptAsync("b"));
        await AddAsync("""{"kind":"status","status":418,"count":-1,"in_a_row":2}""");
        var seen = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            seen.Add((await Client.StatusAsync(first)).Status);
        }

        // Of whatever operation: who looks twice sees the host itself.
        Assert.Equal([418, 418, 202, 418], seen);
        Assert.Equal((418, 418), ((await Client.StatusAsync(first)).Status, (await Client.ResultAsync(second)).Status));
        Assert.Equal([418, 418, 418], await SubmitAsync(3));
    }

    private async Task<IReadOnlyList<int>> SubmitAsync(int count)
    {
        var statuses = new List<int>();
        for (var i = 0; i < count; i++)
        {
            statuses.Add((await Client.SubmitAsync(CallsOfEachOperation.Prompt)).Status);
        }

        return statuses;
    }
}
