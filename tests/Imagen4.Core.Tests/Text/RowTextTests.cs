namespace Imagen4.Core.Tests.Text;

public class RowTextTests
{
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
    [InlineData("The host refuses the input: No owls at this hour", "No owls at this hour")]
    [InlineData("The host ran the request and failed: No GPU (500)", "No GPU (500)")]
    [InlineData("The model's checker refused it: prompt: The content", "prompt: The content")]
    public void What_the_state_says_already_makes_room_for_the_reason(string error, string outcome)
    {
        var row = new RowText("owl", "A snowy owl", "Row 2: " + error, 23);

        Assert.Equal((": A snowy owl", outcome), (row.Rest, row.Outcome));
    }

    [Fact]
    public void A_reason_that_has_no_room_leaves_the_prompt_where_it_is_too()
    {
        var row = new RowText(null, "A snowy owl", "Row 2: The address of the file does not answer", 23);

        Assert.Equal(("A snowy owl", "The address of the file does not answer"), (row.Rest, row.Outcome));
    }

    [Fact]
    public void The_id_of_a_request_takes_no_room_from_what_became_of_it() => Assert.StartsWith(
        "had not finished after 3 s.",
        new RowText(null, "p", "Request 63afab9c-4d0c-4a31-9c0a-d6d2b5b0d7e5 had not finished after 3 s. It continues at fal.", 23).Outcome,
        StringComparison.Ordinal);

    [Fact]
    public void Nothing_steers_the_terminal()
    {
        var row = new RowText("a\u001b[31mb", "c\r\nd", "e\u202ef", 23);

        Assert.Equal(("a [31mb", ": c d", "e f"), (row.Key, row.Rest, row.Outcome));
    }
}
