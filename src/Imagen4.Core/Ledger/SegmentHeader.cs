using System.Text.Json.Serialization;

namespace Imagen4.Core.Ledger;

/// <summary>The first line of a segment: which version of the format it is in, and who writes it.</summary>
/// <param name="Version">The version. A reader takes its own and older ones, and refuses newer ones.</param>
/// <param name="Owner">The process that writes it; null where its lines stand for several processes.</param>
internal sealed record SegmentHeader(
    [property: JsonPropertyName("v")] int Version,
    [property: JsonPropertyName("o")] string? Owner)
{
    /// <summary>The version that is written.</summary>
    public const int Current = 1;
}
