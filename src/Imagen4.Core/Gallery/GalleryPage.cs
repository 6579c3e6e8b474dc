using System.Text;
using Imagen4.Core.Media;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Gallery;

/// <summary>
/// A gallery: one HTML page that loads nothing from elsewhere. It is written beside its place and renamed, so that there is a whole
/// page or none; images go through in pieces, however many there are.
/// </summary>
/// <param name="path">The full path of the page.</param>
/// <param name="options">How it is written.</param>
public sealed class GalleryPage(string path, GalleryOptions options)
{
    // What every page has near its beginning, so that it is known for one.
    private const string Mark = "<meta name=\"generator\" content=\"Imagen4 gallery\">";
    private const int MarkWithin = 512;

    /// <summary>The full path of the page.</summary>
    public string FullPath => path;

    /// <summary>Makes sure that the page can have its name. Nothing is written.</summary>
    /// <exception cref="FileExistsException">A file of other origin has it, and is not to be overwritten.</exception>
    /// <exception cref="InvalidInputException">A directory has it.</exception>
    public void Check()
    {
        if (Directory.Exists(path))
        {
            throw new InvalidInputException(Messages.GalleryIsDirectory.With(path));
        }

        if (!options.Force && File.Exists(path) && !IsGallery(path))
        {
            throw Exists();
        }
    }

    /// <summary>Writes the page.</summary>
    /// <param name="cards">What it shows, in this order.</param>
    /// <param name="cancellation">Stops it; what was there before stays then.</param>
    /// <exception cref="FileExistsException">A file of other origin is in its place, and is not to be overwritten.</exception>
    /// <exception cref="InvalidInputException">It cannot be written.</exception>
    public async Task<GalleryOutcome> WriteAsync(IReadOnlyCollection<GalleryCard> cards, CancellationToken cancellation)
    {
        Check();
        var folder = Path.GetDirectoryName(path)!;
        var owner = SafeFileName.Whole(Path.GetFileName(path));
        try
        {
            Directory.CreateDirectory(folder);
            PartialFiles.RemoveLeft(folder, owner);
            var draft = PartialFiles.Create(folder, owner);
            var isRenamed = false;
            try
            {
                await using (draft.ConfigureAwait(false))
                {
                    var unread = await WriteAsync(draft, cards, cancellation).ConfigureAwait(false);
                    await PublishAsync(draft.Name, cancellation).ConfigureAwait(false);
                    isRenamed = true;
                    return new GalleryOutcome(new FileInfo(path), unread);
                }
            }
            finally
            {
                if (!isRenamed)
                {
                    await BusyFile.DeleteAsync(draft.Name).ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InvalidInputException(Messages.GalleryUnwritable.With(path, error.Message), error);
        }
    }

    private async Task PublishAsync(string draft, CancellationToken cancellation)
    {
        if (options.Force || IsGallery(path))
        {
            await BusyFile.ReplaceAsync(draft, path, cancellation).ConfigureAwait(false);
        }
        else if (!await ExclusiveRename.TryMoveAsync(draft, path, cancellation).ConfigureAwait(false))
        {
            throw Exists();
        }
    }

    // Beside a directory's images, Force would overwrite those too.
    private FileExistsException Exists() => options.IsOfDirectory
        ? new(Messages.GalleryOfDirectoryExists.With(path)) { NextCommand = Messages.CommandGalleryElsewhere }
        : new(Messages.GalleryFileExists.With(path));

    private static bool IsGallery(string path)
    {
        // To open a pipe would be to wait for whoever writes to it; its length is 0.
        if (SavedFile.Find(path) is not { Length: > 0 })
        {
            return false;
        }

        using var file = UnlockedFile.Open(path, bufferSize: 4096);
        Span<byte> head = stackalloc byte[MarkWithin];
        return Encoding.UTF8.GetString(head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)])
            .Contains(Mark, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<UnreadImage>> WriteAsync(
        FileStream file, IReadOnlyCollection<GalleryCard> cards, CancellationToken cancellation)
    {
        var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16, leaveOpen: true);
        await using (writer.ConfigureAwait(false))
        {
            var writing = new CardWriter(writer, Path.GetDirectoryName(path)!, options.Link);
            await PageTemplate.Page.WriteAsync(writer, async name =>
            {
                if (name == "cards")
                {
                    foreach (var card in cards)
                    {
                        await writing.WriteAsync(card, cancellation).ConfigureAwait(false);
                    }

                    return;
                }

                await writer.WriteAsync(name switch
                {
                    "policy" => PageTemplate.Policy(options.Link),
                    "title" => PageTemplate.Encode(options.Title),
                    "style" => PageTemplate.Style,
                    "script" => PageTemplate.Script,
                    _ => Count(cards),
                }).ConfigureAwait(false);
            }).ConfigureAwait(false);
            return writing.Unread;
        }
    }

    private static string Count(IReadOnlyCollection<GalleryCard> cards)
    {
        var without = cards.Count(card => card.Image is null);
        var images = cards.Count(card => card.Image is { } image && (image.Path is null || File.Exists(image.Path)));
        var counted = images == 1 ? Messages.GalleryCountOne : Messages.GalleryCount.With(images);
        return without == 0 ? counted : Messages.GalleryCountWithout.With(counted, without);
    }
}
