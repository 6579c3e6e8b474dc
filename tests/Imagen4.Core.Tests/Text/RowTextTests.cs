namespace Imagen4.Core.Tests.Text;

public class RowTextTests
{
    private const string Reason = "The host refuses this file: the prompt is too long";

    [Theory]
    [InlineData(null, "A snowy owl", null, "", "A snowy owl", "")]
    [InlineData("owl", "A snowy owl", null, "owl", ": A snowy owl", "")]
    [InlineData("owl", "A snowy owl", "Not now", "owl", ": A snowy owl", "Not now")]
    [InlineData("owl", "A snowy owl", "Row 2, key 'owl': Not now", "owl", ": A snowy owl", "Not now")]
    public void A_reason_that_has_room_leaves_the_prompt_where_it_is(
        string? key, string? prompt, string? error, string shown, string rest, string outcome)
    {
        var row = new RowText(key, prompt, error, 23);

        Assert.Equal((shown, rest, outcome), (row.Key, row.Rest, row.Outcome));
    }

    [Theory]
    [InlineData(null, 23, "", "The host refuses this", "file: the prompt is too long")]
    [InlineData("owl", 23, "owl", ": The host refuses", "this file: the prompt is too long")]
    [InlineData("owl", 33, "owl", ": The host refuses this file:", "the prompt is too long")]
    [InlineData("a-key-that-is-longer-than-its-column", 23, "a-key-that-is-…", ": The", "host refuses this file: the prompt is too long")]
    public void A_longer_one_takes_both_columns_and_breaks_between_words(string? key, int room, string shown, string rest, string outcome)
    {
        var row = new RowText(key, "A snowy owl", "Row 2: " + Reason, room);

        Assert.Equal((shown, rest, outcome), (row.Key, row.Rest, row.Outcome));
        Assert.InRange(row.Key.Length + row.Rest.Length, 1, room);
    }

    [Theory]
    [InlineData("The host refuses the input: No owls at this hour", "No owls at this hour")]
    [InlineData("The host ran the request and failed: No GPU (500)", "No GPU (500)")]
    public void What_the_state_says_already_makes_room_for_the_reason(string error, string outcome)
    {
        var row = new RowText("owl", "A snowy owl", "Row 2: " + error, 23);

        Assert.Equal((": A snowy owl", outcome), (row.Rest, row.Outcome));
    }

    [Fact]
    public void A_word_that_is_longer_than_the_column_is_broken()
    {
        var row = new RowText(null, "p", new string('x', 40), 23);

        Assert.Equal((23, 17), (row.Rest.Length, row.Outcome.Length));
    }

    [Theory]
    [InlineData("\u96ea\u306e\u4e2d\u3067\u7720\u3063\u3066\u3044\u308b\u8d64\u3044\u72d0", 11)]
    [InlineData("\ud83e\udd8a\ud83e\udd8a\ud83e\udd8a\ud83e\udd8a\ud83e\udd8a\ud83e\udd8a\ud83e\udd8a", 10)]
    public void Wide_characters_take_two_columns_and_are_not_torn(string error, int characters)
    {
        var row = new RowText(null, "p", error, 23);

        Assert.Equal(error[..characters], row.Rest);
        Assert.Equal(error[characters..], row.Outcome);
    }

    [Fact]
    public void Nothing_steers_the_terminal()
    {
        var row = new RowText("a\u001b[31mb", "c\r\nd", "e\u202ef", 23);

        Assert.Equal(("a [31mb", ": c d", "e f"), (row.Key, row.Rest, row.Outcome));
    }
}
