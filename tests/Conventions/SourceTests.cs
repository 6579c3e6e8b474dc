using System.Text.RegularExpressions;

namespace Imagen4.Conventions;

/// <summary>The rules the sources keep, checked on their text.</summary>
public sealed partial class SourceTests
{
    // The text and data below the cmdlets; generated and built files are no sources.
    private static IEnumerable<string> Sources(string project) => Directory
        .EnumerateFiles(Repository.File("src", project), "*.cs", SearchOption.AllDirectories)
        .Where(file => !Built().IsMatch(file));

    [Theory]
    [InlineData("Imagen4.Model")]
    [InlineData("Imagen4.Core")]
    [InlineData("Imagen4.Emulator")]
    public void Nobody_below_the_cmdlets_knows_PowerShell(string project) =>
        Assert.All(Sources(project), file => Assert.DoesNotContain("System.Management.Automation", File.ReadAllText(file), StringComparison.Ordinal));

    [Theory]
    [InlineData("Imagen4.PowerShell")]
    public void A_command_is_at_most_200_lines_long(string project) =>
        Assert.All(Sources(project), file => Assert.InRange(File.ReadAllLines(file).Length, 1, 200));

    [Theory]
    [InlineData("Imagen4.Core", "Messages")]
    [InlineData("Imagen4.PowerShell", "CommandMessages")]
    public void Every_message_is_used_where_it_stands(string project, string messages)
    {
        var code = string.Concat(Sources(project).Select(File.ReadAllText));

        Assert.All(Names(project, messages), name => Assert.Matches($@"\b{messages}\.{name}\b", code));
    }

    private static IEnumerable<string> Names(string project, string messages) => MessageName()
        .Matches(File.ReadAllText(Repository.File("src", project, $"{messages}.resx")))
        .Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]", RegexOptions.CultureInvariant)]
    private static partial Regex Built();

    [GeneratedRegex("<data name=\"(\\w+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex MessageName();
}
