using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

[Collection(RunsAlone.Name)]
public sealed class ModelCacheTests : EnvironmentTest
{
    private const string Id = "acme/painter";

    private static readonly ProviderProfile Host = TestHost.Profile(new Uri("https://queue.example")) with { PlatformUri = new Uri("https://api.example/v1/") };

    [Fact]
    public async Task What_a_catalogue_said_is_kept_for_its_host_and_its_user_alone()
    {
        await ModelCache.SaveAsync(Model(), default);

        Assert.Equal(Id, ModelCache.Find(Host, Id)?.Model);
        Assert.Equal(Id, ModelCache.Find(Host with { Protocol = HostProtocol.FalSync, PlatformUri = new Uri("https://api.example/v1") }, Id)?.Model);
        Assert.Null(ModelCache.Find(Host with { PlatformUri = new Uri("https://other.example/v1") }, Id));
        Assert.Null(ModelCache.Find(Host with { Protocol = HostProtocol.FalAggregator }, Id));
        Assert.Null(ModelCache.Find(Host, "acme/other"));
        var file = Assert.Single(Directory.GetFiles(Home.At("models")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task It_is_what_rows_are_checked_against_where_nobody_else_defines_the_model()
    {
        await ModelCache.SaveAsync(Model(), default);

        Assert.Equal(DefinitionSource.Host, ModelCatalog.SourceOf(Host, Id));
        Assert.Contains(Id, ModelCatalog.Ids(Host));
        Assert.True(ModelCatalog.HasColumn("STYLE"));
        var error = Assert.Throws<InvalidInputException>(() => InputCheck.Check(
            new ImageRow { Index = 2, Input = new ImageInput { Prompt = "x", NumImages = 2 } }, Id, ModelCatalog.Find(Host, Id)!));
        Assert.Equal(
            $"Row 2, {Id}: style is missing; it does not take NumImages (it takes Prompt, style). Nothing was sent."
            + " (By the host's own schema of 2026-11-01; Get-ImagenModel -Refresh reads it again.)",
            error.Message);

        File.WriteAllText(Home.At("models.json"), $$"""{"models":[{"ids":["{{Id}}"],"protocols":["FalQueue"],"inputs":[{"name":"prompt"}]}]}""");
        Assert.Equal(DefinitionSource.User, ModelCatalog.SourceOf(Host, Id));
        Assert.Single(ModelCatalog.Find(Host, Id)!.Inputs);
    }

    [Fact]
    public async Task A_built_in_definition_comes_before_it()
    {
        await ModelCache.SaveAsync(Model() with { Model = "fal-ai/nano-banana" }, default);

        Assert.Equal(DefinitionSource.BuiltIn, ModelCatalog.SourceOf(Host, "fal-ai/nano-banana"));
        Assert.True(ModelCatalog.Find(Host, "fal-ai/nano-banana")!.Inputs.Count > 2);
    }

    [Fact]
    public async Task What_it_says_again_takes_the_place_of_what_it_said()
    {
        await ModelCache.SaveAsync(Model(), default);
        Assert.Equal("active", ModelCache.Find(Host, Id)!.Status);

        await ModelCache.SaveAsync(Model() with { Status = "deprecated" }, default);

        Assert.Equal("deprecated", ModelCache.Find(Host, Id)!.Status);
        Assert.Equal(
            $"{Id} is deprecated: the catalogue of test said so on 2026-11-01, and the host may drop it. Find-ImagenModel -Status active -Provider test lists what there is.",
            ModelRetirement.Notice(Host, Id));
        Assert.Single(Directory.GetFiles(Home.At("models")));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"platform":"https://api.example/v1","model":"acme/painter","fetchedAt":"2026-11-01T00:00:00Z","definition":{"inputs":[null]}}""")]
    [InlineData("""{"platform":"https://api.example/v1","model":"acme/else","fetchedAt":"2026-11-01T00:00:00Z"}""")]
    public async Task A_file_that_is_none_is_as_if_it_were_not_there(string text)
    {
        await ModelCache.SaveAsync(Model(), default);
        File.WriteAllText(Directory.GetFiles(Home.At("models"))[0], text);

        Assert.Null(ModelCache.Find(Host, Id));
    }

    [Fact]
    public async Task A_schema_of_any_size_takes_little_room()
    {
        var large = Model().Definition! with { Inputs = [.. Enumerable.Range(0, 20_000).Select(number => new InputDefinition { Name = $"input_number_{number}" })] };
        await ModelCache.SaveAsync(Model() with { Definition = large }, default);

        Assert.Null(ModelCache.Find(Host, Id)!.Definition);
        Assert.InRange(new FileInfo(Directory.GetFiles(Home.At("models"))[0]).Length, 1, 1000);
    }

    [Fact]
    public async Task The_oldest_go_where_there_are_too_many()
    {
        Directory.CreateDirectory(Home.At("models"));
        foreach (var number in Enumerable.Range(0, 1000))
        {
            var old = Home.At($"models/{number}.json");
            File.WriteAllText(old, "{}");
            File.SetLastWriteTimeUtc(old, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(number));
        }

        await ModelCache.SaveAsync(Model(), default);

        Assert.Equal(1000, Directory.GetFiles(Home.At("models")).Length);
        Assert.False(File.Exists(Home.At("models/0.json")));
        Assert.NotNull(ModelCache.Find(Host, Id));
    }

    private static CachedModel Model() => new()
    {
        Platform = ModelCache.Platform(Host),
        Model = Id,
        FetchedAt = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero),
        Status = "active",
        Definition = new ModelDefinition
        {
            Ids = [Id],
            Protocols = [HostProtocol.FalQueue, HostProtocol.FalSync],
            FetchedAt = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero),
            Inputs = [new() { Name = "prompt", Required = true }, new() { Name = "style", Required = true, Choices = ["oil", "ink"] }],
        },
    };
}
