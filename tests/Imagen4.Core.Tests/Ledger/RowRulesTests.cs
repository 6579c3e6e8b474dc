using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>The rules by which a batch continues an earlier one, each by itself.</summary>
public sealed class RowRulesTests : IDisposable
{
    private static readonly LedgerEntry Entry = Sample.Entry(1) with { Key = "hero" };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(nameof(RequestState.Claimed), true)]
    [InlineData(nameof(RequestState.Intent), false)]
    [InlineData(nameof(RequestState.NotSent), true)]
    [InlineData(nameof(RequestState.Throttled), true)]
    [InlineData(nameof(RequestState.InDoubt), false)]
    [InlineData(nameof(RequestState.NotSubmitted), true)]
    [InlineData(nameof(RequestState.Accepted), false)]
    [InlineData(nameof(RequestState.Started), false)]
    [InlineData(nameof(RequestState.Expired), false)]
    [InlineData(nameof(RequestState.Rejected), true)]
    [InlineData(nameof(RequestState.StatusCompleted), false)]
    [InlineData(nameof(RequestState.Cancelled), true)]
    [InlineData(nameof(RequestState.Failed), true)]
    [InlineData(nameof(RequestState.Completed), false)]
    [InlineData(nameof(RequestState.Delivered), false)]
    public void Only_a_request_that_the_host_has_not_got_or_has_ended_is_submitted_again(string state, bool again)
    {
        var known = Known(state);

        Assert.Equal(again, RowRules.EndedBadly(known));
        Assert.Equal(again, RowRules.IsSubmittedAgain(known, Entry.Row!));
        Assert.Equal(state == nameof(RequestState.Intent), RowRules.IsLost(known));
    }

    [Theory]
    [InlineData(nameof(RequestState.Claimed), "never")]
    [InlineData(nameof(RequestState.Intent), "never")]
    [InlineData(nameof(RequestState.NotSent), "never")]
    [InlineData(nameof(RequestState.Throttled), "never")]
    [InlineData(nameof(RequestState.NotSubmitted), "never")]
    [InlineData(nameof(RequestState.InDoubt), "always")]
    [InlineData(nameof(RequestState.Accepted), "only submitting")]
    [InlineData(nameof(RequestState.Started), "only submitting")]
    [InlineData(nameof(RequestState.Expired), "only submitting")]
    [InlineData(nameof(RequestState.StatusCompleted), "only submitting")]
    [InlineData(nameof(RequestState.Completed), "only submitting")]
    [InlineData(nameof(RequestState.Delivered), "only submitting, or has files")]
    [InlineData(nameof(RequestState.Rejected), "in this run")]
    [InlineData(nameof(RequestState.Failed), "in this run")]
    [InlineData(nameof(RequestState.Cancelled), "in this run")]
    public void A_row_is_done(string state, string when)
    {
        bool[] either = [false, true];
        var cases = from submitsOnly in either from hasFiles in either from isNews in either select (submitsOnly, hasFiles, isNews);

        Assert.All(cases, one => Assert.Equal(
            when switch
            {
                "never" => false,
                "always" => true,
                "only submitting" => one.submitsOnly,
                "only submitting, or has files" => one.submitsOnly || one.hasFiles,
                _ => one.isNews,
            },
            RowRules.IsDone(Known(state), Entry.Row!, one.submitsOnly, one.hasFiles, one.isNews)));
    }

    [Theory]
    [InlineData(nameof(RequestState.Rejected))]
    [InlineData(nameof(RequestState.Failed))]
    public void An_input_that_was_refused_is_done_and_another_input_of_the_same_row_is_submitted(string state)
    {
        var refused = Refused(Known(state));
        var other = Entry.Row! with { InputHash = "another" };

        Assert.True(RowRules.IsDone(refused, Entry.Row!, submitsOnly: false, hasFiles: false, isNews: false));
        Assert.False(RowRules.IsSubmittedAgain(refused, Entry.Row!));
        Assert.False(RowRules.IsDone(refused, other, submitsOnly: false, hasFiles: false, isNews: false));
        Assert.True(RowRules.IsSubmittedAgain(refused, other));
    }

    [Fact]
    public void An_input_is_the_same_by_its_hash_or_by_what_was_sent()
    {
        var known = Known(nameof(RequestState.Accepted));
        var ofOldForm = new LedgerRequest(known.Stored with { InputHash = "a hash of an older form" }, known.Ledger);
        var hash = Entry.Row!.InputHash;

        Assert.True(RowRules.IsSameInput(known, hash));
        Assert.True(RowRules.IsSameInput(ofOldForm, hash));
        Assert.False(RowRules.IsSameInput(known, "another"));
        Assert.False(RowRules.IsSameInput(new LedgerRequest(ofOldForm.Stored with { Model = "fal-ai/imagen4/ultra" }, ofOldForm.Ledger), hash));
        Assert.False(RowRules.IsSameInput(new LedgerRequest(ofOldForm.Stored with { Input = "[" }, ofOldForm.Ledger), hash));
        Assert.True(RowRules.IsSameInput(new LedgerRequest(ofOldForm.Stored with { Input = "[", IsDamaged = true }, ofOldForm.Ledger), hash));
    }

    [Theory]
    [InlineData("out", true)]
    [InlineData("out/deeper", true)]
    [InlineData("out2", false)]
    [InlineData("", false)]
    public void An_image_is_in_a_folder_or_below_it(string place, bool isIn)
    {
        var image = new ImagenImage { Path = _folder.At(place.Length > 0 ? $"{place}/1.png" : "1.png") };

        Assert.Equal(isIn, RowRules.IsIn(image, _folder.At("out")));
        Assert.True(RowRules.IsIn(image, directory: null));
    }

    [Fact]
    public void An_image_is_in_a_folder_by_whichever_link_it_was_saved()
    {
        Directory.CreateDirectory(_folder.At("out"));
        Directory.CreateSymbolicLink(_folder.At("link"), _folder.At("out"));

        Assert.True(RowRules.IsIn(new ImagenImage { Path = _folder.At("link/1.png") }, RealPath.Of(_folder.At("out"))));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1.png")]
    [InlineData("/")]
    public void An_image_without_a_folder_is_in_none(string? path) =>
        Assert.False(RowRules.IsIn(new ImagenImage { Path = path }, _folder.Path));

    [Fact]
    public void Whoever_gives_a_known_key_another_prompt_is_told_the_first_one() =>
        Refuses(
            "The key 'hero' is known with another input. Its row was submitted with the prompt "
            + "'A red fox in the snow, number 1, with a long shadow and the …'. Give this row another key, or pipe it alone with -NoResume, which generates it and pays for it.",
            Known(nameof(RequestState.Accepted)),
            Entry.Input with { Prompt = "a hare" });

    [Fact]
    public void Whoever_gives_a_known_key_other_values_is_told_each_of_them() =>
        Refuses(
            "submitted with aspect_ratio 16:9, now 1:1, seed not given, now 7. Give",
            Known(nameof(RequestState.Accepted)),
            Entry.Input.With(InputField.Of("aspect_ratio"), "1:1") with { Seed = 7 });

    [Fact]
    public void A_value_that_is_no_longer_given_is_named_too() =>
        Refuses(
            "submitted with aspect_ratio 16:9, now not given. Give",
            Known(nameof(RequestState.Accepted)),
            Entry.Input.With(InputField.Of("aspect_ratio"), null));

    [Fact]
    public void Of_additional_inputs_nothing_is_told_but_that_they_differ() =>
        Refuses(
            "submitted with the same prompt and other inputs, to fal-ai/imagen4/preview. Give",
            Known(nameof(RequestState.Accepted)),
            Entry.Input with { AdditionalInput = new Dictionary<string, JsonElement> { ["token"] = JsonElement.Parse("\"s3cret\"") } });

    [Fact]
    public void Of_a_prompt_that_is_not_kept_or_cannot_be_read_that_is_said()
    {
        var known = Known(nameof(RequestState.Accepted));

        Refuses("submitted with the prompt '(not kept)'. Give", With("""{"aspect_ratio":"16:9"}"""), Entry.Input);
        Refuses("submitted with the prompt '?'. Give", With("["), Entry.Input);
        Refuses("with the prompt 'A red fox", known, input: null);

        LedgerRequest With(string input) => new LedgerRequest(known.Stored with { Input = input }, known.Ledger);
    }

    [Fact]
    public void A_row_without_a_key_of_its_own_has_an_empty_one_in_its_error()
    {
        var known = Known(nameof(RequestState.Accepted));

        Refuses("The key '' is known", new LedgerRequest(known.Stored with { Key = null }, known.Ledger), input: null);
    }

    [Theory]
    [InlineData(nameof(RequestState.Accepted), true)]
    [InlineData(nameof(RequestState.Failed), false)]
    public void A_key_means_the_same_until_what_it_stood_for_has_come_to_nothing(string state, bool isRefused)
    {
        RowRules.RequireSameInput(Entry.Row!.InputHash, Known(state), Entry.Input);

        Assert.Equal(isRefused, Record.Exception(() => RowRules.RequireSameInput("another", Known(state))) is InvalidInputException);
    }

    private static void Refuses(string text, LedgerRequest known, ImageInput? input) => Assert.Contains(
        text, Assert.Throws<InvalidInputException>(() => RowRules.RequireSameInput("another", known, input)).Message, StringComparison.Ordinal);

    private static LedgerRequest Known(string state) => new(Sample.Stored(Entry, Enum.Parse<RequestState>(state)), "here");

    private static LedgerRequest Refused(LedgerRequest known) => new LedgerRequest(known.Stored with { Progress = known.Stored.Progress with { Refusal = "InvalidInput" } }, known.Ledger);
}
