using Imagen4.Core.Providers;

namespace Imagen4.Core.Tests.Providers;

public sealed class ModelRetirementTests
{
    private const string Ended = "Google ended the model on 2026-08-17 (ai.google.dev/gemini-api/docs/imagen)";

    [Theory]
    [InlineData("fal", "fal-ai/imagen4/preview")]
    [InlineData("fal-sync", "fal-ai/imagen4/preview/fast")]
    [InlineData("fal", "fal-ai/imagen4/preview/ultra")]
    public void At_fal_it_names_the_successor_and_the_line_that_makes_it_the_default(string provider, string model) => Assert.Equal(
        $"{model} may no longer be served: {Ended}, and {provider} no longer lists it (as of 2026-08-02). Whether {provider} still answers is not known."
        + $" What {provider} lists in its place is fal-ai/nano-banana-2: use -Model fal-ai/nano-banana-2, or make it the default with: Set-ImagenProvider -Name {provider} -DefaultModel fal-ai/nano-banana-2 -Scope User",
        Said(provider, model));

    [Fact]
    public void Where_no_successor_is_known_it_says_so()
    {
        Assert.Equal(
            $"fal-ai/imagen4/preview may no longer be served: {Ended}. Whether kkiai still answers is not known. No successor is known at kkiai.",
            Said("kkiai", "fal-ai/imagen4/preview"));
        Assert.EndsWith(
            " No successor is known at aimlapi; the newest model of Google's that it documents is google/gemini-nano-banana-2.1: use -Model google/gemini-nano-banana-2.1,"
            + " or make it the default with: Set-ImagenProvider -Name aimlapi -DefaultModel google/gemini-nano-banana-2.1 -Scope User",
            Said("aimlapi", "google/imagen4/preview"), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_known_against_what_lives()
    {
        Assert.Null(ModelRetirement.Find(Profile("fal"), "fal-ai/nano-banana-2"));
        Assert.Null(ModelRetirement.Find(Profile("aimlapi"), "google/gemini-nano-banana-2.1"));
    }

    [Theory]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("http://localhost:5000/fal")]
    [InlineData("http://[::1]:5000")]
    public void A_host_on_this_machine_speaks_for_itself(string address) =>
        Assert.Null(ModelRetirement.Find(Profile("fal") with { BaseUri = new Uri(address) }, "fal-ai/imagen4/preview"));

    [Fact]
    public void Every_default_model_of_a_host_is_told_of_and_every_successor_is_alive()
    {
        Assert.All(
            HostData.BuiltIn.Providers.Where(profile => profile.BaseUri is not null),
            profile => Assert.NotNull(ModelRetirement.Find(profile, profile.DefaultModel)));
        Assert.All(
            HostData.BuiltIn.Retirements.Where(known => known.Successor is not null),
            known => Assert.All(known.Protocols, protocol => Assert.NotNull(ModelCatalog.Find(protocol, known.Successor!))));
    }

    private static string Said(string provider, string model) => ModelRetirement.Find(Profile(provider), model)!.Describe(provider, model);

    private static ProviderProfile Profile(string name) => HostData.BuiltIn.Providers.Single(profile => profile.Name == name);
}
