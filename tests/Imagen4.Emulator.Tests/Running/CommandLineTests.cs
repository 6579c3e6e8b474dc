namespace Imagen4.Emulator.Tests.Running;

public sealed class CommandLineTests
{
    [Fact]
    public void Defaults()
    {
        var options = new EmulatorOptions { Port = 0, Slots = 4, GenerationTime = TimeSpan.FromSeconds(0.5), Key = null, Schema = "union" };

        Assert.Equal(new CommandLine(options, EndWithStdin: false, ShowHelp: false), CommandLine.Parse([]));
    }

    [Fact]
    public void Every_argument()
    {
        const string Line = "--port 4747 --slots 8 --generation-time 2 --key k --schema 2025-10 --end-with-stdin";

        var parsed = CommandLine.Parse(Line.Split(' '));

        var two = TimeSpan.FromSeconds(2);
        var options = new EmulatorOptions { Port = 4747, Slots = 8, GenerationTime = two, Key = "k", Schema = "2025-10" };
        Assert.Equal(new CommandLine(options, EndWithStdin: true, ShowHelp: false), parsed);
    }

    [Theory]
    [InlineData("--bogus")]
    [InlineData("--port")]
    [InlineData("--port", "70000")]
    [InlineData("--port", "-1")]
    [InlineData("--slots", "0")]
    [InlineData("--slots", "many")]
    [InlineData("--generation-time", "-1")]
    [InlineData("--generation-time", "1,5")]
    [InlineData("--key", " ")]
    [InlineData("--schema", "2024-01")]
    public void Wrong_arguments_are_told_in_one_line(params string[] arguments)
    {
        var exception = Assert.Throws<FormatException>(() => CommandLine.Parse(arguments));

        Assert.DoesNotContain('\n', exception.Message);
        Assert.Contains(arguments[0], exception.Message, StringComparison.Ordinal);
    }
}
