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
    /// <param name="result">The result.</param>
    /// <param name="decoded">Holds the bytes until they are kept.</param>
    public static async Task<SyncResult> OfAsync(HostResult result, Spool decoded)
    {
        var images = new List<SyncResultImage>();
        var inside = new List<(int, LateBytes)>();
        foreach (var image in result.Images)
        {
            var kept = new SyncResultImage(image.Image, Digest: null);
            if (image.Bytes is ImageBytes.Inline inline)
            {
                (kept, var bytes) = await DecodeAsync(image.Image, inline, decoded).ConfigureAwait(false);
                inside.Add((image.Image.Index, bytes));
            }

            images.Add(kept);
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
        if (await used.ResultAsync(request.SentTo ?? ProviderAddress.Normal(request.Host.BaseUri), request.RequestId,
            cancellation).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        try
        {
            var kept = JsonSerializer.Deserialize(found.Description, SyncResultJson.Default.SyncResultDescription);
            if (kept?.Images?.All(image => image?.Image is not null) != true)
            {
                throw Unreadable(Messages.KeptResultNotWhole);
            }

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
        SyncResultImage image, Func<int, int, CancellationToken, Task<byte[]?>> read, Func<string, InvalidResponseException> unreadable)
    {
        if (image.Digest is not { } digest)
        {
            return new ImageBytes.Remote(image.Image.Uri ?? "");
        }

        return new ImageBytes.Stored(async (target, most, cancellation) =>
        {
            if (image.IsText == true)
            {
                throw new InvalidMediaException(Messages.KeptImageMalformed.With(image.Image.Index));
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var length = 0L;
            for (var piece = 0; await read(image.Image.Index, piece, cancellation).ConfigureAwait(false) is { } bytes; piece++)
            {
                length += bytes.Length;
                if (length > most)
                {
                    throw MediaSource.TooLarge(most);
                }

                hash.AppendData(bytes);
                await target.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            }

            if (Convert.ToHexStringLower(hash.GetCurrentHash()) != digest)
            {
                throw unreadable(Messages.KeptImageDamaged.With(image.Image.Index));
            }
        });
    }

    // One image that is broken must not cost the others, and was paid for like them: of it, the text is kept.
    private static async Task<(SyncResultImage Kept, LateBytes Bytes)> DecodeAsync(ImagenImage image, ImageBytes.Inline inline, Spool decoded)
    {
        try
        {
            return await KeepAsync(target => InlineImage.DecodeAsync(inline, target, long.MaxValue, CancellationToken.None))
                .ConfigureAwait(false);
        }
        catch (InvalidMediaException)
        {
            using var text = new InlineText(inline);
            var (kept, bytes) = await KeepAsync(target => text.CopyRawAsync(target, CancellationToken.None)).ConfigureAwait(false);
            return (kept with { IsText = true }, bytes);
        }

        async Task<(SyncResultImage Kept, LateBytes Bytes)> KeepAsync(Func<Stream, Task> write)
        {
            var from = decoded.Length;
            using var target = new HashingStream(decoded);
            await write(target).ConfigureAwait(false);
            return (new SyncResultImage(image, target.Sha256()), new LateBytes(
                decoded.Length - from, (at, count) => decoded.ReadAsync(from + at, count, CancellationToken.None)));
        }
    }
}
