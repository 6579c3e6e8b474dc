using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>The objects users see of what the ledger knows.</summary>
public sealed class LedgerObjectsTests
{
    private static readonly DateTime Started = DateTime.UnixEpoch.AddMilliseconds(1_700_000_000_000);
    private static readonly DateTime Accepted = Started.AddMilliseconds(100);
    private static readonly DateTime Updated = Started.AddMilliseconds(200);

    private static readonly SubmitSettings Settings = new()
    {
        WebhookUri = new Uri("https://hook.example/done"),
        Priority = "low",
        StartTimeoutSec = 30,
        MaxQueueLength = 5,
        Tag = RequestTags.TryCreate(TestHost.Additional("""{"job":"n1"}"""), out _),
        ObjectLifetime = ObjectLifetime.TryParse("1h"),
    };

    private static readonly LedgerEntry Entry = Sample.Entry(3) with
    {
        LedgerId = "0190a0b0c0d0e0f00190a0b0c0d0e0f0",
        Key = "hero",
        RequestId = "r-1",
        Settings = Settings,
    };

    [Theory]
    [InlineData(nameof(RequestState.Claimed), "Failed", "Pending")]
    [InlineData(nameof(RequestState.Intent), "InDoubt", "Pending")]
    [InlineData(nameof(RequestState.NotSent), "Failed", "Pending")]
    [InlineData(nameof(RequestState.Throttled), "Failed", "Pending")]
    [InlineData(nameof(RequestState.InDoubt), "InDoubt", "InDoubt")]
    [InlineData(nameof(RequestState.NotSubmitted), "Failed", "Pending")]
    [InlineData(nameof(RequestState.Accepted), "InQueue", "InQueue")]
    [InlineData(nameof(RequestState.Started), "InProgress", "InProgress")]
    [InlineData(nameof(RequestState.Expired), "Failed", "Failed")]
    [InlineData(nameof(RequestState.Rejected), "Rejected", "Rejected")]
    [InlineData(nameof(RequestState.StatusCompleted), "Completed", "Completed")]
    [InlineData(nameof(RequestState.Cancelled), "Cancelled", "Cancelled")]
    [InlineData(nameof(RequestState.Failed), "Failed", "Failed")]
    [InlineData(nameof(RequestState.Completed), "Completed", "Completed")]
    [InlineData(nameof(RequestState.Delivered), "Delivered", "Delivered")]
    public void A_state_is_shown_as(string state, string left, string workedOn)
    {
        var known = Known(state);

        Assert.Equal(left, LedgerObjects.State(known, isWorkedOn: false));
        Assert.Equal(workedOn, LedgerObjects.State(known, isWorkedOn: true));
        Assert.Equal(left, LedgerObjects.Of<ImagenRequest>(known).State);
        Assert.Equal(workedOn, LedgerObjects.Of<ImagenResult>(known, isWorkedOn: true).State);
    }

    [Theory]
    [InlineData(nameof(RequestState.Completed), "RequestFailed", "Failed")]
    [InlineData(nameof(RequestState.Completed), "DownloadFailed", "Completed")]
    [InlineData(nameof(RequestState.Delivered), "RequestFailed", "Delivered")]
    public void A_result_without_an_image_is_a_failure(string state, string errorType, string shown) =>
        Assert.Equal(shown, LedgerObjects.State(With(Known(state), progress => progress with { ErrorType = errorType }), isWorkedOn: false));

    [Fact]
    public void A_row_that_is_sent_shows_what_is_sent()
    {
        var request = LedgerObjects.Of<ImagenRequest>(Entry);

        Assert.Equal(
            ("r-1", "fal", "fal-ai/imagen4/preview", "hero", 3, Entry.LedgerId, "Pending"),
            (request.RequestId, request.Provider, request.Model, request.Key, request.Index, request.LedgerId, request.State));
        AssertInputs(request);
        AssertSettings(request);
    }

    [Fact]
    public void A_request_shows_all_that_is_known_of_it()
    {
        var known = With(Known(nameof(RequestState.Delivered)), progress => progress with
        {
            Error = "late",
            ErrorType = "x",
            Delivery = LedgerJson.Write(Delivery(), LedgerJson.Plain.LedgerResult),
        });

        var request = LedgerObjects.Of<ImagenRequest>(known);

        Assert.Equal(
            ("r-1", "fal", "fal-ai/imagen4/preview", "hero", 3, Entry.LedgerId, "/home/user/out"),
            (request.RequestId, request.Provider, request.Model, request.Key, request.Index, request.LedgerId, request.Directory));
        Assert.Equal(
            ("Delivered", "late", "x", Accepted, Updated), (request.State, request.Error, request.ErrorType, request.SubmittedAt, request.UpdatedAt));
        Assert.Equal((0.04m, "USD", "/home/user/out/2.png"), (request.Cost, request.Currency, request.Path));
        Assert.Equal([1, 2], request.Images.Select(image => image.Index));
        AssertInputs(request);
        AssertSettings(request);
    }

    [Fact]
    public void A_result_shows_all_that_is_known_of_it()
    {
        var known = With(Known(nameof(RequestState.Delivered)), progress => progress with
        {
            Delivery = LedgerJson.Write(Delivery(), LedgerJson.Plain.LedgerResult),
        });

        var result = LedgerObjects.Of<ImagenResult>(known);

        Assert.Equal((Accepted, "Delivered", 42L), (result.SubmittedAt, result.State, result.Seed));
        Assert.Equal((0.04m, "USD", "/home/user/out/2.png", 2m), (result.Cost, result.Currency, result.Path, result.BillableUnits));
        Assert.Equal([1, 2], result.Images.Select(image => image.Index));
        Assert.Equal(Entry.Input.Prompt, result.Prompt);
        AssertSettings(result);
    }

    [Theory]
    [InlineData(nameof(RequestState.InDoubt), true)]
    [InlineData(nameof(RequestState.Intent), true)]
    [InlineData(nameof(RequestState.Claimed), false)]
    [InlineData(nameof(RequestState.NotSent), false)]
    public void What_may_have_been_sent_shows_when_its_row_was_claimed(string state, bool isShown)
    {
        DateTime? shown = isShown ? Started : null;

        Assert.Equal(shown, LedgerObjects.Of<ImagenRequest>(Known(state)).SubmittedAt);
        Assert.Equal(shown, LedgerObjects.Of<ImagenResult>(Known(state)).SubmittedAt);
    }

    [Fact]
    public void A_request_that_has_never_changed_has_no_time_of_change()
    {
        Assert.Null(LedgerObjects.Of<ImagenRequest>(With(Known("Claimed"), progress => progress with { Updated = 0 })).UpdatedAt);
        Assert.NotNull(LedgerObjects.Of<ImagenRequest>(With(Known("Claimed"), progress => progress with { Updated = 1 })).UpdatedAt);
    }

    [Fact]
    public void What_ended_before_it_was_sent_says_so()
    {
        var claimed = With(Known("Claimed"), progress => progress with { Error = null });
        var settled = With(Known("NotSubmitted"), progress => progress with { Error = null });

        Assert.Equal("The row was claimed but never sent, so nothing was paid for.", LedgerObjects.Of<ImagenRequest>(claimed).Error);
        Assert.Null(LedgerObjects.Of<ImagenRequest>(claimed, isWorkedOn: true).Error);
        Assert.Equal("It was in doubt, and has been settled as not submitted.", LedgerObjects.Of<ImagenRequest>(settled).Error);
        Assert.StartsWith(
            "The ledger in here is damaged",
            LedgerObjects.Of<ImagenRequest>(new LedgerRequest(settled.Stored with { IsDamaged = true }, settled.Ledger)).Error,
            StringComparison.Ordinal);
        Assert.Null(LedgerObjects.Of<ImagenRequest>(Known("Accepted")).Error);
    }

    [Fact]
    public void Where_the_prompt_is_not_kept_the_row_has_it()
    {
        var known = Known("Accepted");
        var without = new LedgerRequest(known.Stored with { Input = """{"aspect_ratio":"16:9"}""" }, known.Ledger);

        Assert.Equal("", LedgerObjects.Of<ImagenRequest>(without).Prompt);
        Assert.Equal("16:9", LedgerObjects.Of<ImagenRequest>(without).AspectRatio);
        Assert.Equal("a hare", LedgerObjects.Of<ImagenRequest>(without, input: new ImageInput { Prompt = "a hare" }).Prompt);
        Assert.Equal(Entry.Input.Prompt, LedgerObjects.Of<ImagenRequest>(known, input: new ImageInput { Prompt = "a hare" }).Prompt);
        Assert.Null(LedgerObjects.Of<ImagenRequest>(new LedgerRequest(known.Stored with { Input = "[" }, known.Ledger)).Prompt);
    }

    [Fact]
    public void What_a_record_says_comes_before_what_is_known()
    {
        var record = new RequestRecord
        {
            Index = 7,
            HasIndex = true,
            RequestId = "r-1",
            Key = "mine",
            Input = new ImageInput { Prompt = "a hare" },
            Images = new ImageList([], ["https://images.example/1.png"]),
            Settings = new SubmitSettings { Priority = "normal" },
        };

        var result = LedgerObjects.Of(record, Entry, Known("Accepted"));

        Assert.Equal((7, "mine", "a hare", "normal", null), (result.Index, result.Key, result.Prompt, result.Priority, result.WebhookUri));
        Assert.Equal("https://images.example/1.png", result.ImageUri);
    }

    [Fact]
    public void What_a_record_does_not_say_is_taken_from_the_ledger()
    {
        var known = With(Known("Accepted"), progress => progress with
        {
            Delivery = LedgerJson.Write(Delivery(), LedgerJson.Plain.LedgerResult),
        });
        known = new LedgerRequest(known.Stored with { Input = """{"prompt":"a fox","image_urls":["https://images.example/2.png"]}""" }, known.Ledger);
        var bare = new LedgerEntry("fal", "fal-ai/imagen4/preview", Key: null, new ImageInput()) { LedgerId = "not this one", RequestId = "r-1" };

        var result = LedgerObjects.Of(new RequestRecord { Index = 7, RequestId = "r-1" }, bare, known);

        Assert.Equal((3, "hero", "a fox", Entry.LedgerId, Accepted), (result.Index, result.Key, result.Prompt, result.LedgerId, result.SubmittedAt));
        Assert.Equal((0.04m, "USD", "https://images.example/2.png"), (result.Cost, result.Currency, result.ImageUri));
        AssertSettings(result);
    }

    [Fact]
    public void The_images_of_a_record_are_taken_from_the_ledger_only_where_it_says_nothing_of_images()
    {
        var known = Known("Accepted");
        known = new LedgerRequest(known.Stored with { Input = """{"prompt":"a fox","image_urls":["https://images.example/2.png"]}""" }, known.Ledger);
        var record = new RequestRecord
        {
            Index = 1,
            RequestId = "r-1",
            Input = new ImageInput { Prompt = "a fox", AdditionalInput = TestHost.Additional("""{"image_urls":["https://images.example/3.png"]}""") },
        };

        Assert.Equal("https://images.example/3.png", LedgerObjects.Of(record, Entry, known).ImageUri);
        Assert.Equal("https://images.example/2.png", LedgerObjects.Of(record with { Input = new ImageInput { Prompt = "a fox" } }, Entry, known).ImageUri);
        Assert.Equal(
            "https://images.example/4.png",
            LedgerObjects.Of(
                record with { Input = new ImageInput { Prompt = "a fox" }, Images = new ImageList([], ["https://images.example/4.png"]) }, Entry, known).ImageUri);
    }

    [Fact]
    public void Of_a_request_that_the_ledger_does_not_know_only_the_record_tells()
    {
        var result = LedgerObjects.Of(new RequestRecord { Index = 7, RequestId = "r-1" }, Entry with { Key = null }, known: null);

        Assert.Equal((7, null, null, null, null, null), (result.Index, result.Key, result.LedgerId, result.SubmittedAt, result.Cost, result.Currency));
        Assert.Equal((Entry.Input.Prompt, null, null), (result.Prompt, result.Priority, result.ImageUri));
    }

    [Fact]
    public void A_prompt_that_is_not_kept_is_empty_in_a_result_too()
    {
        var known = Known("Accepted");
        known = new LedgerRequest(known.Stored with { Input = """{"aspect_ratio":"16:9"}""" }, known.Ledger);

        Assert.Equal("", LedgerObjects.Of(new RequestRecord { Index = 7, RequestId = "r-1" }, Entry, known).Prompt);
    }

    [Theory]
    [InlineData(false, "InQueue")]
    [InlineData(true, "Completed")]
    public void An_accepted_request_says_where_it_is_asked_about(bool isAnswered, string state)
    {
        var time = new SkippingTime();
        var reference = new RequestReference
        {
            Host = TestHost.Connect(TestHost.Elsewhere, time),
            Model = TestHost.Model,
            RequestId = "r-2",
            StatusUri = new Uri("https://host.example/s"),
            ResponseUri = new Uri("https://host.example/r"),
            CancelUri = new Uri("https://host.example/c"),
            Since = 0,
        };
        using var answered = isAnswered ? new HostResult { Images = [] } : null;
        var made = new ImagenRequest();

        LedgerObjects.Accept(made, new Acceptance(reference, QueuePosition: 4) { Answered = answered });

        Assert.Equal(("r-2", state, 4), (made.RequestId, made.State, made.QueuePosition));
        Assert.Equal((time.GetUtcNow().UtcDateTime, made.SubmittedAt), (made.UpdatedAt, made.UpdatedAt));
        Assert.Equal(
            ("https://host.example/s", "https://host.example/r", "https://host.example/c"), (made.StatusUri, made.ResponseUri, made.CancelUri));
        LedgerObjects.Address(made, RequestAddresses.None);
        Assert.Equal((null, null, null), (made.StatusUri, made.ResponseUri, made.CancelUri));
    }

    [Theory]
    [InlineData("quota", "quota")]
    [InlineData(null, "InvalidInput")]
    public void An_error_is_shown_with_the_type_that_the_host_gave_it_or_its_own(string? given, string shown)
    {
        var made = new ImagenResult();

        LedgerObjects.Fail(made, new InvalidInputException("No.") { HostErrorType = given });

        Assert.Equal(("No.", shown), (made.Error, made.ErrorType));
    }

    private static void AssertInputs(ImagenInputs made) =>
        Assert.Equal((Entry.Input.Prompt, "16:9", null), (made.Prompt, made.AspectRatio, made.Seed));

    private static void AssertSettings(ImagenInputs made) => Assert.Equal(
        ("https://hook.example/done", "low", 30, 5, """{"job":"n1"}""", "1h"),
        (made.WebhookUri, made.Priority, made.StartTimeoutSec, made.MaxQueueLength, made.Tag, made.ObjectLifetime));

    private static LedgerResult Delivery() => new()
    {
        Images = [new ImagenImage { Index = 1 }, new ImagenImage { Index = 2, Path = "/home/user/out/2.png" }],
        Seed = 42,
        Cost = 0.04m,
        Currency = "USD",
        BillableUnits = 2,
    };

    private static LedgerRequest Known(string state)
    {
        var stored = Sample.Stored(Entry, Enum.Parse<RequestState>(state));
        return new(stored with { Settings = LedgerJson.Write(LedgerSettings.Of(Settings), LedgerJson.Plain.LedgerSettings) }, "here");
    }

    private static LedgerRequest With(
        LedgerRequest known, Func<RequestProgress, RequestProgress> change) =>
        new LedgerRequest(known.Stored with { Progress = change(known.Stored.Progress) }, known.Ledger);
}
