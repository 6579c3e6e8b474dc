using System.Globalization;
using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>
/// What a host calls the inputs that it spells otherwise. The names are changed on the way out and nowhere else: rows, the ledger and
/// what makes a row the same in another run keep the module's own.
/// </summary>
public static class InputNames
{
    private const int LongestName = 64;

    // What every body has, whoever takes it.
    private static readonly string[] Fixed = ["prompt", "model"];

    /// <summary>Checks names.</summary>
    /// <param name="given">The host's name for each input, which may be named as its parameter is.</param>
    /// <returns>The same, by the module's own names.</returns>
    /// <exception cref="InvalidInputException">An input is none, a name cannot be one, or two inputs would have the same one.</exception>
    public static IReadOnlyDictionary<string, string> Check(IEnumerable<KeyValuePair<string, string>> given)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (input, text) in given)
        {
            var field = InputField.All.FirstOrDefault(known => Same(known.Name, input) || Same(known.Parameter, input))
                ?? throw new InvalidInputException(Messages.InputNameUnknown.With(
                    PlainText.Brief(input), string.Join(", ", InputField.All.Select(known => known.Name)))
                    + CloseMatch.Hint(input, InputField.All.Select(known => known.Name)));
            var name = (text ?? "").Trim();
            if (name.Length is 0 or > LongestName || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.'))
            {
                throw new InvalidInputException(Messages.InputNameMalformed.With(field.Name, PlainText.Brief(name)));
            }

            if (!names.TryAdd(field.Name, name))
            {
                throw new InvalidInputException(Messages.InputNamedTwice.With(field.Name));
            }
        }

        foreach (var (input, name) in names)
        {
            var other = names.FirstOrDefault(pair => pair.Key != input && Same(pair.Value, name)).Key
                ?? Fixed.FirstOrDefault(taken => Same(taken, name) && taken != input)
                ?? InputField.All.FirstOrDefault(known => Same(known.Name, name) && known.Name != input && !names.ContainsKey(known.Name))?.Name;
            if (other is not null)
            {
                throw new InvalidInputException(Messages.InputNameCollides.With(input, other, name));
            }
        }

        return names;
    }

    /// <summary>Refuses a row that would send two inputs under one name, or another model or prompt than it asks for.</summary>
    /// <exception cref="InvalidInputException">
    /// It has an additional input with the host's name of one that has a parameter, or of what the body has anyway.
    /// </exception>
    internal static void RequireOwnNames(ProviderProfile profile, ImageInput input, int row)
    {
        // A model of another protocol may have an input of its own by the name, or take a prompt that is not text.
        var isInBody = profile.Protocol == HostProtocol.ImagesGenerations;
        if (input.AdditionalInput?.Keys.FirstOrDefault(given =>
            (isInBody && Same(given, "model")) || ((isInBody || input.Prompt is not null) && Same(given, "prompt"))) is { } twice)
        {
            var parameter = Same(twice, "model") ? "Model" : InputField.ParameterFor("prompt");
            throw new InvalidInputException(Messages.InputHasParameter.With(PlainText.Brief(twice), parameter)) { Row = row };
        }

        foreach (var (own, name) in profile.InputNames)
        {
            if (input.AdditionalInput?.Keys.FirstOrDefault(given => Same(given, name) && given != own) is { } taken)
            {
                throw new InvalidInputException(
                    Messages.InputHasOwnName.With(PlainText.Brief(taken), own, profile.Name, InputField.ParameterFor(own))) { Row = row };
            }
        }
    }

    /// <summary>An input as the host spells it.</summary>
    internal static ImageInput AtHost(ProviderProfile profile, ImageInput input)
    {
        if (profile.InputNames.Count == 0)
        {
            return input;
        }

        var renamed = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, value) in input.AdditionalInput ?? new Dictionary<string, JsonElement>())
        {
            renamed[profile.InputNames.GetValueOrDefault(name, name)] = value;
        }

        foreach (var field in InputField.All)
        {
            if (input[field] is { } value && profile.InputNames.TryGetValue(field.Name, out var name))
            {
                renamed[name] = Element(value);
                input = input.With(field, null);
            }
        }

        return input with { AdditionalInput = renamed.Count == 0 ? null : renamed };
    }

    /// <summary>What a user calls the input that a host's words name; nothing where they name none that is spelt otherwise.</summary>
    /// <param name="profile">The host's profile.</param>
    /// <param name="said">The host's words.</param>
    /// <param name="named">The input the host says it is about; null where it does not say.</param>
    internal static string Explain(ProviderProfile profile, string said, string? named = null)
    {
        var known = profile.InputNames
            .Where(pair => pair.Key != pair.Value && (pair.Value == named || IsWordOf(said, pair.Value)))
            .Select(pair => Messages.InputNameExplained.With(pair.Value, InputField.ParameterFor(pair.Key)))
            .ToList();
        return known.Count == 0 ? "" : $" ({string.Join("; ", known)})";
    }

    private static JsonElement Element(object value) => JsonElement.Parse(value switch
    {
        string text => $"\"{JsonEncodedText.Encode(text)}\"",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    });

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool IsWordOf(string text, string word)
    {
        for (var at = 0; (at = text.IndexOf(word, at, StringComparison.Ordinal)) >= 0; at++)
        {
            var (before, after) = (at == 0 ? ' ' : text[at - 1], at + word.Length == text.Length ? ' ' : text[at + word.Length]);
            if (!IsInner(before) && !IsInner(after))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsInner(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '-';
}
