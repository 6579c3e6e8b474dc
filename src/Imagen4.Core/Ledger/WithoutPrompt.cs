using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Contract;

namespace Imagen4.Core.Ledger;

/// <summary>
/// What a ledger has that keeps no prompts: numbers, choices and addresses, and no text that somebody has written or a host has made of
/// it. A row is still the same row, by the hash of its input.
/// </summary>
internal static class WithoutPrompt
{
    /// <summary>Whether what is kept of an input, as JSON, is without its prompt.</summary>
    public static bool Is(string input) => !input.Contains("\"prompt\":", StringComparison.Ordinal);

    /// <summary>An input without its texts.</summary>
    public static ImageInput Of(ImageInput input)
    {
        var additional = input.AdditionalInput?
            .Where(member => member.Value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
            .ToDictionary(StringComparer.Ordinal);
        return InputField.All.Where(field => field.IsProse).Aggregate(input, (kept, field) => kept.With(field, null)) with
        {
            AdditionalInput = additional is { Count: > 0 } ? additional : null,
        };
    }

    /// <summary>A result without its texts: hosts repeat the prompt in them, or write another one.</summary>
    public static HostResult Of(HostResult result) => result with
    {
        Images = [.. result.Images.Select(image => new HostImage(Of(image.Image), image.Bytes))],
        Description = null,
        AdditionalOutput = null,
    };

    /// <summary>What a request has come to, without its texts.</summary>
    public static LedgerResult? Of(LedgerResult? result) => result is null ? null : result with
    {
        Images = [.. result.Images.Select(Of)],
        Description = null,
        AdditionalOutput = null,
    };

    private static ImagenImage Of(ImagenImage image) => new()
    {
        Index = image.Index,
        Path = image.Path,
        Uri = image.Uri,
        ContentType = image.ContentType,
        FileSize = image.FileSize,
        Width = image.Width,
        Height = image.Height,
        SavedAt = image.SavedAt,
        Sha256 = image.Sha256,
    };
}
