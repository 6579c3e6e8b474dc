namespace Imagen4.Emulator.Tests.Running;

public sealed class CommandLineTests
{
    [Fact]
    public void Defaults()
    {
        var parsed = CommandLine.Parse([]);

        Assert.Equal(new CommandLine(new EmulatorOptions(), EndWithStdin: false, ShowHelp: false), parsed);
        Assert.Equal((0, 4, TimeSpan.FromSeconds(0.5), null, "union"), (parsed.Options.Port, parsed.Options.Slots, parsed.Options.GenerationTime, parsed.Options.Key, parsed.Options.Schema));
    }

    [Fact]
    public void Every_argument()
    {
        var parsed = CommandLine.Parse(["--port", "4747", "--slots", "8", "--generation-time", "2.5", "--key", "k", "--schema", "2025-10", "--end-with-stdin"]);

        var options = new EmulatorOptions { Port = 4747, Slots = 8, GenerationTime = TimeSpan.FromSeconds(2.5), Key = "k", Schema = "2025-10" };
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
