using System.Text.Json;
using Imagen4.Core.Http;
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
        /// <summary>Whether the address is longer than what is held of it, so that nothing is there.</summary>
        public bool IsCut { get; init; }

        /// <summary>The address as users see it; null where there is none.</summary>
        public string? Shown => Address.Length == 0 || IsCut ? null
            : !Address.EnumerateRunes().Any(PlainText.Steers) ? Address
            : Uri.TryCreate(Address, UriKind.Absolute, out var address) ? address.AbsoluteUri
            : PlainText.Line(Address);
    }

    /// <summary>
    /// They came inside the answer, as base64 or as a data URI. They stay JSON until they are written: a string would double them.
    /// </summary>
    /// <param name="Text">The JSON text, or its beginning.</param>
    /// <param name="Rest">What stands behind its beginning; null where all of it is there.</param>
    public sealed record Inline(JsonElement Text, LongTexts.LongText? Rest = null) : ImageBytes
    {
        /// <summary>An image as base64, of which an answer may hold no more than the beginning.</summary>
        public static Inline From(JsonElement text, LongTexts? texts) => new(text, texts?.Behind(text));
    }

    /// <summary>They came inside an answer that is kept in the ledger.</summary>
    /// <param name="CopyAsync">Writes them, if they are no more than are taken.</param>
    public sealed record Stored(Func<Stream, long, CancellationToken, Task> CopyAsync) : ImageBytes;

    /// <summary>Whether there is something to fetch or to write: what the host gives as an address is one.</summary>
    public bool CanBeRead => this is not Remote remote
        || (!remote.IsCut && Uri.TryCreate(remote.Address, UriKind.Absolute, out var address) && IsWhole(address));

    /// <summary>Tells an address from a data URI.</summary>
    /// <param name="text">JSON text.</param>
    /// <param name="texts">Texts of which the answer holds no more than the beginning.</param>
    public static ImageBytes Of(JsonElement text, LongTexts? texts = null) =>
        InlineImage.IsDataUri(text) ? Inline.From(text, texts) : new Remote(JsonText.Text(text)) { IsCut = texts?.Behind(text) is not null };

    // Bytes that were no text have become U+FFFD on the way.
    private static bool IsWhole(Uri address) => !address.OriginalString.Contains('\uFFFD', StringComparison.Ordinal);
}
