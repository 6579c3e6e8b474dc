using System.Globalization;
using System.Security.Cryptography;

namespace Imagen4.Emulator.Storage;

/// <summary>
/// The files that clients have uploaded. They are on disk, in a folder of the emulator's own that goes with it: a large one must not
/// fill the memory.
/// </summary>
internal sealed class UploadStore(TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);
    private DirectoryInfo? _folder;

    /// <summary>Every upload that was begun, oldest first.</summary>
    public IReadOnlyList<Upload> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _uploads.Values.OrderBy(upload => upload.Number)];
            }
        }
    }

    public Upload Begin(string name, string contentType, bool inParts, string? lifecycle)
    {
        lock (_gate)
        {
            _folder ??= Directory.CreateTempSubdirectory("imagen4-emulator-");
            var id = Guid.NewGuid().ToString("N");
            var upload = new Upload(id, _uploads.Count, Path.Combine(_folder.FullName, id), name, contentType, inParts, time.GetUtcNow().UtcDateTime)
            {
                ObjectLifecycle = lifecycle,
            };
            _uploads.Add(id, upload);
            return upload;
        }
    }

    public Upload? Find(string? id)
    {
        lock (_gate)
        {
            return id is null ? null : _uploads.GetValueOrDefault(id);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _uploads.Clear();
            Remove();
        }
    }

    public void Dispose() => Clear();

    private void Remove()
    {
        try
        {
            _folder?.Delete(recursive: true);
        }
        catch (IOException)
        {
            // Somebody still reads a file of it. The system's own folder for what is left behind is where it is.
        }

        _folder = null;
    }
}

/// <summary>A file that is uploaded, or has been.</summary>
internal sealed class Upload(string id, int number, string path, string name, string contentType, bool inParts, DateTime begunAt)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, string> _parts = [];
    private bool _isCompleting;

    public string Id => id;

    public int Number => number;

    public string Name => name;

    public string ContentType => contentType;

    public bool IsInParts => inParts;

    public DateTime BegunAt => begunAt;

    /// <summary>Who may have it and for how long: the JSON as it came. Here it stays while the emulator runs.</summary>
    public string? ObjectLifecycle { get; init; }

    public long Size { get; private set; }

    public string? Sha256 { get; private set; }

    /// <summary>How many parts there are.</summary>
    public int Parts => _parts.Count;

    /// <summary>Whether the file is whole, and can be had.</summary>
    public bool IsDone => Sha256 is not null;

    public Stream Open() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Takes the whole file.</summary>
    public async Task StoreAsync(Stream content, CancellationToken cancellationToken)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var (size, hash) = await WriteAsync(draft, [content], cancellationToken);
        File.Move(draft, path, overwrite: true);
        (Size, Sha256) = (size, hash);
    }

    /// <summary>Takes a part; one that comes again replaces the first.</summary>
    public async Task<string> StorePartAsync(int part, Stream content, CancellationToken cancellationToken)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var (_, hash) = await WriteAsync(draft, [content], cancellationToken);
        var tag = $"\"{hash[..32]}\"";
        lock (_gate)
        {
            File.Move(draft, PartPath(part), overwrite: true);
            _parts[part] = tag;
        }

        return tag;
    }

    /// <summary>Puts the parts together; or says what is wrong with the list of them.</summary>
    public async Task<string?> CompleteAsync(IReadOnlyList<PartReference> parts, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Wrong(parts) is { } wrong)
            {
                return wrong;
            }

            _isCompleting = true;
        }

        var files = parts.Select(part => (Stream)File.OpenRead(PartPath(part.PartNumber))).ToList();
        try
        {
            (Size, Sha256) = await WriteAsync(path, files, cancellationToken);
        }
        finally
        {
            files.ForEach(file => file.Dispose());
            _isCompleting = false;
        }

        foreach (var part in parts)
        {
            File.Delete(PartPath(part.PartNumber));
        }

        return null;
    }

    private string? Wrong(IReadOnlyList<PartReference> parts) =>
        IsDone || _isCompleting ? "The upload is complete already"
        : !parts.Select(part => part.PartNumber).SequenceEqual(Enumerable.Range(1, _parts.Count))
            ? "parts: every part that was uploaded, in order from 1"
        : parts.FirstOrDefault(part => _parts[part.PartNumber] != part.Etag) is { } other
            ? $"parts: the etag of part {other.PartNumber} is another one"
        : null;

    private string PartPath(int part) => string.Create(CultureInfo.InvariantCulture, $"{path}.part{part}");

    private static async Task<(long Size, string Hash)> WriteAsync(
        string file, IReadOnlyList<Stream> pieces, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        long size = 0;
        try
        {
            await using var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            foreach (var piece in pieces)
            {
                while (await piece.ReadAsync(buffer, cancellationToken) is > 0 and var read)
                {
                    hash.AppendData(buffer, 0, read);
                    await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    size += read;
                }
            }
        }
        catch
        {
            // A client that leaves in the middle of it has uploaded nothing.
            File.Delete(file);
            throw;
        }

        return (size, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
