using System.Management.Automation;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>What a name with wildcards in it stands for.</summary>
internal static class NamePattern
{
    /// <summary>Tells whether a name is meant. Case does not matter.</summary>
    /// <exception cref="InvalidInputException">The text is no pattern: a bracket is not closed.</exception>
    public static Func<string, bool> Of(string text)
    {
        try
        {
            var pattern = WildcardPattern.Get(text, WildcardOptions.IgnoreCase);

            // It is read at its first use.
            _ = pattern.IsMatch("");
            return pattern.IsMatch;
        }
        catch (WildcardPatternException error)
        {
            throw new InvalidInputException(CommandMessages.PatternMalformed.With(PlainText.Brief(text)), error);
        }
    }
}
