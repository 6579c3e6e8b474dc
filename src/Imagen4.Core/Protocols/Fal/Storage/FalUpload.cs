using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal.Storage;

/// <summary>Brings the bytes of one file to the address that fal's storage has named for them.</summary>
internal sealed class FalUpload
{
    private const long PartSize = 10L * 1024 * 1024;
    private const int PartsAtOnce = 3;

    private readonly HostConnection _host;
    private readonly FileContent _file;
    private readonly Uri _address;
    private readonly UploadChannel _channel;
    private readonly IProgress<long>? _progress;
    private long _sent;

    public FalUpload(HostConnection host, FileContent file, Uri address, IProgress<long>? progress)
    {
        (_host, _file, _address, _progress) = (host, file, address, progress);
        _channel = new UploadChannel(host.Profile.StorageUri!, host.Time, host.Trace);
    }

    /// <summary>Sends the file in one piece.</summary>
    public Task SendWholeAsync(CancellationToken cancellation) =>
        PutAsync(_address, new Piece(0, _file.Length, _file.ContentType), cancellation);

    /// <summary>Sends the file in parts, some of them side by side. Each is retried on its own.</summary>
    public async Task SendPartsAsync(CancellationToken cancellation)
    {
        var parts = new ConcurrentBag<UploadedPart>();
        var count = (int)((_file.Length + PartSize - 1) / PartSize);
        await Parallel.ForEachAsync(
            Enumerable.Range(1, count),
            new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellation },
            async (number, stopping) => parts.Add(await PutPartAsync(number, stopping).ConfigureAwait(false))).ConfigureAwait(false);
        await CompleteAsync([.. parts.OrderBy(part => part.PartNumber)], cancellation).ConfigureAwait(false);
    }

    private async Task<UploadedPart> PutPartAsync(int number, CancellationToken cancellation)
    {
        var offset = (number - 1) * PartSize;
        var piece = new Piece(offset, Math.Min(PartSize, _file.Length - offset), Type: null);
        var response = await PutAsync(Below($"{number}"), piece, cancellation).ConfigureAwait(false);
        var tag = response.Read(StorageJson.Default.PartAnswer)?.Etag ?? response.Header("ETag");
        return tag is { Length: > 0 }
            ? new UploadedPart(number, tag)
            : throw new UploadFailedException(
                Messages.StorageSaysNothing.With(_host.Profile.Name, (int)response.Status, "etag")) { StatusCode = (int)response.Status };
    }

    private async Task CompleteAsync(IReadOnlyList<UploadedPart> parts, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new PartList(parts), StorageJson.Default.PartList);
        var response = await _channel.SendAsync(
            HttpMethod.Post,
            Below("complete"),
            _ => new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            cancellation).ConfigureAwait(false);
        RequireTaken(response);
    }

    private async Task<HostResponse> PutAsync(Uri address, Piece piece, CancellationToken cancellation)
    {
        long sent = 0;
        var response = await _channel.SendAsync(
            HttpMethod.Put,
            address,
            alive => new PieceContent(_file.Open, piece.Offset, piece.Length, step =>
            {
                alive(step);

                // Nothing yet: what an earlier attempt has sent does not count any more.
                var moved = step == 0 ? -sent : step;
                sent += moved;
                Report(moved);
            }) { Type = piece.Type },
            cancellation).ConfigureAwait(false);
        RequireTaken(response);
        return response;
    }

    private void Report(long moved) => _progress?.Report(Interlocked.Add(ref _sent, moved));

    // The address of a part stands before the query, where the permission to upload may be.
    private Uri Below(string segment) => new($"{_address.GetLeftPart(UriPartial.Path)}/{segment}{_address.Query}");

    private void RequireTaken(HostResponse response)
    {
        if (response.IsSuccess)
        {
            return;
        }

        var status = (int)response.Status;
        var said = FalErrorDetail.Read(response).Text;
        throw status is 408 or 429 or >= 500
            ? new HostUnavailableException(Messages.StorageAnswer.With(
                _host.Profile.Name, status, said + RetryAfter.Said(response.Headers, _host.Time))) { StatusCode = status }
            : new UploadFailedException(Messages.UploadFailed.With(_address.Host, status, said).TrimEnd()) { StatusCode = status };
    }

    private sealed record Piece(long Offset, long Length, string? Type);
}
