using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Text;

namespace Imagen4.Core.Gallery;

/// <summary>Writes the cards of a gallery.</summary>
/// <param name="writer">Where they go.</param>
/// <param name="folder">The folder of the page.</param>
/// <param name="link">Whether images stay where they are.</param>
internal sealed partial class CardWriter(TextWriter writer, string folder, bool link)
{
    // Three bytes are four characters, so that pieces of this size follow each other without padding.
    private const int Piece = 3 * (1 << 14);

    private static readonly GalleryJson Json = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly List<UnreadImage> _unread = [];
    private readonly byte[] _bytes = new byte[Piece];
    private readonly char[] _characters = new char[Piece / 3 * 4];

    /// <summary>The images that could not be read.</summary>
    public IReadOnlyList<UnreadImage> Unread => _unread;

    /// <summary>Writes one.</summary>
    public async Task WriteAsync(GalleryCard card, CancellationToken cancellation)
    {
        switch (card.Image)
        {
            case { Path: { } path }:
                await WriteFileAsync(card, path, cancellation).ConfigureAwait(false);
                break;
            case { Uri: { } uri } when EmbeddedImage().IsMatch(uri):
                await WriteImageAsync(card, "", () => writer.WriteAsync(PageTemplate.Encode(uri))).ConfigureAwait(false);
                break;
            case { } image:
                await WriteReasonAsync(card, Messages.GalleryNotSaved, WebAddress(image.Uri)).ConfigureAwait(false);
                break;
            case null:
                await WriteReasonAsync(card, card.Error is { Length: > 0 } error ? error : card.State, "").ConfigureAwait(false);
                break;
        }
    }

    private async Task WriteFileAsync(GalleryCard card, string path, CancellationToken cancellation)
    {
        FileStream file;
        MediaType type;
        try
        {
            (file, type) = Open(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidMediaException)
        {
            _unread.Add(new UnreadImage($"{path}: {error.Message}", card.Facts.GetValueOrDefault(nameof(ImagenResult.RequestId))));
            await WriteReasonAsync(card, Messages.GalleryUnread.With(Path.GetFileName(path)), WebAddress(card.Image!.Uri))
                .ConfigureAwait(false);
            return;
        }

        await using (file.ConfigureAwait(false))
        {
            await WriteImageAsync(card, Path.GetFileName(path), link
                ? () => writer.WriteAsync(PageTemplate.Encode(Address(path)))
                : () => EmbedAsync(file, type, cancellation)).ConfigureAwait(false);
        }
    }

    // A record may name any file: only what is an image by its bytes comes into a page that is passed on.
    private static (FileStream File, MediaType Type) Open(string path)
    {
        if (LocalFile.Target(path).Length == 0)
        {
            // To open a pipe may wait for ever.
            throw new InvalidMediaException(Messages.MediaNotAnImage);
        }

        var file = UnlockedFile.Open(path);
        try
        {
            Span<byte> head = stackalloc byte[ImageHeader.HeadLength];
            var type = ImageHeader.KindOf(head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]);
            file.Position = 0;
            return (file, type ?? throw new InvalidMediaException(Messages.MediaNotAnImage));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private async Task EmbedAsync(FileStream file, MediaType type, CancellationToken cancellation)
    {
        await writer.WriteAsync($"data:{type.Name};base64,").ConfigureAwait(false);
        int read;
        do
        {
            read = await file.ReadAtLeastAsync(_bytes, Piece, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            Convert.TryToBase64Chars(_bytes.AsSpan(0, read), _characters, out var written);
            await writer.WriteAsync(_characters.AsMemory(0, written), cancellation).ConfigureAwait(false);
        }
        while (read == Piece);
    }

    // Relative where there is such a way; from another drive there is none.
    private string Address(string path)
    {
        var relative = Path.GetRelativePath(folder, path);
        return Path.IsPathRooted(relative)
            ? new Uri(path).AbsoluteUri
            : string.Join('/', relative.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Select(Uri.EscapeDataString));
    }

    private Task WriteImageAsync(GalleryCard card, string name, Func<Task> source) => PageTemplate.Image.WriteAsync(writer, place =>
        place switch
        {
            "source" => source(),
            "name" => writer.WriteAsync(PageTemplate.Encode(name)),
            _ => writer.WriteAsync(PageTemplate.Encode(Common(card, place))),
        });

    private Task WriteReasonAsync(GalleryCard card, string reason, string address) => PageTemplate.Reason.WriteAsync(writer, place =>
        writer.WriteAsync(PageTemplate.Encode(place switch
        {
            "reason" => reason,
            "address" => address,
            "label" => $"{Label(card)}: {reason}",
            _ => Common(card, place),
        })));

    private static string Common(GalleryCard card, string place) => place switch
    {
        "state" => card.State,
        "model" => card.Model,
        "label" => Label(card),
        "prompt" => Caption(card),
        "about" => string.Join(" · ", new[] { card.Key, card.Model }.Where(text => text.Length > 0)),
        "details" => JsonSerializer.Serialize(card.Facts, Json.IReadOnlyDictionaryStringString),
        _ => "",
    };

    // An image that nothing is known of is called as its file is.
    private static string Caption(GalleryCard card) => card.Prompt.Length == 0 && card.Image?.Path is { } path
        ? Path.GetFileNameWithoutExtension(path)
        : card.Prompt;

    private static string Label(GalleryCard card) => card.Prompt is { Length: > 0 } prompt ? PlainText.Brief(prompt)
        : card.Image?.Path is { } path ? Path.GetFileName(path)
        : Messages.GalleryUntitled;

    // An address comes from a host or a file: only one that a browser opens as a page is a link.
    private static string WebAddress(string? uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" ? address.AbsoluteUri : "";

    [GeneratedRegex(
        @"^data:image/(png|jpeg|webp|gif|avif);base64,[A-Za-z0-9+/=]+$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EmbeddedImage();
}

/// <summary>The parameters of a card, as the page's script reads them.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class GalleryJson : JsonSerializerContext;
