namespace Imagen4.Core.Tests.Support;

/// <summary>Tests that change what the whole process shares: environment variables and the session's providers. They run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "Environment";

    /// <summary>By it, <c>build.ps1 Test</c> gives them a process of their own: they take turns there while others run elsewhere.</summary>
    public const string Trait = "Runs";
}
