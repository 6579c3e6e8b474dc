using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Imagen4.Core.Hosts;
using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols;
using Imagen4.Core.Settings;

namespace Imagen4.Core.Results;

/// <summary>
/// The results of hosts that say them once. They are kept in the state folder, so that a lost pipeline, a failed download
/// or another process can still have them.
/// </summary>
internal static class KeptResults
{
    private const string Description = "result.json";

    /// <summary>Makes sure that a result could be kept, before anything is paid for.</summary>
    /// <exception cref="InvalidInputException">The state folder cannot be written to.</exception>
    public static void Prepare(HostConnection host)
    {
        var folder = Folder(host);
        try
        {
            StateFolder.Create();
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(Messages.StateFolderUnusable.With(folder, error.Message), error);
        }
    }

    /// <summary>
    /// Keeps a result. When it returns, the result is on disk. It is written beside its place and put there whole: a host that
    /// gives an id twice must not cost the earlier result.
    /// </summary>
    /// <param name="request">Its request.</param>
    /// <param name="ledgerId">The ledger's id of the request.</param>
    /// <param name="result">The result.</param>
    /// <returns>The id it is kept under: the host's, with a number behind it where that one is taken.</returns>
    public static async Task<string> SaveAsync(RequestReference request, string ledgerId, HostResult result)
    {
        var draft = Path.Combine(Folder(request.Host), $".{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(draft);
        try
        {
            await WriteAsync(draft, ledgerId, result).ConfigureAwait(false);
            DirectorySync.Flush(draft);
            return Place(draft, request);
        }
        catch
        {
            Directory.Delete(draft, recursive: true);
            throw;
        }
    }

    private static async Task WriteAsync(string folder, string ledgerId, HostResult result)
    {
        var images = new List<KeptImage>();
        foreach (var image in result.Images)
        {
            var file = image.Bytes is ImageBytes.Inline ? $"{image.Image.Index}.image" : null;
            if (image.Bytes is ImageBytes.Inline inline)
            {
                await WriteAsync(Path.Combine(folder, file!), stream => DecodeAsync(inline, stream)).ConfigureAwait(false);
            }

            images.Add(new KeptImage(image.Image, file));
        }

        var kept = new KeptResult
        {
            Images = images,
            LedgerId = ledgerId,
            Seed = result.Seed,
            Description = result.Description,
            BillableUnits = result.BillableUnits,
            AdditionalOutput = result.AdditionalOutput,
        };
        await WriteAsync(
            Path.Combine(folder, Description),
            stream => JsonSerializer.SerializeAsync(stream, kept, KeptResultJson.Default.KeptResult)).ConfigureAwait(false);
    }

    // Only one of two processes can move its folder to a name; the other one takes the next.
    private static string Place(string draft, RequestReference request)
    {
        for (var number = 1; ; number++)
        {
            var id = number == 1 ? request.RequestId : RequestIds.Numbered(request.RequestId, number);
            var folder = Folder(request with { RequestId = id });
            try
            {
                Directory.Move(draft, folder);
                DirectorySync.Flush(Path.GetDirectoryName(folder)!);
                return id;
            }
            catch (IOException) when (Path.Exists(folder))
            {
            }
        }
    }

    /// <summary>Finds a result.</summary>
    /// <returns>The result, or null where none is kept under this id.</returns>
    /// <exception cref="InvalidResponseException">What is kept cannot be read.</exception>
    public static async Task<HostResult?> FindAsync(RequestReference request, CancellationToken cancellation)
    {
        var folder = Folder(request);
        var path = Path.Combine(folder, Description);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var kept = Read(await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false));
            return new HostResult
            {
                Images = kept.Images.Select(image => new HostImage(image.Image, Bytes(folder, image))).ToList(),
                Seed = kept.Seed,
                Description = kept.Description,
                BillableUnits = kept.BillableUnits,
                AdditionalOutput = kept.AdditionalOutput,
            };
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            throw new InvalidResponseException(Messages.KeptResultUnreadable.With(path, error.Message), error) { RequestId = request.RequestId };
        }
    }

    /// <summary>Removes a result, if one is kept, whatever its provider is called by now and wherever that listens.</summary>
    /// <param name="ledgerId">The ledger's id of its request.</param>
    /// <param name="requestId">The id it is kept under.</param>
    /// <exception cref="LedgerUnavailableException">It cannot be removed.</exception>
    public static void Forget(string ledgerId, string requestId)
    {
        if (!Directory.Exists(Root))
        {
            return;
        }

        foreach (var folder in Directory.GetDirectories(Root).Select(host => Path.Combine(host, SafeFileName.Whole(requestId))))
        {
            var path = Path.Combine(folder, Description);
            try
            {
                if (File.Exists(path) && Read(File.ReadAllBytes(path)).LedgerId == ledgerId)
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
            {
                throw new LedgerUnavailableException(Messages.KeptResultStays.With(folder, error.Message), error);
            }
        }
    }

    private static KeptResult Read(byte[] bytes) => JsonSerializer.Deserialize(bytes, KeptResultJson.Default.KeptResult)!;

    // One image that is broken must not cost the others: it is kept as a file that is no image, and found out when it is saved.
    private static async Task DecodeAsync(ImageBytes.Inline inline, Stream target)
    {
        try
        {
            await InlineImage.DecodeAsync(inline.Text, target, CancellationToken.None).ConfigureAwait(false);
        }
        catch (InvalidMediaException)
        {
            target.SetLength(0);
        }
    }

    // The name in the file is a name only: what stands in the state folder leads nowhere else.
    private static ImageBytes Bytes(string folder, KeptImage image) => image.File is { } file
        ? new ImageBytes.Kept(Path.Combine(folder, Path.GetFileName(file)))
        : new ImageBytes.Remote(image.Image.Uri ?? "");

    private static string Folder(RequestReference request) => Path.Combine(Folder(request.Host), SafeFileName.Whole(request.RequestId));

    private static string Root => Path.Combine(StateFolder.Path, "v1", "results");

    // By the address and not by the provider's name, which the user may change. The host's name is for whoever looks into the folder.
    private static string Folder(HostConnection host)
    {
        var address = host.BaseUri.AbsoluteUri.TrimEnd('/');
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)).AsSpan(0, 8));
        return Path.Combine(Root, SafeFileName.Whole($"{host.BaseUri.IdnHost}-{mark}"));
    }

    private static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 64 * 1024, useAsync: true);
        await using (file.ConfigureAwait(false))
        {
            await write(file).ConfigureAwait(false);
            await file.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }
    }
}
