namespace Imagen4.Emulator.Storage;

/// <summary>A file that is uploaded, or has been.</summary>
internal sealed class Upload(string id, int number, string name, string contentType, bool inParts, DateTime begunAt) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, StoredBytes> _parts = [];
    private bool _isCompleting;

    public string Id => id;

    public int Number => number;

    public string Name => name;

    public string ContentType => contentType;

    public bool IsInParts => inParts;

    public DateTime BegunAt => begunAt;

    /// <summary>Who may have it and for how long: the JSON as it came. Here it stays while the emulator runs.</summary>
    public string? ObjectLifecycle { get; init; }

    /// <summary>The whole file, once it is there and can be had.</summary>
    public StoredBytes? Content { get; private set; }

    /// <summary>How many parts have come.</summary>
    public int Parts { get; private set; }

    /// <summary>Takes the whole file; one that comes again replaces the first.</summary>
    public async Task StoreAsync(Stream content, CancellationToken cancellationToken)
    {
        var stored = await StoredBytes.ReadAsync([content], cancellationToken);
        lock (_gate)
        {
            (var earlier, Content) = (Content, stored);
            earlier?.Dispose();
        }
    }

    /// <summary>Takes a part; one that comes again replaces the first.</summary>
    public async Task<string> StorePartAsync(int part, Stream content, CancellationToken cancellationToken)
    {
        var stored = await StoredBytes.ReadAsync([content], cancellationToken);
        lock (_gate)
        {
            _parts.GetValueOrDefault(part)?.Dispose();
            _parts[part] = stored;
            Parts = _parts.Count;
        }

        return TagOf(stored);
    }

    /// <summary>Puts the parts together; or says what is wrong with the list of them.</summary>
    public async Task<string?> CompleteAsync(IReadOnlyList<PartReference> parts, CancellationToken cancellationToken)
    {
        List<StoredBytes> pieces;
        lock (_gate)
        {
            if (Wrong(parts) is { } wrong)
            {
                return wrong;
            }

            pieces = [.. _parts.Values];
            _isCompleting = true;
        }

        try
        {
            Content = await StoredBytes.ReadAsync(pieces.Select(piece => piece.Open()), cancellationToken);
        }
        finally
        {
            _isCompleting = false;
        }

        pieces.ForEach(piece => piece.Dispose());
        return null;
    }

    public void Dispose()
    {
        Content?.Dispose();
        foreach (var part in _parts.Values)
        {
            part.Dispose();
        }
    }

    private string? Wrong(IReadOnlyList<PartReference> parts) =>
        Content is not null || _isCompleting ? "The upload is complete already"
        : _parts.Count == 0 || !parts.Select(part => part.PartNumber).SequenceEqual(Enumerable.Range(1, _parts.Count))
            || !_parts.Keys.SequenceEqual(Enumerable.Range(1, _parts.Count))
            ? "parts: every part that was uploaded, in order from 1"
        : parts.FirstOrDefault(part => TagOf(_parts[part.PartNumber]) != part.Etag) is { } other
            ? $"parts: the etag of part {other.PartNumber} is another one"
        : null;

    private static string TagOf(StoredBytes part) => $"\"{part.Sha256[..32]}\"";
}
