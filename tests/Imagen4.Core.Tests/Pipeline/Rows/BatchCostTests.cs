using System.Text.Json;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>What a batch costs, against a host whose bill log tells what was paid for: an image of its model is 0.08 USD.</summary>
[Collection(RunsAlone.Name)]
public sealed class BatchCostTests : BatchTest
{
    private const string Model = "fal-ai/nano-banana-2";
    private const decimal Each = 0.08m;
    private const int AtOnce = 40;

    // Accepted, and free: what a host's own failure costs is nothing.
    private const string Free = "[emulator:internal_server_error]";

    [Fact]
    public async Task A_lid_is_not_passed_with_forty_under_way_nor_by_running_the_batch_again()
    {
        UsePrices();
        await FaultAsync(new { operation = "submit", kind = "close", after_accept = true, count = 4, match = "a red fox" });
        var prompts = Enumerable.Range(1, 120).Select(row => row % 3 == 0 ? $"{Free} {row}" : $"a red fox, {row}").ToArray();
        var options = Batch() with { MaxCost = 3m };

        for (var run = 0; run < 3; run++)
        {
            var (batch, outcomes) = await RunAllAsync(options, prompts);
            Assert.True(await PaidAsync() <= 3m);
            Assert.True(batch.Counted!.Amount <= 3m);
            Assert.NotEmpty(batch.Counts.HeldBack);
            Assert.Equal(120, outcomes.Count(outcome => outcome.Value is not null) + batch.Counts.HeldBack.Count);
        }

        // Four are in doubt, and count; whatever fits under the limit besides has been paid for.
        Assert.Equal(37 * Each, await PaidAsync());

        var (whole, all) = await RunAllAsync(options with { MaxCost = 100m }, prompts);
        Assert.Empty(whole.Counts.HeldBack);
        Assert.Equal(80 * Each, await PaidAsync());
        Assert.Equal(76, all.Count(outcome => outcome.Value!.State == ImagenStates.Delivered));
    }

    [Fact]
    public async Task What_earlier_runs_have_paid_for_counts_before_a_new_row_in_front_of_it_goes()
    {
        UsePrices();
        await RunAllAsync(Batch() with { MaxCost = 0.4m }, "a", "b", "c", "d", "e");
        Assert.Equal(5, await BillsAsync());

        var (batch, outcomes) = await RunAllAsync(Batch() with { MaxCost = 0.48m }, "new 1", "new 2", "new 3", "a", "b", "c", "d", "e");

        Assert.Equal(6, await BillsAsync());
        Assert.Equal([2, 3], batch.Counts.HeldBack);
        Assert.Equal(6, outcomes.Count(outcome => outcome.Value is { State: ImagenStates.Delivered, Cost: Each, Currency: "USD" }));

        // Anew is a batch of its own.
        var (anew, _) = await RunAllAsync(Batch() with { MaxCost = 0.16m, NoResume = true }, "a", "b", "c");
        Assert.Equal(8, await BillsAsync());
        Assert.Equal([3], anew.Counts.HeldBack);

        // And is continued as one: what was before it is not counted again.
        var (again, _) = await RunAllAsync(Batch() with { MaxCost = 0.16m }, "a", "b");
        Assert.Equal(0.16m, again.Counted!.Amount);
    }

    [Fact]
    public async Task A_row_waits_for_room_that_one_before_it_leaves()
    {
        UsePrices();
        await SettingsAsync(new { generation_time = 0.2 });

        var (batch, outcomes) = await RunAllAsync(Batch() with { MaxCost = Each }, Free, "a", "b");

        Assert.Equal([3], batch.Counts.HeldBack);
        Assert.Equal(ImagenStates.Failed, outcomes[0].Value!.State);
        Assert.Null(outcomes[0].Value!.Cost);
        Assert.Equal((ImagenStates.Delivered, Each), (outcomes[1].Value!.State, outcomes[1].Value!.Cost!.Value));
        Assert.Equal(2, await BillsAsync());
    }

    [Fact]
    public async Task Rows_that_are_only_submitted_count_at_their_worst_and_so_they_do_when_they_are_found_again()
    {
        UsePrices();
        var options = Batch() with { MaxCost = 0.2m, Wait = false, Output = null };
        for (var run = 0; run < 2; run++)
        {
            var batch = TestClient.Client.StartBatch(options);
            var rows = await CheckAsync(batch, "a", "b", "c");
            foreach (var row in rows)
            {
                _ = await batch.SubmitAsync(row, CancellationToken.None).InTime();
            }

            Assert.Equal([3], batch.Counts.HeldBack);
            Assert.Equal(0.16m, batch.Counted!.Amount);
            Assert.Equal(2, await BillsAsync());
        }
    }

    [Fact]
    public async Task What_was_paid_while_no_price_was_known_counts_by_what_the_host_said_it_bills()
    {
        UsePrices();
        await FaultAsync(new { operation = "pricing", kind = "status", status = 500, count = -1 });
        var (_, unpriced) = await RunAllAsync(Batch(), "a", "b");
        Assert.All(unpriced, outcome => Assert.Null(outcome.Value!.Cost));
        await EndFaultsAsync();

        var (batch, outcomes) = await RunAllAsync(Batch() with { MaxCost = 0.24m }, "a", "b", "c", "d");

        Assert.Equal([4], batch.Counts.HeldBack);
        Assert.Equal(3, await BillsAsync());
        Assert.Equal(3, outcomes.Count(outcome => outcome.Value is not null));
    }

    [Fact]
    public async Task A_failure_that_was_billed_while_no_price_was_known_is_not_free()
    {
        UsePrices();
        await FaultAsync(new { operation = "pricing", kind = "status", status = 500, count = -1 });
        await FaultAsync(new
        {
            operation = "result",
            kind = "status",
            status = 500,
            count = -1,
            body = new { detail = new[] { new { loc = new[] { "body" }, msg = "broken", type = "internal_server_error" } } },
            headers = new Dictionary<string, string> { ["X-Fal-Billable-Units"] = "1", ["X-Fal-Error-Type"] = "internal_server_error" },
        });
        _ = await RunAllAsync(Batch(), "a", "b");
        await EndFaultsAsync();
        var before = await BillsAsync();

        var (batch, _) = await RunAllAsync(Batch() with { MaxCost = 0.16m }, "a", "b");

        Assert.Equal([1, 2], batch.Counts.HeldBack);
        Assert.Equal(before, await BillsAsync());
    }

    [Fact]
    public async Task A_refusal_after_the_work_counts_as_if_it_were_billed()
    {
        UsePrices();
        var (batch, outcomes) = await RunAllAsync(Batch() with { MaxCost = 2 * Each }, "a [emulator:no_media_generated]", "b [emulator:no_media_generated]", "c");

        Assert.Equal([3], batch.Counts.HeldBack);
        Assert.Equal([ImagenStates.Failed, ImagenStates.Failed], outcomes.Select(outcome => outcome.Value?.State).OfType<string>());
    }

    [Fact]
    public async Task What_is_held_back_leaves_nothing_in_the_ledger()
    {
        UsePrices();

        var (batch, _) = await RunAllAsync(Batch() with { MaxCost = 0 }, "a", "b");

        Assert.Equal([1, 2], batch.Counts.HeldBack);
        Assert.Empty(await TestClient.Client.Requests.FindAsync(new RequestFilter { History = true }, CancellationToken.None).ToListAsync());
    }

    [Fact]
    public async Task Cost_and_currency_are_kept_with_the_request_and_come_back_with_it()
    {
        UsePrices();
        var (_, outcomes) = await RunAllAsync(Batch() with { Output = null }, "a");
        var (_, delivered) = await RunAllAsync(Batch(), "b", Free);

        Assert.Equal((Each, "USD", 1m), (outcomes[0].Value!.Cost!.Value, outcomes[0].Value!.Currency, outcomes[0].Value!.BillableUnits!.Value));
        var known = await TestClient.Client.Requests.FindAsync(new RequestFilter(), CancellationToken.None)
            .Select(TestClient.Client.Requests.ToObject).ToListAsync();
        Assert.Equal(
            [(ImagenStates.Completed, Each, "USD"), (ImagenStates.Delivered, Each, "USD"), (ImagenStates.Failed, null, null)],
            known.OrderBy(request => request.State, StringComparer.Ordinal).Select(request => (request.State, request.Cost, request.Currency)));

        // At another price it is still what it was.
        await PriceCache.SaveAsync(Priced(), new Dictionary<string, UnitPrice> { [Model] = new(1m, "image", "USD", IsHosts: true) }, DateTimeOffset.UtcNow, default);
        var (_, again) = await RunAllAsync(Batch(), "b");
        Assert.Equal(Each, again[0].Value!.Cost);
        Assert.Equal(delivered[0].Value!.LedgerId, again[0].Value!.LedgerId);
    }

    [Fact]
    public async Task The_price_is_asked_once_and_no_POST_waits_for_it()
    {
        var answered = new TaskCompletionSource();
        await using var prices = await WebServer.StartAsync(async context =>
        {
            await answered.Task;
            await new Answer(200, $$"""{"prices":[{"endpoint_id":"{{Model}}","unit_price":0.08,"unit":"images","currency":"USD"}]}""").WriteAsync(context);
        });
        UsePrices(prices.Address);
        var running = RunAllAsync(Batch(), [.. Enumerable.Range(1, 30).Select(row => $"a red fox, {row}")]);

        // All is paid for before the host has said a price. Where the POSTs waited for it, the question would have been given up by then.
        await UntilAsync(async () => await BillsAsync() == 30);
        answered.SetResult();

        var (_, outcomes) = await running.InTime();
        Assert.All(outcomes, outcome => Assert.Equal((Each, "USD"), (outcome.Value!.Cost!.Value, outcome.Value!.Currency)));
        Assert.Equal(["/models/pricing?endpoint_id=fal-ai%2Fnano-banana-2"], prices.Requests.Select(seen => seen.Path));
    }

    [Fact]
    public async Task A_host_that_never_says_a_price_costs_the_batch_nothing_but_the_price()
    {
        await using var prices = await WebServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        UsePrices(prices.Address);

        var (_, outcomes) = await RunAllAsync(Batch(), "a", "b");

        Assert.All(outcomes, outcome => Assert.Equal((ImagenStates.Delivered, null, null), (outcome.Value!.State, outcome.Value!.Cost, outcome.Error)));
        Assert.Single(prices.Requests);
        Assert.Empty(Warnings);
    }

    [Theory]
    [InlineData("google/nano-banana-lite", "the host counts in 'image', and no rule says how many a row comes to")]
    [InlineData("fal-ai/imagen4/retired", "no price is known")]
    public async Task A_row_whose_worst_case_nobody_knows_is_refused_before_anything_is_sent(string model, string why)
    {
        UsePrices();

        var (batch, outcomes) = await RunAllAsync(Batch() with { MaxCost = 5, Model = model }, "a");

        var error = Assert.IsType<InvalidInputException>(outcomes[0].Error);
        Assert.Equal(
            $"Row 1: the maximum cost of this row is unknown ({model} at test: {why}), and -MaxCost is given. Nothing was sent for it. "
            + "Get-ImagenPrice shows what is known; Set-ImagenProvider test -PricePerImage 0.05 sets a price of your own, for every model of that provider whose price the host does not report.",
            error.Message);
        Assert.Empty(batch.Counts.HeldBack);
        Assert.Equal(0, await BillsAsync());

        TestClient.Providers.Set(Priced() with { PricePerImage = 0.1m }, makeDefault: true);
        var (priced, _) = await RunAllAsync(Batch() with { MaxCost = 0.1m, Model = "google/nano-banana-lite" }, "a", "b");
        Assert.Equal([2], priced.Counts.HeldBack);
    }

    [Fact]
    public async Task Rows_in_two_currencies_are_not_added_up()
    {
        UsePrices();
        var other = Priced() with { Name = "other", PlatformUri = new Uri("http://127.0.0.1:9/v1") };
        TestClient.Providers.Set(other, makeDefault: false);
        await PriceCache.SaveAsync(other, new Dictionary<string, UnitPrice> { [Model] = new(0.07m, "image", "EUR", IsHosts: true) }, DateTimeOffset.UtcNow, default);
        var batch = TestClient.Client.StartBatch(Batch() with { MaxCost = 5 });
        var first = await batch.CheckAsync(TestHost.Row(1, "a"), CancellationToken.None);
        var second = await batch.CheckAsync(TestHost.Row(2, "b") with { Provider = "other" }, CancellationToken.None);

        await batch.CountAsync(first, CancellationToken.None);
        var error = await Assert.ThrowsAsync<InvalidInputException>(async () => await batch.CountAsync(second, CancellationToken.None));

        Assert.Equal(
            $"Row 2: {Model} at other is paid for in EUR, and rows before it in USD. -MaxCost is an amount of one currency: run the rows of each on "
            + "their own. Nothing was sent for this row.",
            error.Message);
        TestClient.Providers.Remove("other");
    }

    [Fact]
    public async Task A_failure_that_the_host_bills_costs_what_it_says()
    {
        UsePrices();
        await FaultAsync(new
        {
            operation = "result",
            kind = "status",
            status = 422,
            body = new { detail = new[] { new { loc = new[] { "body" }, msg = "too hard", type = "feature_not_supported" } } },
            headers = new Dictionary<string, string> { ["X-Fal-Billable-Units"] = "2" },
            match = "the first",
            count = 1,
        });

        var (batch, outcomes) = await RunAllAsync(Batch() with { MaxCost = 0.16m }, "the first", "the other");

        Assert.Equal((ImagenStates.Failed, 0.16m, "USD"), (outcomes[0].Value!.State, outcomes[0].Value!.Cost!.Value, outcomes[0].Value!.Currency));
        var known = await TestClient.Client.Requests.FindAsync(new RequestFilter(), CancellationToken.None).Select(TestClient.Client.Requests.ToObject).ToListAsync();
        Assert.Contains((ImagenStates.Failed, 0.16m), known.Select(request => (request.State, request.Cost ?? 0)));
        Assert.True(batch.Counted!.Amount >= 0.16m);
    }

    [Fact]
    public async Task Where_the_answer_is_the_result_its_cost_is_known_when_it_is_only_submitted()
    {
        TestClient.Providers.Set(Priced() with { Protocol = HostProtocol.FalSync, BaseUri = new Uri(Address, "fal-sync"), Settings = [] }, makeDefault: true);
        var batch = TestClient.Client.StartBatch(Batch() with { Wait = false, Output = null });

        var (request, error) = await batch.SubmitAsync((await CheckAsync(batch, "a"))[0], CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal((ImagenStates.Completed, Each, "USD"), (request!.State, request.Cost!.Value, request.Currency));
        var known = await TestClient.Client.Requests.FindAsync(new RequestFilter(), CancellationToken.None).Select(TestClient.Client.Requests.ToObject).SingleAsync();
        Assert.Equal((ImagenStates.Completed, Each, "USD"), (known.State, known.Cost!.Value, known.Currency));
    }

    private ProviderProfile Priced(Uri? platform = null) => TestHost.Profile(Address) with
    {
        OpenKey = "open",
        Scope = ProviderScope.Session,
        DefaultModel = Model,
        PlatformUri = platform ?? new Uri(Address, "v1"),
        Offers = [HostOffer.Status, HostOffer.Price],
    };

    private void UsePrices(Uri? platform = null) => TestClient.Providers.Set(Priced(platform), makeDefault: true);

    // By the host's own book: everything accepted that it would bill.
    private async Task<decimal> PaidAsync() => Each * (await BillLinesAsync())
        .Count(line => !JsonElement.Parse(line).GetProperty("input").GetProperty("prompt").GetString()!.Contains(Free, StringComparison.Ordinal));

    private static async Task<List<CheckedRow>> CheckAsync(RowBatch batch, params string[] prompts)
    {
        var rows = new List<CheckedRow>();
        foreach (var prompt in prompts)
        {
            rows.Add(await batch.CheckAsync(TestHost.Row(rows.Count + 1, prompt), CancellationToken.None));
        }

        return rows;
    }

    // As the command does it: all are counted, then what goes on, then the rest.
    private static async Task<(RowBatch Batch, IReadOnlyList<RowOutcome<ImagenResult>> Outcomes)> RunAllAsync(BatchOptions options, params string[] prompts)
    {
        var batch = TestClient.Client.StartBatch(options);
        var rows = await CheckAsync(batch, prompts);
        var isKnown = new Dictionary<CheckedRow, bool>();
        foreach (var row in rows)
        {
            try
            {
                isKnown[row] = await batch.CountAsync(row, CancellationToken.None);
            }
            catch (InvalidInputException)
            {
                // It says so again when it is run.
            }
        }

        rows.Where(row => !isKnown.GetValueOrDefault(row)).ToList().ForEach(RowBatch.LineUp);
        using var slots = new SemaphoreSlim(AtOnce);
        var running = rows.OrderByDescending(row => isKnown.GetValueOrDefault(row)).Select(async row =>
        {
            await slots.WaitAsync();
            try
            {
                return (row.Row.Index, Outcome: await batch.RunAsync(row, CancellationToken.None));
            }
            finally
            {
                slots.Release();
            }
        }).ToList();
        return (batch, [.. (await Task.WhenAll(running).InTime()).OrderBy(ended => ended.Index).Select(ended => ended.Outcome)]);
    }
}
