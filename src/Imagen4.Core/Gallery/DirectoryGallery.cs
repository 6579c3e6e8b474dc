namespace Imagen4.Core.Gallery;

/// <summary>
/// The gallery of a directory that a batch saves to, kept up to date while it runs. It shows the rows of this run in their order and
/// behind them every other image that is in the directory or in a subdirectory that this run has saved to, with what the file beside it
/// says: what earlier runs and other processes have saved stays in it. It refers to the images.
/// </summary>
public sealed class DirectoryGallery
{
    /// <summary>What the page is called.</summary>
    public const string FileName = "gallery.html";

    // Writing it takes a tenth of the time at most, however large it is.
    private const int Share = 10;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly GalleryPage _page;
    private readonly ImageFolder _images;
    private readonly SortedDictionary<int, IReadOnlyList<GalleryCard>> _rows = [];
    private readonly Dictionary<string, GalleryCard> _others = new(StringComparer.Ordinal);
    private DateTimeOffset _next;
    private bool _isChanged;

    /// <summary>Creates it; nothing is read or written.</summary>
    /// <param name="directory">The full path of the directory.</param>
    /// <param name="force">Whether a file of other origin in the place of the page is overwritten.</param>
    /// <param name="warn">Receives what the user should know, on any thread.</param>
    /// <param name="time">The clock.</param>
    public DirectoryGallery(string directory, bool force, Action<string> warn, TimeProvider time)
    {
        (_directory, _time, _images) = (directory, time, new ImageFolder(warn));
        var title = Path.GetFileName(Path.TrimEndingDirectorySeparator(directory));
        _page = new GalleryPage(Path.Combine(directory, FileName), new GalleryOptions { Title = title, Link = true, Force = force, IsOfDirectory = true });
    }

    /// <summary>The full path of the page.</summary>
    public string FullPath => _page.FullPath;

    /// <summary>Whether it has been written.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>Whether it is time to write it: something is new, and the last time is long enough ago.</summary>
    public bool IsDue => _isChanged && _time.GetUtcNow() >= _next;

    /// <summary>Whether there is something that it does not show yet.</summary>
    public bool IsChanged => _isChanged;

    /// <summary>Makes sure that the page can have its name.</summary>
    /// <exception cref="FileExistsException">A file of other origin has it, and is not to be overwritten.</exception>
    /// <exception cref="InvalidInputException">A directory has it.</exception>
    public void Check() => _page.Check();

    /// <summary>Adds what has become of a row.</summary>
    public void Add(int row, IReadOnlyList<GalleryCard> cards) => (_rows[row], _isChanged) = (cards, true);

    /// <summary>Writes it. Rows can be added meanwhile; it is written once at a time.</summary>
    /// <exception cref="ImagenException">It cannot be written.</exception>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        _isChanged = false;
        GalleryCard[] rows = [.. _rows.Values.SelectMany(cards => cards)];
        try
        {
            // Finding the files blocks a thread, and this one has others to serve.
            await Task.Run(() => WriteAsync(rows, cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            var took = _time.GetElapsedTime(started) * Share;
            _next = _time.GetUtcNow() + (took > Shortest ? took : Shortest);
        }
    }

    private async Task WriteAsync(GalleryCard[] rows, CancellationToken cancellation)
    {
        var own = rows.Select(card => card.Image?.Path).OfType<string>().ToHashSet(StringComparer.Ordinal);

        // Not of every folder in it: the directory may be a home directory, with a life's photographs in it.
        var folders = own.Select(Path.GetDirectoryName).OfType<string>().Append(_directory).Distinct(StringComparer.Ordinal);
        var cards = new List<GalleryCard>(rows);
        var found = folders.Order(StringComparer.Ordinal).SelectMany(folder => ImageFolder.Find(folder));
        foreach (var path in found.Where(path => !own.Contains(path)))
        {
            if (!_others.TryGetValue(path, out var card))
            {
                card = await _images.ReadAsync(path, cancellation).ConfigureAwait(false);
                if (card.Prompt.Length > 0)
                {
                    // What is not there yet may come.
                    _others[path] = card;
                }
            }

            cards.Add(card);
        }

        await _page.WriteAsync(cards, cancellation).ConfigureAwait(false);
        IsWritten = true;
    }
}
