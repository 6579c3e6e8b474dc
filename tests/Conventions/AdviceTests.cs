using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Imagen4.Conventions;

/// <summary>The advice of an error is something to do, not its message in other words.</summary>
public sealed partial class AdviceTests
{
    public static TheoryData<string, string> EveryAdvice
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var text in XDocument.Load(Repository.File("src", "Imagen4.PowerShell", "CommandMessages.resx")).Root!.Elements("data"))
            {
                if ((string)text.Attribute("name")! is var name && name.StartsWith("Advice", StringComparison.Ordinal))
                {
                    data.Add(name, (string)text.Element("value")!);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(EveryAdvice))]
    public void Advice_names_the_next_command(string name, string advice) =>
        Assert.True(
            name == "AdviceWebhookInvalid" || Command().Matches(advice).All(IsKnown) && (Command().IsMatch(advice) || advice.Contains("the same command")),
            $"{name} names no command, or an unknown one: {advice}");

    private static bool IsKnown(Match command) =>
        command.Value == "Get-Help" || CompiledCmdlet.All.Any(cmdlet => cmdlet.Name == command.Value);

    [GeneratedRegex(@"\b[A-Z][a-z]+-(Imagen[A-Za-z]+|Help)\b")]
    private static partial Regex Command();
}
