using System.Text.RegularExpressions;

namespace Imagen4.Conventions;

/// <summary>What the module's manifest says, read as text: there may be no PowerShell here to read it.</summary>
internal static partial class Manifest
{
    public static IEnumerable<string> ExportedCmdlets() =>
        Quoted().Matches(Exports().Match(File.ReadAllText(Repository.File("Imagen4.psd1"))).Value).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"CmdletsToExport\s*=\s*@\([^)]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex Exports();

    [GeneratedRegex("'([^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
