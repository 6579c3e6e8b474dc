using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

[Collection(RunsAlone.Name)]
public sealed class UserModelsTests : EnvironmentTest
{
    private const string WithoutParameters = """
        {"models":[{"ids":["me/fox"],"protocols":["FalQueue"],"inputs":[{"name":"prompt","required":true},
         {"name":"style","required":true,"choices":["oil","ink"]},{"name":"guidance","minimum":1,"maximum":20},{"name":"note","maximumLength":3}]}]}
        """;

    [Fact]
    public void A_model_can_be_added_without_a_new_version()
    {
        Write("""{"models":[{"ids":["me/fox"],"protocols":["FalQueue"],"inputs":[{"name":"prompt","required":true},{"name":"seed","minimum":0,"maximum":9}]}]}""");

        Assert.Contains("Seed 10 is outside 0 to 9", Refused("me/fox", new ImageInput { Prompt = "x", Seed = 10 }), StringComparison.Ordinal);
        Assert.Contains("it does not take NumImages (it takes Prompt, Seed)", Refused("me/fox", new ImageInput { Prompt = "x", NumImages = 1 }), StringComparison.Ordinal);
        Assert.Null(ModelCatalog.Find(HostProtocol.FalSync, "me/fox"));
        Assert.Contains("me/fox", ModelCatalog.Ids(HostProtocol.FalQueue));
        Assert.DoesNotContain("me/fox", ModelCatalog.Ids(HostProtocol.FalSync));
        Assert.NotNull(ModelCatalog.Find(HostProtocol.FalQueue, TestHost.Model));
    }

    [Fact]
    public void A_users_definition_comes_before_the_built_in_one()
    {
        Write($$"""{"models":[{"ids":["{{TestHost.Model}}"],"protocols":["FalQueue"],"inputs":[{"name":"prompt"},{"name":"aspect_ratio","choices":["21:9"]}]}]}""");

        Assert.Contains("AspectRatio '1:1' is not one of 21:9", Refused(TestHost.Model, new ImageInput { Prompt = "x", ["aspect_ratio"] = "1:1" }), StringComparison.Ordinal);
        Assert.Single(ModelCatalog.Ids(HostProtocol.FalQueue), TestHost.Model);
        Assert.Contains("21:9", ModelCatalog.ChoicesFor("AspectRatio"));
    }

    [Theory]
    [InlineData("7", "SafetyTolerance 7 is outside 1 to 6")]
    [InlineData("high", "SafetyTolerance high is outside 1 to 6")]
    [InlineData("1.5", "SafetyTolerance 1.5 is outside 1 to 6")]
    public void A_range_on_a_text_is_held_against_the_number_in_it(string value, string offence)
    {
        Write("""{"models":[{"ids":["me/fox"],"protocols":["FalQueue"],"inputs":[{"name":"prompt"},{"name":"safety_tolerance","minimum":1,"maximum":6}]}]}""");

        Assert.Contains(offence, Refused("me/fox", new ImageInput { Prompt = "x", ["safety_tolerance"] = value }), StringComparison.Ordinal);
        Assert.Equal("6", Taken("me/fox", new ImageInput { Prompt = "x", ["safety_tolerance"] = "6" })["safety_tolerance"]);
    }

    [Fact]
    public void A_range_may_be_open_at_one_end()
    {
        Write("""{"models":[{"ids":["me/fox"],"protocols":["FalQueue"],"inputs":[{"name":"prompt"},{"name":"seed","minimum":2},{"name":"num_images","maximum":3}]}]}""");

        Assert.Contains("Seed 1 is outside 2 and more", Refused("me/fox", new ImageInput { Prompt = "x", Seed = 1 }), StringComparison.Ordinal);
        Assert.Contains("NumImages 4 is outside what is at most 3", Refused("me/fox", new ImageInput { Prompt = "x", NumImages = 4 }), StringComparison.Ordinal);
        Assert.Equal(2, Taken("me/fox", new ImageInput { Prompt = "x", Seed = 2 }).Seed);
    }

    [Fact]
    public void Choices_of_what_is_no_text_stay_what_they_are()
    {
        Write("""{"models":[{"ids":["me/fox"],"protocols":["FalQueue"],"inputs":[{"name":"prompt"},{"name":"num_images","choices":["1","2"]},{"name":"sync_mode","choices":["false"]}]}]}""");

        var input = Taken("me/fox", new ImageInput { Prompt = "x", NumImages = 2, ["sync_mode"] = false });

        Assert.Equal((2, false), (input.NumImages, input["sync_mode"]));
        Assert.Contains("SyncMode 'true' is not one of false", Refused("me/fox", new ImageInput { Prompt = "x", ["sync_mode"] = true }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"guidance":5}""", "style is missing")]
    [InlineData("""{"style":null}""", "style is missing")]
    [InlineData("""{"style":"photo"}""", "style 'photo' is not one of oil, ink")]
    [InlineData("""{"style":"oil","guidance":21}""", "guidance 21 is outside 1 to 20")]
    [InlineData("""{"style":"oil","note":"abcd"}""", "note has 4 characters; at most 3 are allowed")]
    public void What_has_no_parameter_is_held_against_its_definition_too(string additional, string offence)
    {
        Write(WithoutParameters);

        Assert.Contains(offence, Refused("me/fox", new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional(additional) }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"style":"oil","guidance":20,"note":"abc"}""")]
    [InlineData("""{"style":"ink","guidance":2.5,"note":null,"other":[1]}""")]
    public void What_has_no_parameter_and_fits_is_passed_on_as_it_is(string additional)
    {
        Write(WithoutParameters);

        Assert.Equal(additional, TestHost.Json(Taken("me/fox", new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional(additional) })));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_definitions()
    {
        File.WriteAllText(
            Home.At("models.json"), """{"models":[{"ids":["me/fox"],"protocols":["FalQueue"],"inputs":[{"name":"prompt"}]}]}""", System.Text.Encoding.UTF8);

        Assert.NotNull(ModelCatalog.Find(HostProtocol.FalQueue, "me/fox"));
    }

    [Fact]
    public void A_file_that_changes_is_read_again()
    {
        Assert.Null(ModelCatalog.Find(HostProtocol.FalQueue, "me/fox"));
        Write("""{"models":[{"ids":["me/fox"],"protocols":["FalQueue"],"inputs":[{"name":"prompt"}]}]}""");
        Assert.NotNull(ModelCatalog.Find(HostProtocol.FalQueue, "me/fox"));
        File.Delete(Home.At("models.json"));
        Assert.Null(ModelCatalog.Find(HostProtocol.FalQueue, "me/fox"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("""{"models":[null]}""")]
    [InlineData("""{"models":[{"ids":["a/b"],"protocols":["FalQueue"],"inputs":[null]}]}""")]
    [InlineData("""{"models":[{"ids":["a/b"],"protocols":["FalQueue"],"inputs":[{"required":true}]}]}""")]
    [InlineData("""{"models":[{"ids":["a/b"],"inputs":[{"name":"prompt"}]}]}""")]
    [InlineData("""{"models":[{"protocols":["FalQueue"],"inputs":[{"name":"prompt"}]}]}""")]
    [InlineData("""{"models":[{"ids":["a/b",null],"protocols":["FalQueue"],"inputs":[{"name":"prompt"}]}]}""")]
    [InlineData("""{"models":[{"ids":["a/b"],"protocols":[99],"inputs":[{"name":"prompt"}]}]}""")]
    [InlineData("""{"models":[{"ids":["a/b"],"protocols":["FalQueue"],"inputs":[{"name":"resolution","choices":[null,"1K"]}]}]}""")]
    [InlineData("""{"models":[{"ids":["a/b"],"protocols":["FalQueue"],"inputs":[{"name":"prompt","maxLength":3}]}]}""")]
    [InlineData("""{"models":[{"ids":["a/b"],"protocols":["Telepathy"],"inputs":[{"name":"prompt"}]}]}""")]
    public void A_file_that_holds_no_definitions_is_refused_by_its_name(string text)
    {
        Write(text);

        var error = Assert.Throws<InvalidInputException>(() => ModelCatalog.Find(HostProtocol.FalQueue, TestHost.Model));

        Assert.Contains(Home.At("models.json"), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"models":null}""")]
    [InlineData("""{"models":[]}""")]
    public void A_file_without_models_changes_nothing(string text)
    {
        Write(text);

        Assert.NotNull(ModelCatalog.Find(HostProtocol.FalQueue, TestHost.Model));
    }

    private void Write(string text) => File.WriteAllText(Home.At("models.json"), text);

    private string Refused(string model, ImageInput input) => Assert.Throws<InvalidInputException>(() => Taken(model, input)).Message;

    private ImageInput Taken(string model, ImageInput input)
    {
        Set("FAL_KEY", "key");
        var options = new BatchOptions { Provider = "fal", Model = model };
        return TestClient.Check(options).Check(TestHost.Row() with { Input = input }).Input;
    }
}
