using System.Net;
using Imagen4.Core.Http;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;

namespace Imagen4.Fuzz.Targets;

/// <summary>A result as it comes, with its long texts set aside, and the images in it.</summary>
internal static class ResultAnswers
{
    private const long LargestImage = 1024 * 1024;

    // As small as makes every part of it take part.
    private static readonly ResultBounds Bounds = new(1024 * 1024, 64 * 1024, 256 * 1024, 200) { HeldByFew = 512 * 1024 };

    private static readonly RequestReference Request = new FalQueueProtocol().CreateReference(Hosts.Of(HostProtocol.FalQueue), Hosts.Model, "r-1");

    public static async Task ReadAsync(byte[] input)
    {
        using var content = new ByteArrayContent(input);
        using var permit = new LargeResultPermit(TimeProvider.System);
        using var message = new HttpResponseMessage();
        HostResponse response;
        try
        {
            var (body, texts, isDecoded) = await new ResultBody(Bounds, permit).ReadAsync(content, CancellationToken.None).ConfigureAwait(false);
            response = new HostResponse(HttpStatusCode.OK, message.Headers, "application/json", body) { Texts = texts, IsDecoded = isDecoded };
        }
        catch (AnswerTooLargeException)
        {
            return;
        }

        using var spool = new Spool();
        if (ResultVerdict.Of(Request, response) is { Answered: { } result })
        {
            result.CopyTo(new ImagenResult());
            await SaveAsync(result).ConfigureAwait(false);
            _ = await LedgerResultStore.OfAsync(result, spool).ConfigureAwait(false);
        }

        response.Texts?.Dispose();
    }

    private static async Task SaveAsync(HostResult result)
    {
        foreach (var inline in result.Images.Select(image => image.Bytes).OfType<ImageBytes.Inline>())
        {
            try
            {
                using var file = new MemoryStream();
                await InlineImage.DecodeAsync(inline, file, LargestImage, CancellationToken.None).ConfigureAwait(false);
                _ = ImageHeader.Read(file);
            }
            catch (ImagenException)
            {
                // One that is none costs no other.
            }
        }

        foreach (var remote in result.Images.Select(image => image.Bytes).OfType<ImageBytes.Remote>())
        {
            _ = remote.Shown;
            if (remote.CanBeRead && Uri.TryCreate(remote.Address, UriKind.Absolute, out var address))
            {
                Texts.ReadServed(address);
            }
        }
    }
}
