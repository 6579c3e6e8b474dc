using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>
/// What a ledger has that keeps no prompts: numbers, choices and addresses, and no text that somebody has written or a host has made of
/// it. A row is still the same row, by the hash of its input.
/// </summary>
internal static class WithoutPrompt
{
    // A shorter one is a part of other words.
    private const int ShortestRepeated = 3;
    private const int EnoughToKnow = 20;

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

    /// <summary>An error without the texts that were sent, where the host repeats them, be it not to their ends.</summary>
    public static string? Of(string? error, ImageInput input) => error is null ? null : InputField.All
        .Where(field => field.IsProse)
        .Select(field => input[field] as string)
        .OfType<string>()
        .Select(Shown)
        .Where(text => text.Length >= ShortestRepeated)
        .Aggregate(error, Without);

    private static string Without(string error, string text)
    {
        var start = text[..Math.Min(text.Length, EnoughToKnow)];
        for (var at = 0; (at = error.IndexOf(start, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += Messages.PromptNotKept.Length)
        {
            var from = at;
            var length = Enumerable.Range(0, Math.Min(text.Length, error.Length - at))
                .TakeWhile(place => char.ToUpperInvariant(error[from + place]) == char.ToUpperInvariant(text[place]))
                .Count();
            error = error[..at] + Messages.PromptNotKept + error[(at + Math.Max(length, start.Length))..];
        }

        return error;
    }

    // As messages show it.
    private static string Shown(string text) =>
        string.Concat(text.Trim().EnumerateRunes().Select(rune => PlainText.Steers(rune) ? " " : rune.ToString()));

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
