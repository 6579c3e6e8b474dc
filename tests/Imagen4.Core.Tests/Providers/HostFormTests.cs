using System.Text;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

/// <summary>Where a host takes requests, where it takes the key, and what it calls the inputs: data of its profile.</summary>
public sealed class HostFormTests
{
    private static readonly ProviderProfile Open = TestHost.Profile(new Uri("https://host.example/base")) with { Protocol = HostProtocol.ImagesGenerations };

    [Theory]
    [InlineData(null, "https://host.example/base/v1/images/generations")]
    [InlineData("/images?api-version=2025-04-01-preview", "https://host.example/base/images?api-version=2025-04-01-preview")]
    [InlineData("images", "https://host.example/base/images")]
    [InlineData("/deployments/{model}/images?v=1", "https://host.example/base/deployments/acme%2Fone%20%3F/images?v=1")]
    public void A_path_goes_below_the_address(string? path, string expected) => Assert.Equal(
        expected, SubmitPath.Address(Open.BaseUri!, Open with { SubmitPath = path }, "acme/one ?").AbsoluteUri);

    [Theory]
    [InlineData("")]
    [InlineData("https://evil.example/v1")]
    [InlineData("//evil.example/v1")]
    [InlineData("/v1//images")]
    [InlineData("user@host/v1")]
    [InlineData("user:secret@host/v1")]
    [InlineData("/v1:80/x")]
    [InlineData("/../admin")]
    [InlineData("/v1/%2e%2E/admin")]
    [InlineData("/v1/.")]
    [InlineData("/v1#top")]
    [InlineData("/v1?a=1?b=2")]
    [InlineData("\\\\evil\\v1")]
    [InlineData("/v1/{deployment}/images")]
    [InlineData("/v1 /images")]
    [InlineData("/v1/images\n")]
    [InlineData("/v1/\u0430")]
    public void What_is_no_path_is_refused(string path)
    {
        // A line break at the end is a copying accident, as blanks are.
        var error = Record.Exception(() => SubmitPath.Check(path));
        Assert.Equal(!path.EndsWith('\n'), error is InvalidInputException);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("%2e%2e")]
    [InlineData("")]
    public void A_model_that_would_lead_out_of_its_place_is_refused(string model) => Assert.Throws<InvalidInputException>(
        () => SubmitPath.Address(Open.BaseUri!, Open with { SubmitPath = "/deployments/{model}/images" }, model));

    [Fact]
    public void A_path_with_a_key_in_it_is_refused_and_not_repeated()
    {
        const string key = "3f9Ac27eB04d4E5bA1c6D8f0e2B7a9C5";

        var error = Assert.Throws<InvalidInputException>(() => SubmitPath.Check($"/v1/images?code={key}"));

        Assert.DoesNotContain(key, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api-key", "api-key", null)]
    [InlineData(" x-goog-api-key ", "x-goog-api-key", null)]
    [InlineData("Authorization: Bearer", "Authorization", "Bearer")]
    [InlineData("X-Auth:Token", "X-Auth", "Token")]
    public void A_header_has_a_name_and_perhaps_a_scheme(string written, string name, string? scheme) =>
        Assert.Equal(new KeyHeader(name, scheme), KeyHeader.Parse(written));

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("api-key:")]
    [InlineData(": Bearer")]
    [InlineData("a: b: c")]
    [InlineData("Authorization: Bearer 3f9Ac27eB04d4E5bA1c6D8f0e2B7a9C5")]
    [InlineData("3f9Ac27eB04d4E5bA1c6D8f0e2B7a9C5")]
    [InlineData("api-key\r\nHost: evil")]
    [InlineData("sch\u00fcssel")]
    [InlineData("Content-Length")]
    [InlineData("content-type")]
    [InlineData("Host")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Connection")]
    [InlineData("Cookie")]
    [InlineData("Proxy-Authorization")]
    [InlineData("User-Agent")]
    [InlineData("X-Fal-Tags")]
    [InlineData("Set-Cookie")]
    [InlineData("Allow")]
    [InlineData("traceparent")]
    [InlineData("tracestate")]
    [InlineData("Baggage")]
    [InlineData("X-Request-Id")]
    [InlineData("X-Correlation-ID")]
    public void What_cannot_hold_a_key_is_refused(string written)
    {
        var error = Assert.Throws<InvalidInputException>(() => KeyHeader.Parse(written));

        Assert.DoesNotContain("3f9Ac27e", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_may_be_given_by_parameter_and_are_kept_by_the_own_name() => Assert.Equal(
        [new("num_images", "n"), new("aspect_ratio", "ratio")],
        InputNames.Check([new("NumImages", " n "), new("aspect_ratio", "ratio")]).AsEnumerable());

    [Theory]
    [InlineData("num_image", "n", "-InputName: 'num_image' is not an input with a parameter. Those are: prompt, *")]
    [InlineData("model", "engine", "-InputName: 'model' is not an input with a parameter.*")]
    [InlineData("num_images", "", "-InputName: '' cannot be what a host calls num_images*")]
    [InlineData("num_images", "a b", "-InputName: 'a b' cannot be what a host calls num_images*")]
    [InlineData("num_images", "model", "-InputName: num_images and model would both be sent as 'model'.*")]
    [InlineData("num_images", "Prompt", "-InputName: num_images and prompt would both be sent as 'Prompt'.*")]
    [InlineData("num_images", "seed", "-InputName: num_images and seed would both be sent as 'seed'.*")]
    public void A_name_that_cannot_be_one_is_refused(string input, string name, string expected) => Assert.Matches(
        $"^{System.Text.RegularExpressions.Regex.Escape(expected).Replace("\\*", ".*", StringComparison.Ordinal)}$",
        Assert.Throws<InvalidInputException>(() => InputNames.Check([new(input, name)])).Message);

    [Fact]
    public void Two_inputs_of_one_name_are_refused()
    {
        Assert.Contains(
            "would both be sent as 'n'",
            Assert.Throws<InvalidInputException>(() => InputNames.Check([new("num_images", "n"), new("seed", "N")])).Message.Replace("'N'", "'n'", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Equal(
            "-InputName has num_images twice.",
            Assert.Throws<InvalidInputException>(() => InputNames.Check([new("num_images", "n"), new("NumImages", "m")])).Message);
    }

    [Fact]
    public void Two_inputs_may_change_names_with_each_other() =>
        Assert.Equal(2, InputNames.Check([new("resolution", "aspect_ratio"), new("aspect_ratio", "resolution")]).Count);

    [Fact]
    public void Inputs_are_renamed_on_the_way_out_and_the_row_keeps_its_own()
    {
        var profile = Open with { InputNames = InputNames.Check([new("num_images", "n"), new("seed", "noise")]) };
        var input = new ImageInput { Prompt = "ein Füchslein \"x\"", NumImages = 2, AdditionalInput = TestHost.Additional("""{"size":"1024x1024","seed":5}""") };

        var sent = TestClient.Protocols.For(profile.Protocol).SubmitBody("m", InputNames.AtHost(profile, input));

        Assert.Equal(
            """{"model":"m","prompt":"ein Füchslein \"x\"","size":"1024x1024","noise":5,"n":2}""", Encoding.UTF8.GetString(sent.Span));
        Assert.Equal(2, input.NumImages);
        Assert.Same(input, InputNames.AtHost(Open, input));
    }

    [Fact]
    public void A_row_with_the_hosts_name_of_an_input_is_refused()
    {
        var profile = Open with { InputNames = InputNames.Check([new("num_images", "n")]) };
        var input = TestHost.Input() with { AdditionalInput = TestHost.Additional("""{"N":2}""") };

        var error = Assert.Throws<InvalidInputException>(() => InputNames.RequireOwnNames(profile, input, row: 3));

        Assert.Equal("Row 3: AdditionalInput has 'N', which is what test calls num_images: use NumImages", error.Message);
    }

    [Theory]
    [InlineData(HostProtocol.ImagesGenerations, "model", "Model", true)]
    [InlineData(HostProtocol.ImagesGenerations, "MODEL", "Model", true)]
    [InlineData(HostProtocol.ImagesGenerations, "Model", "Model", false)]
    [InlineData(HostProtocol.ImagesGenerations, "Prompt", "Prompt", true)]
    [InlineData(HostProtocol.ImagesGenerations, "prompt", "Prompt", false)]
    [InlineData(HostProtocol.FalQueue, "prompt", "Prompt", true)]
    [InlineData(HostProtocol.FalSync, "PROMPT", "Prompt", true)]
    [InlineData(HostProtocol.FalAggregator, "Prompt", "Prompt", true)]
    public void A_row_that_would_say_its_model_or_its_prompt_twice_is_refused(HostProtocol protocol, string name, string parameter, bool hasPrompt)
    {
        var input = (hasPrompt ? TestHost.Input() : new ImageInput()) with { AdditionalInput = TestHost.Additional($$"""{"{{name}}":"other"}""") };

        var error = Assert.Throws<InvalidInputException>(() => InputNames.RequireOwnNames(Open with { Protocol = protocol }, input, row: 3));

        Assert.Equal($"Row 3: AdditionalInput has '{name}', which has a parameter of its own: use {parameter}", error.Message);
    }

    [Theory]
    [InlineData(HostProtocol.FalQueue, """{"model":"v2"}""", true)]
    [InlineData(HostProtocol.FalQueue, """{"prompt":["a","b"]}""", false)]
    [InlineData(HostProtocol.ImagesGenerations, """{"model_name":"v2","prompts":[]}""", true)]
    public void An_input_of_a_model_that_its_body_does_not_name_otherwise_is_passed_on(HostProtocol protocol, string additional, bool hasPrompt) =>
        InputNames.RequireOwnNames(
            Open with { Protocol = protocol },
            (hasPrompt ? TestHost.Input() : new ImageInput()) with { AdditionalInput = TestHost.Additional(additional) },
            row: 1);

    [Theory]
    [InlineData("Invalid value for 'n': must be at most 1.", null, " ('n' is what it calls NumImages)")]
    [InlineData("n must be 1", null, " ('n' is what it calls NumImages)")]
    [InlineData("No image can be made of that", null, "")]
    [InlineData("Out of range", "n", " ('n' is what it calls NumImages)")]
    public void The_hosts_name_of_an_input_is_explained(string said, string? named, string expected) => Assert.Equal(
        expected, InputNames.Explain(Open with { InputNames = InputNames.Check([new("num_images", "n")]) }, said, named));

    [Theory]
    [InlineData("//evil.example", null, null)]
    [InlineData(null, "Content-Length", null)]
    [InlineData(null, null, "model")]
    public void What_somebody_wrote_into_the_settings_is_checked_before_anything_is_sent(string? path, string? header, string? name)
    {
        var profile = Open with
        {
            SubmitPath = path, KeyHeader = header, InputNames = name is null ? Open.InputNames : new Dictionary<string, string> { ["num_images"] = name },
        };

        Assert.Throws<InvalidInputException>(() => TestHost.Connect(profile));
    }

    [Fact]
    public void Another_protocol_takes_the_form_away()
    {
        var profile = Open with { SubmitPath = "/x", KeyHeader = "api-key", InputNames = InputNames.Check([new("num_images", "n")]) };

        var changed = ProviderCatalog.WithProtocol(profile, HostProtocol.FalQueue);

        Assert.Equal((null, null, 0), (changed.SubmitPath, changed.KeyHeader, changed.InputNames.Count));
    }
}
