using System.Text.Json;
using System.Text.RegularExpressions;

namespace Imagen4.Conventions;

/// <summary>What a newcomer needs, and what CI does, is one thing, and neither depends on what a machine has.</summary>
public sealed partial class SetUpTests
{
    private static string[] Script => File.ReadAllLines(Repository.File(".ci", "run"));

    [Fact]
    public void CI_runs_the_commands_that_the_README_opens_with()
    {
        var block = FirstBlock().Match(File.ReadAllText(Repository.File("README.md"))).Groups[1].Value;
        var commands = block.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(line => line.Split('#')[0].Split("&&", StringSplitOptions.TrimEntries))
            .ToList();

        Assert.Equal(["dotnet tool restore", "dotnet pwsh ./build.ps1 Demo", "dotnet pwsh ./build.ps1 Test"], commands);
        Assert.All(commands, command => Assert.Contains(Script, line => line.StartsWith($"run {command} ||", StringComparison.Ordinal)));
    }

    [Fact]
    public void Another_SDK_than_10_is_refused_and_any_feature_band_of_10_taken()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Repository.File("global.json")));
        var sdk = json.RootElement.GetProperty("sdk");

        Assert.Equal("10.0.100", sdk.GetProperty("version").GetString());
        Assert.Equal("latestFeature", sdk.GetProperty("rollForward").GetString());
        Assert.Contains(".NET 10 SDK", sdk.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_PowerShell_is_started_in_one_way()
    {
        var scripts = Directory.EnumerateFiles(Repository.Root, "*.ps1", SearchOption.AllDirectories)
            .Where(file => !Elsewhere().IsMatch(Path.GetRelativePath(Repository.Root, file)));

        Assert.All(scripts, file => Assert.DoesNotMatch(OtherWay(), File.ReadAllText(file)));
    }

    [Theory]
    [InlineData("& pwsh -NoProfile")]
    [InlineData("Start-Process pwsh")]
    [InlineData("$pwsh = (Get-Process -Id $PID).Path")]
    [InlineData("[ProcessStartInfo]::new([Environment]::ProcessPath)")]
    public void Another_way_would_be_seen(string script) => Assert.Matches(OtherWay(), script);

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex FirstBlock();

    [GeneratedRegex(@"(^|[\\/])(bin|obj|out|node_modules)[\\/]|^build[\\/]ChildPowerShell\.ps1$", RegexOptions.CultureInvariant)]
    private static partial Regex Elsewhere();

    [GeneratedRegex(@"ProcessPath|\(Get-Process -Id \$PID\)\.Path|(&|Start-Process)\s+pwsh\b|::(new|Start)\('pwsh'", RegexOptions.CultureInvariant)]
    private static partial Regex OtherWay();
}
