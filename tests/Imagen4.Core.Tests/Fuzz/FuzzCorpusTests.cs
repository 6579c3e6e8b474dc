using Imagen4.Core.Tests.Support;
using Imagen4.Fuzz;

namespace Imagen4.Core.Tests.Fuzz;

/// <summary>Every parser reads the whole corpus, and as many changed inputs as take no time, without an error that is not the module's.</summary>
[Collection(RunsAlone.Name)]
public sealed class FuzzCorpusTests : EnvironmentTest
{
    private const int Changed = 100;

    public static TheoryData<string> Targets => new(FuzzTarget.All.Select(target => target.Name));

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task A_parser_reads_whatever_it_is_given(string name)
    {
        var target = FuzzTarget.All.Single(target => target.Name == name);
        Assert.NotEmpty(target.Files);
        var corpus = target.Files.Select(File.ReadAllBytes).ToList();
        var mutator = new Mutator(corpus, seed: 1);

        foreach (var input in corpus.Concat(Enumerable.Range(0, Changed).Select(_ => mutator.Next())))
        {
            Assert.True(await Trial.RunAsync(target, input) is var wrong && wrong is null, $"{name} read {Convert.ToBase64String(input)} wrongly: {wrong}");
        }
    }
}
