using System.Management.Automation;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Imagen4.Conventions;

/// <summary>
/// The help says what the cmdlets are: the pages in docs, which people write, and the MAML file that build.ps1 Docs makes of them.
/// </summary>
public sealed partial class HelpTests
{
    private static readonly Lazy<XDocument> Maml =
        new(() => XDocument.Load(Repository.File("src", "module", "en-US", "Imagen4.PowerShell.dll-Help.xml")));

    public static TheoryData<CompiledCmdlet> EveryCmdlet => new(CompiledCmdlet.All);

    [Fact]
    public void There_is_a_page_for_every_cmdlet_and_for_nothing_else() => Assert.Equal(
        CompiledCmdlet.All.Select(cmdlet => cmdlet.Name).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Repository.File("docs"), "*-Imagen*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void There_is_MAML_for_every_cmdlet_and_for_nothing_else() => Assert.Equal(
        CompiledCmdlet.All.Select(cmdlet => cmdlet.Name).Order(StringComparer.Ordinal),
        Maml.Value.Root!.Elements().Select(CommandName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_page_documents_exactly_the_parameters(CompiledCmdlet cmdlet) =>
        Assert.Equal(Expected(cmdlet), Parameters(Page(cmdlet)).Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void The_MAML_documents_exactly_the_parameters(CompiledCmdlet cmdlet) =>
        Assert.Equal(Expected(cmdlet), MamlParameters(cmdlet).Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void Nothing_was_left_to_be_filled_in(CompiledCmdlet cmdlet)
    {
        Assert.DoesNotContain("{{", Page(cmdlet), StringComparison.Ordinal);
        Assert.DoesNotContain("{{", Command(cmdlet).ToString(), StringComparison.Ordinal);
        Assert.All(Parameters(Page(cmdlet)), parameter => Assert.NotEmpty(parameter.Value));
        Assert.All(MamlParameters(cmdlet), parameter => Assert.NotEmpty(parameter.Value));
        Assert.All(
            new[] { "SYNOPSIS", "SYNTAX", "DESCRIPTION", "EXAMPLES", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS" },
            section => Assert.NotEmpty(Section(Page(cmdlet), section)));
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_page_names_the_aliases_of_its_parameters(CompiledCmdlet cmdlet) => Assert.All(cmdlet.Parameters, property =>
    {
        var details = Regex.Match(Page(cmdlet), $@"^### -{property.Name}\n.*?^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline);
        var aliases = Regex.Match(details.Groups[1].Value, @"^Aliases:(?: \[\])?\n((?:- .+\n)*)", RegexOptions.Multiline).Groups[1].Value;

        Assert.Equal(
            Aliases(property),
            aliases.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[2..]));
    });

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void The_MAML_is_up_to_date_with_its_page(CompiledCmdlet cmdlet)
    {
        var (page, maml) = (Page(cmdlet), Command(cmdlet));

        Assert.Equal(Plain(Section(page, "SYNOPSIS")), Plain(Text(maml.Elements().First())));
        Assert.Equal(Plain(Section(page, "DESCRIPTION")), Plain(Paragraphs(maml.Elements().First(child => child.Name.LocalName == "description"))));
        Assert.Equal(Plain(Section(page, "NOTES")), Plain(Paragraphs(Descendants(maml, "alert").Single())));
        Assert.Equal(
            Parameters(page).OrderBy(parameter => parameter.Key, StringComparer.Ordinal),
            MamlParameters(cmdlet).OrderBy(parameter => parameter.Key, StringComparer.Ordinal));
        Assert.Equal(Examples(page).Select(example => example.Code), Descendants(maml, "example").Select(Code));
        Assert.Equal(Examples(page).Select(example => example.Words), Descendants(maml, "example").Select(Words));
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_page_has_three_to_six_examples(CompiledCmdlet cmdlet) => Assert.InRange(Examples(Page(cmdlet)).Count, 3, 6);

    [Fact]
    public void There_are_three_about_topics() => Assert.Equal(
        ["about_Imagen4", "about_Imagen4_Providers", "about_Imagen4_Reliability"],
        Topics().Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void An_about_topic_is_laid_out_as_it_is()
    {
        // PowerShell takes the fifth line of a topic as its synopsis.
        Assert.All(Topics(), topic =>
        {
            var name = Path.GetFileNameWithoutExtension(topic);
            var lines = File.ReadAllLines(topic);
            Assert.Equal([$"# {name}", "", "## Short description", ""], lines.Take(4));
            Assert.EndsWith(".", lines[4], StringComparison.Ordinal);
            Assert.Equal("", lines[5]);
            Assert.Equal(File.ReadAllText(topic), File.ReadAllText(Repository.File("en-US", $"{name}.help.txt")));
        });
    }

    [Fact]
    public void An_about_topic_fits_into_a_console() =>
        Assert.All(Topics(), topic => Assert.All(File.ReadLines(topic), line => Assert.InRange(line.Length, 0, 79)));

    [Fact]
    public void The_about_topic_opens_with_five_things_people_do() => Assert.Equal(
        5, Regex.Count(Section(Topic("about_Imagen4"), "The five things people do"), @"^### .+\n\n```powershell\n", RegexOptions.Multiline));

    [Fact]
    public void A_reference_to_a_section_of_an_about_topic_names_one_that_exists()
    {
        var texts = Directory.EnumerateFiles(Repository.File("docs"), "*.md").Append(Repository.File("README.md"));
        var references = texts.SelectMany(path => SectionReference().Matches(File.ReadAllText(path).ReplaceLineEndings("\n"))).ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.Contains(
            $"\n## {Blanks().Replace(reference.Groups[1].Value, " ")}\n", Topic(reference.Groups[2].Value), StringComparison.Ordinal));
    }

    [Fact]
    public void The_about_topic_lists_exactly_the_error_ids_there_are()
    {
        var table = File.ReadAllText(Repository.File("src", "Imagen4.PowerShell", "Errors", "ErrorTable.cs"));

        Assert.Equal(
            ErrorId().Matches(table).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal),
            Item().Matches(Section(Topic("about_Imagen4"), "Errors")).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_about_topic_lists_exactly_the_states_there_are() => Assert.Equal(
        typeof(ImagenStates).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.Name).Order(StringComparer.Ordinal),
        Item().Matches(Section(Topic("about_Imagen4"), "Objects and states")).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void The_about_topic_says_of_each_parameter_what_the_data_says_of_the_hosts()
    {
        using var data = JsonDocument.Parse(File.ReadAllText(Repository.File("src", "Imagen4.Core", "Providers", "hosts.json")));
        var providers = data.RootElement.GetProperty("providers").EnumerateArray().ToList();
        var models = data.RootElement.GetProperty("models").EnumerateArray().Where(model => Texts(model, "ids").Any(id => id.Contains("imagen"))).ToList();
        var rows = Section(Topic("about_Imagen4_Providers"), "What each host takes")
            .Split('\n').Where(line => line.StartsWith('|') && !line.StartsWith("|-", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();

        Assert.Equal(
            providers.Select(provider => provider.GetProperty("name").GetString()).Order(StringComparer.Ordinal),
            rows[0].Skip(1).SelectMany(names => names.Split(", ")).Order(StringComparer.Ordinal));
        Assert.Equal(
            models.SelectMany(Inputs).Where(input => input != "convert_base64_to_url").Select(Letters)
                .Concat(providers.SelectMany(provider => Texts(provider, "settings")).Select(Letters)).Distinct().Order(StringComparer.Ordinal),
            rows.Skip(1).Select(row => Letters(row[0])).Order(StringComparer.Ordinal));
        Assert.All(rows.Skip(1), row => Assert.All(row.Skip(1).Zip(rows[0].Skip(1)), cell => Assert.All(cell.Second.Split(", "), name =>
        {
            var provider = providers.Single(provider => provider.GetProperty("name").GetString() == name);
            var own = models.Where(model => Texts(model, "protocols").Contains(provider.GetProperty("protocol").GetString())).ToList();
            var takers = own.Count(model => Inputs(model).Concat(Texts(provider, "settings")).Any(input => Letters(input) == Letters(row[0])));
            Assert.Equal((takers == 0, takers > 0 && takers < own.Count), (cell.First == "no", cell.First.StartsWith("not by ", StringComparison.Ordinal)));
        })));
    }

    private static IEnumerable<string> Texts(JsonElement of, string name) => of.GetProperty(name).EnumerateArray().Select(text => text.GetString()!);

    private static IEnumerable<string> Inputs(JsonElement model) =>
        model.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("name").GetString()!);

    private static IEnumerable<string> Topics() => Directory.EnumerateFiles(Repository.File("docs"), "about_*.md");

    private static string Topic(string name) => File.ReadAllText(Repository.File("docs", $"{name}.md")).ReplaceLineEndings("\n");

    private static string Page(CompiledCmdlet cmdlet) =>
        File.ReadAllText(Repository.File("docs", $"{cmdlet.Name}.md")).ReplaceLineEndings("\n");

    private static XElement Command(CompiledCmdlet cmdlet) => Maml.Value.Root!.Elements().Single(command => CommandName(command) == cmdlet.Name);

    private static string CommandName(XElement command) => Descendants(command, "name").First().Value;

    private static IEnumerable<string> Expected(CompiledCmdlet cmdlet) => cmdlet.Parameters
        .Select(property => property.Name)
        .Concat(cmdlet.SupportsShouldProcess ? ["Confirm", "WhatIf"] : [])
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Aliases(PropertyInfo property) => property.CustomAttributes
        .Where(data => data.AttributeType == typeof(AliasAttribute))
        .SelectMany(data => (IEnumerable<CustomAttributeTypedArgument>)data.ConstructorArguments[0].Value!)
        .Select(alias => (string)alias.Value!);

    private static string Section(string page, string name) =>
        Regex.Match(page, $@"^## {name}\n(.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value.Trim();

    private static Dictionary<string, string> Parameters(string page) =>
        Parameter().Matches(page).ToDictionary(match => match.Groups[1].Value, match => Plain(match.Groups[2].Value));

    private static Dictionary<string, string> MamlParameters(CompiledCmdlet cmdlet) => Command(cmdlet).Elements()
        .Single(child => child.Name.LocalName == "parameters").Elements()
        .ToDictionary(parameter => Descendants(parameter, "name").First().Value, parameter => Plain(Text(parameter)));

    private static List<(string Code, string Words)> Examples(string page) =>
        [.. ExampleTitle().Split(Section(page, "EXAMPLES")).Skip(1).Select(text => (
            string.Join("\n\n", Fence().Matches(text).Select(match => match.Groups[1].Value)).Trim(),
            Plain(Fence().Replace(text, ""))))];

    private static string Code(XElement example) => Descendants(example, "code").Single().Value.ReplaceLineEndings("\n").Trim();

    private static string Words(XElement example) => Plain(Paragraphs(Descendants(example, "remarks").Single()));

    private static string Text(XElement element) => Paragraphs(Descendants(element, "description").First());

    private static string Paragraphs(XElement element) => string.Join("\n\n", Descendants(element, "para").Select(para => para.Value));

    private static IEnumerable<XElement> Descendants(XElement element, string name) =>
        element.Descendants().Where(descendant => descendant.Name.LocalName == name);

    // Without the marks of markdown, and on one line.
    private static string Plain(string text) => Blanks().Replace(text.Replace("`", "", StringComparison.Ordinal), " ").Trim();

    private static string Letters(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    [GeneratedRegex(@"^### -(\w+)\n(.*?)^```yaml", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^### Example \d+: .+\n", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ExampleTitle();

    [GeneratedRegex(@"^```\w+.*?\n(.*?)\n^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Fence();

    [GeneratedRegex(@"new\(""(\w+)"", ErrorCategory", RegexOptions.CultureInvariant)]
    private static partial Regex ErrorId();

    [GeneratedRegex(@"^- `(\w+)`: ", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Item();

    // "See Prices in about_Imagen4_Providers"
    [GeneratedRegex(@"\b[Ss]ee\s+([A-Z][^.,:;()`]*?)\s+in\s+`?(about_Imagen4\w*)", RegexOptions.CultureInvariant)]
    private static partial Regex SectionReference();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
