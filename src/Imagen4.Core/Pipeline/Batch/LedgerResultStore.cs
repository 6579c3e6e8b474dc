using System.Security.Cryptography;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Batch;

/// <summary>
/// The results of hosts that say them once. The ledger keeps them, so that a lost pipeline, a failed download or another process
/// can still have them.
/// </summary>
/// <param name="ledger">The ledger that is in use.</param>
internal sealed class LedgerResultStore(Func<RequestLedger> ledger) : IResultStore
{
    /// <summary>A result as the ledger keeps it: what is base64 in it as bytes.</summary>
    public static async Task<SyncResult> OfAsync(HostResult result)
    {
        var images = new List<SyncResultImage>();
        var inside = new List<(int, byte[])>();
        foreach (var image in result.Images)
        {
            var bytes = image.Bytes is ImageBytes.Inline inline ? await DecodeAsync(inline).ConfigureAwait(false) : null;
            images.Add(new SyncResultImage(image.Image, bytes is null ? null : Digest(bytes)));
            if (bytes is not null)
            {
                inside.Add((image.Image.Index, bytes));
            }
        }

        var description = new SyncResultDescription
        {
            Images = images,
            Seed = result.Seed,
            Description = result.Description,
            BillableUnits = result.BillableUnits,
            AdditionalOutput = result.AdditionalOutput,
        };
        return new SyncResult(JsonSerializer.SerializeToUtf8Bytes(description, SyncResultJson.Default.SyncResultDescription), inside);
    }

    /// <inheritdoc/>
    public async Task<HostResult?> FindAsync(RequestReference request, CancellationToken cancellation)
    {
        var used = ledger();
        if (await used.ResultAsync(ProviderAddress.Normal(request.Host.BaseUri), request.RequestId,
            cancellation).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        try
        {
            var kept = JsonSerializer.Deserialize(found.Description, SyncResultJson.Default.SyncResultDescription)!;
            return new HostResult
            {
                Images = kept.Images.Select(image => new HostImage(image.Image, Bytes(image, found.Image, Unreadable))).ToList(),
                Seed = kept.Seed,
                Description = kept.Description,
                BillableUnits = kept.BillableUnits,
                AdditionalOutput = kept.AdditionalOutput,
            };
        }
        catch (JsonException error)
        {
            throw Unreadable(error.Message);
        }

        InvalidResponseException Unreadable(string why) =>
            new(Messages.KeptResultUnreadable.With(request.RequestId, used.Location, why)) { RequestId = request.RequestId };
    }

    private static ImageBytes Bytes(
        SyncResultImage image, Func<int, CancellationToken, Task<byte[]?>> read, Func<string, InvalidResponseException> unreadable)
    {
        if (image.Digest is not { } digest)
        {
            return new ImageBytes.Remote(image.Image.Uri ?? "");
        }

        return new ImageBytes.Stored(async cancellation =>
            await read(image.Image.Index, cancellation).ConfigureAwait(false) is { } bytes && Digest(bytes) == digest
                ? bytes
                : throw unreadable(Messages.KeptImageDamaged.With(image.Image.Index)));
    }

    // One image that is broken must not cost the others: it is kept as one that is not an image, and found out when it is saved.
    private static async Task<byte[]> DecodeAsync(ImageBytes.Inline inline)
    {
        using var bytes = new MemoryStream();
        try
        {
            await InlineImage.DecodeAsync(inline.Text, bytes, long.MaxValue, CancellationToken.None).ConfigureAwait(false);
            return bytes.ToArray();
        }
        catch (InvalidMediaException)
        {
            return [];
        }
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
