using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Imagen4.Core.Ledger.Store;

/// <summary>
/// Checksums of what the ledger has of a request: the first eight bytes of SHA-256. A database finds damage of its own pages only,
/// and a bit that has changed inside a value must not make a request look like one that was never sent.
/// </summary>
internal static class RequestChecksum
{
    /// <summary>The checksum of what never changes.</summary>
    public static long OfContent(StoredRequest request) => Of(
        request.LedgerId, request.Row, request.Subject, request.InputHash, Text(request.Generation), request.Provider, request.BaseUri,
        request.Model, request.Key, Text(request.Index), request.Directory, request.Input, request.Settings, Text(request.Started));

    /// <summary>The checksum of what changes. It is also what a change names as the state it was decided from.</summary>
    public static long OfProgress(StoredRequest request) => OfProgress(request.LedgerId, request.Progress);

    /// <summary>The checksum of what changes, of one request.</summary>
    public static long OfProgress(string ledgerId, RequestProgress progress) => Of(
        ledgerId, Text((int)progress.State), Text(progress.Attempt), Text(progress.Owner), progress.RequestId, Text(progress.Accepted),
        Text(progress.Updated), progress.Error, progress.ErrorType, progress.Refusal, Text(progress.Seed), progress.Delivery,
            Text(progress.Steps));

    /// <summary>The checksum of an upload.</summary>
    public static long OfUpload(StoredUpload upload) => Of(
        upload.Place.Storage, upload.Place.Account, upload.Place.Sha256, upload.Place.ContentType, upload.Address, Text(upload.ValidUntil));

    private static string? Text(long? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture);

    // The length before each part keeps two requests apart whose parts only join to the same text.
    private static long Of(params ReadOnlySpan<string?> parts)
    {
        var most = 0;
        foreach (var part in parts)
        {
            most += sizeof(int) + Encoding.UTF8.GetMaxByteCount(part?.Length ?? 0);
        }

        // Put together first: one call of the hash costs much less than one for every part.
        var rented = ArrayPool<byte>.Shared.Rent(most);
        var length = 0;
        foreach (var part in parts)
        {
            var written = part is null ? 0 : Encoding.UTF8.GetBytes(part, rented.AsSpan(length + sizeof(int)));
            BinaryPrimitives.WriteInt32LittleEndian(rented.AsSpan(length), part is null ? -1 : written);
            length += sizeof(int) + written;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(rented.AsSpan(0, length), hash);
        ArrayPool<byte>.Shared.Return(rented);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}
