using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

[Collection(RunsAlone.Name)]
public sealed class RowCheckTests : EnvironmentTest
{
    private readonly List<string> _warnings = [];
    private readonly List<string> _traces = [];

    public RowCheckTests()
    {
        Set("FAL_KEY", "key");
        TestClient.Providers.Set(TestHost.Profile(new Uri("http://127.0.0.1:9")) with { DefaultModel = "fal-ai/imagen4/preview/fast", OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: false);
    }

    [Fact]
    public void A_row_goes_to_its_own_provider_and_model_before_the_batchs()
    {
        var check = Check(new BatchOptions { Provider = "fal", Model = "fal-ai/imagen4/preview/ultra" });

        Assert.Equal(("fal", "fal-ai/imagen4/preview/ultra"), Target(check.Check(TestHost.Row())));
        Assert.Equal(("test", "fal-ai/imagen4/preview/ultra"), Target(check.Check(TestHost.Row() with { Provider = "TEST" })));
        Assert.Equal(("fal", "fal-ai/imagen4/preview"), Target(check.Check(TestHost.Row() with { Model = "fal-ai/imagen4/preview" })));
        Assert.Equal(("test", "fal-ai/imagen4/preview/fast"), Target(Check(new BatchOptions { Provider = "test" }).Check(TestHost.Row())));
    }

    [Fact]
    public void A_key_given_for_the_batch_is_not_used_for_another_provider_that_a_row_names()
    {
        var hosts = new HostConnections(TestClient.Providers, new BatchOptions { Provider = "fal", ApiKey = "given" });

        Assert.Equal(ApiKeySource.Parameter, hosts.For(null).KeySource);
        Assert.Equal(ApiKeySource.Parameter, hosts.For("FAL").KeySource);
        Assert.NotEqual(ApiKeySource.Parameter, hosts.For("test").KeySource);
    }

    [Fact]
    public void A_key_given_without_a_provider_is_the_first_ones_that_a_record_names_and_no_others()
    {
        var hosts = new HostConnections(TestClient.Providers, new BatchOptions { ApiKey = "given" });

        Assert.Equal(ApiKeySource.Parameter, hosts.For("test").KeySource);
        Assert.NotEqual(ApiKeySource.Parameter, hosts.For("fal").KeySource);
    }

    [Fact]
    public void A_key_that_no_ledger_can_keep_is_refused_before_anything_is_sent()
    {
        var error = Assert.Throws<InvalidInputException>(() => Check(new BatchOptions { Provider = "fal" }).Check(TestHost.Row(3) with { Key = "a\0b" }));

        Assert.Equal(("Key", "Row 3: Key has a null character (U+0000) and could not be kept in the ledger: 'a b'."), (error.Parameter, error.Message));
    }

    [Fact]
    public void A_row_that_its_model_does_not_take_is_refused_by_its_number()
    {
        var row = TestHost.Row(12) with { Input = new ImageInput { Prompt = "x", NumImages = 5 } };

        Assert.StartsWith(
            "Row 12, ", Assert.Throws<InvalidInputException>(() => Check(new BatchOptions()).Check(row)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_nobody_knows_is_passed_through_and_noted_once()
    {
        var check = Check(new BatchOptions { Model = "fal-ai/flux/dev" });
        var input = new ImageInput { Prompt = "x", ["aspect_ratio"] = "2:1", NumImages = 9 };

        Assert.Equal(input, check.Check(TestHost.Row() with { Input = input }).Input);
        check.Check(TestHost.Row(2));

        Assert.Single(_traces);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_retired_model_is_said_once_a_batch_and_is_still_what_the_row_goes_to()
    {
        var check = Check(new BatchOptions());

        Assert.Equal(("fal", "fal-ai/imagen4/preview"), Target(check.Check(TestHost.Row())));
        Assert.Equal(("fal", "fal-ai/imagen4/preview/ultra"), Target(check.Check(TestHost.Row(2) with { Model = "fal-ai/imagen4/preview/ultra" })));
        check.Check(TestHost.Row(3) with { Provider = "test" });
        check.Check(TestHost.Row(4) with { Model = "fal-ai/nano-banana-2" });

        Assert.StartsWith("fal-ai/imagen4/preview may no longer be served: ", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_no_endpoint_id_is_refused() =>
        Assert.Throws<InvalidInputException>(() => Check(new BatchOptions { Model = "../admin" }).Check(TestHost.Row()));

    [Theory]
    [InlineData("fal", "fal-ai/imagen4/preview", "")]
    [InlineData("fal-sync", "fal-ai/imagen4/preview", "WebhookUri, Priority, MaxQueueLength")]
    [InlineData("chainhub", "fal-ai/imagen4/preview", "WebhookUri, Priority, StartTimeoutSec, MaxQueueLength, Tag, ObjectLifetime")]
    [InlineData("kkiai", "fal-ai/imagen4/preview", "WebhookUri, Priority, StartTimeoutSec, MaxQueueLength, Tag, ObjectLifetime")]
    [InlineData("aimlapi", "google/imagen4/preview", "WebhookUri, Priority, StartTimeoutSec, MaxQueueLength, Tag, ObjectLifetime")]
    public void Settings_a_provider_does_not_take_are_refused_by_name(string provider, string model, string refused)
    {
        Set($"{provider.ToUpperInvariant()}_API_KEY", "key");
        var cells = new Dictionary<string, object?>
        {
            ["Prompt"] = "x", ["WebhookUri"] = "https://example.com", ["Priority"] = "low", ["StartTimeoutSec"] = 5, ["MaxQueueLength"] = 5,
            ["Tag"] = """{"a":"1"}""", ["ObjectLifetime"] = "1h",
        };
        var row = RowReader.Read(4, cells) with { Provider = provider, Model = model };

        var error = Record.Exception(() => Check(new BatchOptions()).Check(row));

        Assert.Equal(refused.Length == 0 ? null : $"Row 4: {provider} does not take {refused}. Nothing was sent.", error?.Message);
    }

    [Fact]
    public void An_input_the_newest_schema_dropped_is_warned_of_once()
    {
        var check = Check(new BatchOptions());
        var row = TestHost.Row() with { Input = new ImageInput { Prompt = "x", ["negative_prompt"] = "snow" } };

        check.Check(row);
        check.Check(row with { Index = 2 });

        Assert.Single(_warnings, warning => warning.StartsWith("NegativePrompt:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_provider_without_key_or_address_is_refused()
    {
        Set("FAL_KEY", null);

        Assert.Throws<ApiKeyMissingException>(() => Check(new BatchOptions()).Check(TestHost.Row()));
        Assert.Throws<EmulatorUnavailableException>(() => Check(new BatchOptions { Provider = "emulator" }).Check(TestHost.Row()));
        Assert.Throws<InvalidInputException>(() => Check(new BatchOptions { Provider = "nobody" }).Check(TestHost.Row()));
    }

    [Fact]
    public void Two_rows_that_would_get_the_same_file_are_refused_before_they_are_paid_for()
    {
        var check = Check(Saving("{Key}"));
        check.Check(TestHost.Row() with { Key = "a/b" });

        var error = Assert.Throws<InvalidInputException>(() => check.Check(TestHost.Row(2) with { Key = "a?b" }));

        Assert.Contains("'a-b'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_image_of_a_row_has_its_name_set_aside()
    {
        var check = Check(Saving("{Key}"));
        check.Check(TestHost.Row() with { Key = "a", Input = new ImageInput { Prompt = "x", NumImages = 3 } });

        Assert.Throws<InvalidInputException>(() => check.Check(TestHost.Row(2) with { Key = "a-3" }));
        check.Check(TestHost.Row(3) with { Key = "a-4" });
    }

    [Fact]
    public void A_file_that_is_there_already_is_found_before_anything_is_paid_for()
    {
        File.WriteAllText(Home.At("cover-2.webp"), "mine");
        var row = TestHost.Row() with { Input = new ImageInput { Prompt = "x", NumImages = 2 } };

        Assert.Throws<FileExistsException>(() => Check(Saving("cover")).Check(row));
        Check(Saving("cover", force: true)).Check(row);
    }

    [Theory]
    [InlineData("{RequestId}", null)]
    [InlineData("{Seed}", null)]
    [InlineData("{Index}-{Prompt}", "second")]
    public void Names_that_differ_or_are_not_known_yet_are_not_set_aside(string template, string? _)
    {
        var check = Check(Saving(template));

        check.Check(TestHost.Row());
        check.Check(TestHost.Row(2));
    }

    private static (string Provider, string Model) Target(CheckedRow row) => (row.Host.Profile.Name, row.Model);

    private BatchOptions Saving(string template, bool force = false) =>
        new() { Output = new OutputFolder(Home.Path, force), FileName = new FileNameTemplate(template) };

    private RowCheck Check(BatchOptions options)
    {
        options = options with { Warn = _warnings.Add, Trace = _traces.Add };
        return TestClient.Check(options);
    }
}
