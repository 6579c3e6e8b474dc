using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Imagen4.Emulator.Schema;

/// <summary>Text in JSON that a client sent.</summary>
internal static class JsonText
{
    /// <summary>False for what is no string, and for one whose escapes are no text (a lone surrogate).</summary>
    public static bool TryRead(JsonElement element, [NotNullWhen(true)] out string? text)
    {
        text = null;
        try
        {
            text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
        }

        return text is not null;
    }

    /// <summary>The prompt of an input, as far as there is one.</summary>
    public static string? PromptOf(JsonElement input) =>
        input.TryGetProperty("prompt", out var prompt) && TryRead(prompt, out var text) ? text : null;
}
