using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger;

public sealed class WithoutPromptTests : IDisposable
{
    private static readonly string[] Secrets = ["zeppelin", "quagmire", "woodcut", "xylophone"];

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public Task A_file_has_no_text_of_a_row() => HasNoTextAsync(new SqliteDatabase(_temp.Path));

    [Fact]
    public async Task What_was_claimed_without_its_prompt_stays_without_whatever_the_setting_is_later()
    {
        await using var ledger = new RequestLedger(new SqliteDatabase(_temp.Path), TimeProvider.System) { KeepsPrompts = false };
        var entry = new LedgerEntry("fal", "fal-ai/x", Key: "k", Input())
        {
            Row = RowIdentity.OfInput(new Uri("https://queue.fal.run/"), "fal-ai/x", RowIdentity.Hash("fal-ai/x", Input()), 1, "/out"), BaseAddress = "https://queue.fal.run",
        };
        Assert.True(await ledger.ClaimAsync(entry, newest: null, isSeen: false, default));
        await ledger.RecordAsync(RequestState.Intent, entry, default);
        ledger.KeepsPrompts = true;

        // As whoever asks for it later, who does not know what was sent.
        var later = entry with { Input = new ImageInput(), RequestId = "r-1" };
        var made = new LedgerResult { Description = "a zeppelin", Cost = 0.04m };
        await ledger.RecordAsync(RequestState.Failed, later with { Error = "The host: He said \"zeppelin\"", ErrorType = "odd", Delivery = made }, default);
        var known = (await ledger.FindAsync(entry.LedgerId, default))!;
        Assert.Equal(("The reason is not kept, because it may repeat the prompt. ErrorType says what kind of error it was.", "odd"), (known.Error, known.ErrorType));
        Assert.Equal((null, 0.04m), (known.Delivery!.Description, known.Delivery.Cost));
    }

    [Fact]
    public void Numbers_and_choices_are_kept()
    {
        var kept = WithoutPrompt.Of(Input());

        Assert.Equal("""{"aspect_ratio":"16:9","num_images":2,"steps":7,"enable_web_search":true}""", JsonSerializer.Serialize(kept, ImageInputJson.Plain.ImageInput));
        Assert.Null(WithoutPrompt.Of(new ImageInput { Prompt = "zeppelin" }).AdditionalInput);
    }

    /// <summary>Runs a request through a ledger that keeps no prompts, and looks at all that it has of it.</summary>
    internal static async Task HasNoTextAsync(ILedgerDatabase database)
    {
        await using var ledger = new RequestLedger(database, TimeProvider.System) { KeepsPrompts = false };
        var input = Input();
        var hash = RowIdentity.Hash("fal-ai/x", input);
        var entry = new LedgerEntry("fal", "fal-ai/x", Key: "k", input)
        {
            Row = RowIdentity.OfInput(new Uri("https://queue.fal.run/"), "fal-ai/x", hash, 1, "/out"), BaseAddress = "https://queue.fal.run",
        };
        Assert.True(await ledger.ClaimAsync(entry, newest: null, isSeen: false, default));
        await ledger.RecordAsync(RequestState.Intent, entry, default);
        await ledger.RecordAsync(RequestState.Throttled, entry with { Error = "Later: a zeppelin over Antwerp, not quagmire" }, default);
        await ledger.RecordAsync(RequestState.Intent, entry, default);
        await ledger.RecordAsync(RequestState.Accepted, entry with { RequestId = "r-1" }, default);
        var delivery = new LedgerResult
        {
            Description = "A zeppelin", AdditionalOutput = """{"prompt":"A zeppelin"}""", Cost = 0.5m,
            Images = [new ImagenImage { Index = 1, Path = "/out/1.png", FileName = "zeppelin.png", AdditionalOutput = """{"revised_prompt":"A xylophone"}""" }],
        };
        await ledger.RecordAsync(RequestState.Delivered, entry with { RequestId = "r-1", Delivery = delivery }, default);

        var known = (await ledger.FindAsync(entry.LedgerId, default))!;
        Assert.DoesNotContain(Secrets, secret => $"{known.Stored}".Contains(secret, StringComparison.OrdinalIgnoreCase));
        Assert.True(known.IsWithoutPrompt);
        Assert.Equal((RequestState.Delivered, hash, 0.5m, "/out/1.png"), (known.Step, known.InputHash, known.Delivery!.Cost, known.Delivery.Images[0].Path));
        Assert.Equal(entry.LedgerId, (await ledger.FindRowAsync(entry.Row, default))!.LedgerId);
    }

    private static ImageInput Input() => new()
    {
        Prompt = "A zeppelin over Antwerp",
        NumImages = 2,
        ["negative_prompt"] = "quagmire",
        ["aspect_ratio"] = "16:9",
        AdditionalInput = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            ["style"] = JsonElement.Parse("\"woodcut\""),
            ["steps"] = JsonElement.Parse("7"),
            ["enable_web_search"] = JsonElement.Parse("true"),
            ["loras"] = JsonElement.Parse("""[{"path":"woodcut"}]"""),
        },
    };
}
