using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>Where below its address a host takes requests, for hosts whose protocol leaves that open.</summary>
public static class SubmitPath
{
    /// <summary>Where most hosts of OpenAI's form take them.</summary>
    public const string Usual = "/v1/images/generations";

    /// <summary>What stands for the model in a path of a host that wants it there.</summary>
    public const string ModelPlace = "{model}";

    /// <summary>Checks a path: a key is sent there.</summary>
    /// <returns>The path, with a slash in front.</returns>
    /// <exception cref="InvalidInputException">It is more than a path with a query, leads elsewhere, or seems to have a key in it.</exception>
    public static string Check(string given)
    {
        var path = given.Trim();
        var plain = path.Replace(ModelPlace, "model", StringComparison.Ordinal);
        if (KeyShape.Is(path))
        {
            throw new InvalidInputException(Messages.SubmitPathHasKey);
        }

        return plain.Length > 0
            && plain.All(letter => char.IsAsciiLetterOrDigit(letter) || "/-._~!$&'()*+,;=:?%".Contains(letter))
            && !plain.Contains("//", StringComparison.Ordinal)
            && plain.IndexOf('?', StringComparison.Ordinal) == plain.LastIndexOf('?')
            && !plain.Split('?')[0].Contains(':', StringComparison.Ordinal)
            && !plain.Split('?')[0].Split('/').Any(IsDots)
                ? $"/{path.TrimStart('/')}"
                : throw new InvalidInputException(Messages.SubmitPathRefused.With(PlainText.Brief(path)));
    }

    /// <summary>The address requests for a model go to.</summary>
    /// <exception cref="InvalidInputException">The profile's path cannot be one, or the model cannot stand in it.</exception>
    internal static Uri Address(Uri host, ProviderProfile profile, string model)
    {
        var path = Check(profile.SubmitPath ?? Usual);
        if (path.Contains(ModelPlace, StringComparison.Ordinal) && (string.IsNullOrWhiteSpace(model) || IsDots(model)))
        {
            throw new InvalidInputException(Messages.EndpointIdMalformed.With(PlainText.Brief(model)));
        }

        return HostAddress.Append(
            host, path.TrimStart('/').Replace(ModelPlace, Uri.EscapeDataString(model), StringComparison.Ordinal));
    }

    // However they are written, dots alone lead out of where they stand.
    private static bool IsDots(string segment) =>
        segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..";
}
