using System.Text.Json;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>Where the bytes of an image are.</summary>
internal abstract record ImageBytes
{
    private ImageBytes()
    {
    }

    /// <summary>The host serves them.</summary>
    /// <param name="Address">Where.</param>
    public sealed record Remote(string Address) : ImageBytes
    {
        /// <summary>The address as users see it; null where there is none.</summary>
        public string? Shown => Address.Length == 0 ? null
            : !Address.EnumerateRunes().Any(PlainText.Steers) ? Address
            : Uri.TryCreate(Address, UriKind.Absolute, out var address) ? address.AbsoluteUri
            : PlainText.Line(Address);
    }

    /// <summary>
    /// They came inside the answer, as base64 or as a data URI. They stay JSON until they are written: a string would double them.
    /// </summary>
    /// <param name="Text">The JSON text.</param>
    public sealed record Inline(JsonElement Text) : ImageBytes;

    /// <summary>They came inside an answer that is kept in the ledger.</summary>
    /// <param name="Read">Reads them there.</param>
    public sealed record Stored(Func<CancellationToken, Task<byte[]>> Read) : ImageBytes;

    /// <summary>Whether there is something to fetch or to write: what the host gives as an address is one.</summary>
    public bool CanBeRead => this is not Remote remote
        || (Uri.TryCreate(remote.Address, UriKind.Absolute, out var address) && IsWhole(address));

    /// <summary>Tells an address from a data URI.</summary>
    /// <param name="text">JSON text.</param>
    public static ImageBytes Of(JsonElement text) => InlineImage.IsDataUri(text) ? new Inline(text) : new Remote(JsonText.Text(text));

    // Bytes that were no text have become U+FFFD on the way.
    private static bool IsWhole(Uri address) => !address.OriginalString.Contains('\uFFFD', StringComparison.Ordinal);
}
