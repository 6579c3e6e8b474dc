using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>
/// Reads the names of the places where a key is kept. Who gives the key itself by mistake would have it in a settings file:
/// it is refused, and in no message.
/// </summary>
internal static class KeyPlace
{
    /// <summary>The names of environment variables; empty ones are none.</summary>
    /// <exception cref="InvalidInputException">One of them is not a name, or looks like a key.</exception>
    public static IReadOnlyList<string> Variables(IReadOnlyList<string> given)
    {
        for (var at = 0; at < given.Count; at++)
        {
            if (!string.IsNullOrWhiteSpace(given[at]) && (!KeyShape.IsVariable(given[at]) || KeyShape.Is(given[at])))
            {
                throw new InvalidInputException(CommandMessages.KeyVariableMalformed.With(at + 1));
            }
        }

        return [.. given.Where(name => !string.IsNullOrWhiteSpace(name))];
    }

    /// <summary>The name of a secret or a vault, or null.</summary>
    /// <exception cref="InvalidInputException">It looks like a key.</exception>
    public static string? Name(string parameter, string? given) => given is not null && KeyShape.Is(given)
        ? throw new InvalidInputException(CommandMessages.SecretNameIsKey.With(parameter))
        : given;
}
