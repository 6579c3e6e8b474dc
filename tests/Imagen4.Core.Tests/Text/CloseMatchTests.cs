using Imagen4.Core.Text;

namespace Imagen4.Core.Tests.Text;

public sealed class CloseMatchTests
{
    [Theory]
    [InlineData("Deliverd", "Completed,Delivered,Failed", "Delivered")]
    [InlineData("in-doubt", "InDoubt,InQueue", "InDoubt")]
    [InlineData("fla-sync", "fal,fal-sync", "fal-sync")]
    [InlineData("thinking_levl", "thinking_level,seed", "thinking_level")]
    [InlineData("thinkinglevel", "thinking_level,seed", "thinking_level")]
    [InlineData("16x9", "1:1,16:9,9:16", "16:9")]
    [InlineData("jpge", "png,jpeg", "jpeg")]
    [InlineData("fal-ai/nano-bananna-2", "fal-ai/nano-banana-2,fal-ai/nano-banana", "fal-ai/nano-banana-2")]
    public void What_is_close_is_meant(string given, string known, string meant) =>
        Assert.Equal(meant, CloseMatch.Find(given, known.Split(',')));

    [Theory]
    [InlineData("fla", "fal,fal-sync")]
    [InlineData("16:10", "1:1,16:9,9:16")]
    [InlineData("fal-ai/nano-banana-3", "fal-ai/nano-banana-2")]
    [InlineData("seeds2", "seeds1")]
    [InlineData("style", "seed,shape")]
    [InlineData("", "seed")]
    [InlineData("!?", "seed")]
    [InlineData("seed", "seed,seeds")]
    public void What_is_another_word_or_another_number_is_not(string given, string known)
    {
        Assert.Null(CloseMatch.Find(given, known.Split(',')));
        Assert.Equal("", CloseMatch.Hint(given, known.Split(',')));
    }

    [Fact]
    public void The_hint_is_the_end_of_a_message() => Assert.Equal(" Did you mean 'InDoubt'?", CloseMatch.Hint("indubt", ["InDoubt"]));
}
