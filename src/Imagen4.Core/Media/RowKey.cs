using System.Security.Cryptography;
using System.Text;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>
/// The key of a row that was made from a template. It is what was chosen for the row, with a mark of all that the row says: what is
/// added to the template changes no other row's key, and a file can be named after it.
/// </summary>
public static class RowKey
{
    // In bytes. The name of a file has to hold the key, an image's number and an ending.
    private const int LongestValue = 32;
    private const int LongestName = 96;
    private const int MarkLength = 5;

    /// <summary>The key of a row.</summary>
    /// <param name="own">The key that the template itself has; null for none.</param>
    /// <param name="prompt">The row's prompt.</param>
    /// <param name="inputs">The inputs that were chosen for it, by name.</param>
    /// <param name="others">The inputs that all rows of the template have.</param>
    public static string Of(
        string? own,
        ExpandedPrompt prompt,
        IReadOnlyList<KeyValuePair<string, string>> inputs,
        IReadOnlyList<KeyValuePair<string, string>> others)
    {
        var mark = Mark(own, prompt.Text, inputs.Concat(others));
        var words = (prompt.Chosen.Count > 0 ? prompt.Chosen : [prompt.Text])
            .Concat(inputs.Select(input => input.Key == "Seed" ? $"seed{input.Value}" : input.Value))
            .Prepend(own ?? "")
            .Select(word => SafeFileName.Part(word, LongestValue))
            .Where(word => word.Length > 0);
        var name = SafeFileName.Part(string.Join('-', words), LongestName);
        return name.Length == 0 ? mark : $"{name}-{mark}";
    }

    private static string Mark(string? own, string prompt, IEnumerable<KeyValuePair<string, string>> inputs)
    {
        // A zero separates what could otherwise run together; none of it can have one.
        var content = string.Join('\0', inputs.OrderBy(input => input.Key, StringComparer.Ordinal)
            .Select(input => $"{input.Key}={NormalForm.Text(input.Value)}")
            .Prepend(NormalForm.Text(prompt))
            .Prepend(own is null ? "" : NormalForm.Text(own)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, MarkLength));
    }
}
