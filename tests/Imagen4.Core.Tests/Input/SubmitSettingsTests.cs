using System.Text.Json.Nodes;
using Imagen4.Core.Input;

namespace Imagen4.Core.Tests.Input;

public sealed class SubmitSettingsTests
{
    [Fact]
    public void Every_setting_is_read_from_its_cell_and_told_under_its_name()
    {
        var settings = Read(
            ("WebhookUri", " https://example.com/hook?a=1 "), ("Priority", "LOW"), ("StartTimeoutSec", "30"), ("MaxQueueLength", 5),
            ("Tag", """{"Team":"Ops","job":7}"""), ("ObjectLifetime", "7d"));
        var request = new ImagenRequest();

        settings.CopyTo(request);

        Assert.Equal(("https://example.com/hook?a=1", "low", 30, 5), (request.WebhookUri, request.Priority, request.StartTimeoutSec, request.MaxQueueLength));
        Assert.Equal(("""{"team":"Ops","job":"7"}""", "7d"), (request.Tag, request.ObjectLifetime));
        Assert.Equal(["WebhookUri", "Priority", "StartTimeoutSec", "MaxQueueLength", "Tag", "ObjectLifetime"], settings.Given());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Empty_cells_are_settings_not_given(string? empty)
    {
        var settings = Read(
            ("WebhookUri", empty), ("Priority", empty), ("StartTimeoutSec", empty), ("MaxQueueLength", empty), ("Tag", empty), ("ObjectLifetime", empty));

        Assert.Same(SubmitSettings.None, settings);
        Assert.Empty(settings.Given());
    }

    [Theory]
    [InlineData("WebhookUri", "example.com/hook", "Row 3: WebhookUri is 'example.com/hook', not an http or https address.")]
    [InlineData("WebhookUri", "ftp://example.com", "Row 3: WebhookUri is 'ftp://example.com', not an http or https address.")]
    [InlineData("WebhookUri", "/hook", "Row 3: WebhookUri is '/hook', not an http or https address.")]
    [InlineData("Priority", "high", "Row 3: Priority is 'high'; it takes normal or low.")]
    [InlineData("StartTimeoutSec", "1", "Row 3: StartTimeoutSec is 1; it takes whole numbers from 2.")]
    [InlineData("StartTimeoutSec", "-5", "Row 3: StartTimeoutSec is -5; it takes whole numbers from 2.")]
    [InlineData("StartTimeoutSec", "2.6", "Row 3: StartTimeoutSec is '2.6', not a whole number.")]
    [InlineData("StartTimeoutSec", "five", "Row 3: StartTimeoutSec is 'five', not a whole number.")]
    [InlineData("MaxQueueLength", "0", "Row 3: MaxQueueLength is 0; it takes whole numbers from 1.")]
    [InlineData("Tag", "team=ops", "Row 3: Tag is 'team=ops', not one JSON object such as {\"name\":\"value\"}.")]
    [InlineData("Tag", "[1]", "Row 3: Tag is '[1]', not one JSON object such as {\"name\":\"value\"}.")]
    [InlineData("ObjectLifetime", "2 weeks", "Row 3: ObjectLifetime is '2 weeks'; it takes immediate, 1h, 1d, 7d, 30d, 1y, never, or a number of seconds.")]
    [InlineData("ObjectLifetime", "0", "Row 3: ObjectLifetime is '0'; it takes immediate, 1h, 1d, 7d, 30d, 1y, never, or a number of seconds.")]
    public void A_cell_that_is_no_such_setting_is_refused_with_what_it_takes(string name, string value, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidInputException>(() => Read((name, value))).Message);

    [Theory]
    [InlineData("immediate", 60L)]
    [InlineData("1H", 3600L)]
    [InlineData("1d", 86_400L)]
    [InlineData("7d", 604_800L)]
    [InlineData("30d", 2_592_000L)]
    [InlineData("1y", 31_536_000L)]
    [InlineData("never", null)]
    [InlineData("90", 90L)]
    public void A_lifetime_is_a_name_or_seconds(string text, long? seconds) => Assert.Equal(seconds, Read(("ObjectLifetime", text)).ObjectLifetime!.Seconds);

    public static TheoryData<string> BadTags =>
    [
        "{}",
        """{"":"x"}""",
        """{"a b":"x"}""",
        """{"ä":"x"}""",
        """{"fal.x":"1"}""",
        """{"FAL.x":"1"}""",
        """{"a":""}""",
        """{"a":null}""",
        """{"a":[1]}""",
        """{"a":{"b":1}}""",
        """{"a":"1,b=2"}""",
        """{"a":"x\r\nEvil: 1"}""",
        """{"a":"Füchse"}""",
        """{"a":"1","A":"2"}""",
        $$"""{"{{new string('k', 65)}}":"x"}""",
        $$"""{"a":"{{new string('v', 257)}}"}""",
        new JsonObject(Enumerable.Range(0, 11).Select(n => KeyValuePair.Create($"k{n}", (JsonNode?)"v"))).ToJsonString(),
        new JsonObject(Enumerable.Range(0, 4).Select(n => KeyValuePair.Create($"k{n}", (JsonNode?)new string('v', 255)))).ToJsonString(),
    ];

    [Theory]
    [MemberData(nameof(BadTags))]
    public void Labels_that_the_host_would_drop_without_a_word_are_refused(string json) =>
        Assert.Contains("it takes at most 10 labels", Assert.Throws<InvalidInputException>(() => Read(("Tag", json))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"ok":"1","Team Name":"x"}""", "the label 'Team Name' with the value 'x'")]
    [InlineData("""{"ok":"1","team":"a,b"}""", "the label 'team' with the value 'a,b'")]
    [InlineData("""{"a":"1","A":"2"}""", "the label 'a' twice")]
    [InlineData("{}", "0 labels")]
    public void The_label_that_breaks_a_rule_is_named(string json, string offence) =>
        Assert.StartsWith($"Row 3: Tag has {offence}; it takes", Assert.Throws<InvalidInputException>(() => Read(("Tag", json))).Message, StringComparison.Ordinal);

    public static TheoryData<string, string> GoodTags => new()
    {
        { """{"Team":" ops ","n":1.50,"t":true}""", "team=ops,n=1.50,t=true" },
        { $$"""{"{{new string('k', 64)}}":"{{new string('v', 256)}}"}""", $"{new string('k', 64)}={new string('v', 256)}" },
        {
            new JsonObject(Enumerable.Range(0, 10).Select(n => KeyValuePair.Create($"a.b_c-{n}", (JsonNode?)"v"))).ToJsonString(),
            string.Join(',', Enumerable.Range(0, 10).Select(n => $"a.b_c-{n}=v"))
        },
        {
            new JsonObject(Enumerable.Range(0, 4).Select(n => KeyValuePair.Create($"k{n}", (JsonNode?)new string('v', 254)))).ToJsonString(),
            string.Join(',', Enumerable.Range(0, 4).Select(n => $"k{n}={new string('v', 254)}"))
        },
    };

    [Theory]
    [MemberData(nameof(GoodTags))]
    public void Labels_within_the_rules_are_written_as_the_header_has_them(string json, string header) =>
        Assert.Equal(header, Read(("Tag", json)).Tag!.ToHeader());

    private static SubmitSettings Read(params (string Name, object? Value)[] cells) =>
        RowReader.Read(3, cells.Append(("Prompt", "x")).ToDictionary(cell => cell.Item1, cell => cell.Item2)).Settings;
}
