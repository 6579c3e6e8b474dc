using System.Security.Cryptography;
using System.Text.Json;
using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Batch;

/// <summary>
/// The results of hosts that say them once. The ledger keeps them, so that a lost pipeline, a failed download or another process
/// can still have them.
/// </summary>
internal static class KeptResults
{
    /// <summary>A result as the ledger keeps it: what is base64 in it as bytes.</summary>
    public static async Task<KeptResult> OfAsync(HostResult result)
    {
        var images = new List<KeptImage>();
        var inside = new List<(int, byte[])>();
        foreach (var image in result.Images)
        {
            var bytes = image.Bytes is ImageBytes.Inline inline ? await DecodeAsync(inline).ConfigureAwait(false) : null;
            images.Add(new KeptImage(image.Image, bytes is null ? null : Digest(bytes)));
            if (bytes is not null)
            {
                inside.Add((image.Image.Index, bytes));
            }
        }

        var description = new KeptDescription
        {
            Images = images,
            Seed = result.Seed,
            Description = result.Description,
            BillableUnits = result.BillableUnits,
            AdditionalOutput = result.AdditionalOutput,
        };
        return new KeptResult(JsonSerializer.SerializeToUtf8Bytes(description, KeptResultJson.Default.KeptDescription), inside);
    }

    /// <summary>Finds a result, by its host's address and not by the provider's name, which the user may change.</summary>
    /// <returns>The result, or null where none is kept under this id.</returns>
    /// <exception cref="InvalidResponseException">What is kept cannot be read.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public static async Task<HostResult?> FindAsync(RequestReference request, CancellationToken cancellation)
    {
        var ledger = RequestLedger.Shared;
        if (await ledger.ResultAsync(ProviderAddress.Normal(request.Host.BaseUri), request.RequestId, cancellation).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        try
        {
            var kept = JsonSerializer.Deserialize(found.Description, KeptResultJson.Default.KeptDescription)!;
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
            new(Messages.KeptResultUnreadable.With(request.RequestId, ledger.Location, why)) { RequestId = request.RequestId };
    }

    private static ImageBytes Bytes(
        KeptImage image, Func<int, CancellationToken, Task<byte[]?>> read, Func<string, InvalidResponseException> unreadable)
    {
        if (image.Digest is not { } digest)
        {
            return new ImageBytes.Remote(image.Image.Uri ?? "");
        }

        return new ImageBytes.Kept(async cancellation =>
            await read(image.Image.Index, cancellation).ConfigureAwait(false) is { } bytes && Digest(bytes) == digest
                ? bytes
                : throw unreadable(Messages.KeptImageDamaged.With(image.Image.Index)));
    }

    // One image that is broken must not cost the others: it is kept as one that is no image, and found out when it is saved.
    private static async Task<byte[]> DecodeAsync(ImageBytes.Inline inline)
    {
        using var bytes = new MemoryStream();
        try
        {
            await InlineImage.DecodeAsync(inline.Text, bytes, CancellationToken.None).ConfigureAwait(false);
            return bytes.ToArray();
        }
        catch (InvalidMediaException)
        {
            return [];
        }
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
