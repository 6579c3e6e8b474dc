namespace Imagen4.Emulator.Storage;

/// <summary>The files that clients have uploaded, or are about to.</summary>
internal sealed class UploadStore(TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);

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
            var upload = new Upload(Guid.NewGuid().ToString("N"), _uploads.Count, name, contentType, inParts, time.GetUtcNow().UtcDateTime)
            {
                ObjectLifecycle = lifecycle,
            };
            _uploads.Add(upload.Id, upload);
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
            foreach (var upload in _uploads.Values)
            {
                upload.Dispose();
            }

            _uploads.Clear();
        }
    }

    public void Dispose() => Clear();
}
