using System.Buffers;
using System.Net;
using Imagen4.Core.Http;
using Imagen4.Core.Text;
using Polly;
using Polly.Timeout;

namespace Imagen4.Core.Media;

/// <summary>
/// Fetches media: without credentials, over https (plain http on this machine alone), through few redirects of which each is checked.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="host">The host that gives out the addresses: this machine and private networks serve media only to their own hosts.</param>
internal sealed class MediaSource(TimeProvider time, Uri host)
{
    private const int Attempts = 5;
    private const int MostRedirects = 3;
    private static readonly HashSet<string> Refused = new(StringComparer.OrdinalIgnoreCase)
    {
        "text/html", "application/xhtml+xml", "text/javascript", "application/javascript", "image/svg+xml",
    };

    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(60);

    // A host that sends a byte now and then is as good as silent. A file is written in pieces of this length: each is handed to a thread.
    private const int LeastInLimit = 64 * 1024;

    // For one image with all its retries.
    private static readonly TimeSpan Total = TimeSpan.FromMinutes(15);

    /// <summary>The largest image that is taken, in bytes, where nothing else is said.</summary>
    public const long LargestImage = 100L * 1024 * 1024;

    private static readonly RetryPlan Plan = new(Attempts, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(15), Total);

    private readonly RetryPipeline<ImageHeader?> _retry = new(Plan, time);

    /// <summary>The largest image that is taken, in bytes.</summary>
    public long MaxBytes { get; init; } = LargestImage;

    /// <summary>The error of an image that is larger than it may be.</summary>
    /// <param name="limit">The most it may have, in bytes.</param>
    public static DownloadFailedException TooLarge(long limit) => new(Messages.MediaTooLarge.With(limit)) { Limit = limit };

    /// <summary>Writes the bytes of an image.</summary>
    /// <exception cref="DownloadFailedException">They cannot be had.</exception>
    /// <exception cref="InvalidMediaException">They came inside the answer and are none.</exception>
    public Task CopyAsync(ImageBytes bytes, Stream target, CancellationToken cancellation) =>
        CopyAsync(bytes, target, MediaAccess.Public, cancellation);

    /// <summary>Writes the bytes of an image.</summary>
    /// <param name="bytes">Where they are.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="access">What is known of how the host lets its files be read.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What the bytes say, where they had to be looked at to know that they are whole; null elsewhere.</returns>
    /// <exception cref="DownloadFailedException">They cannot be had.</exception>
    /// <exception cref="InvalidMediaException">They came inside the answer and are none.</exception>
    public async Task<ImageHeader?> CopyAsync(ImageBytes bytes, Stream target, MediaAccess access, CancellationToken cancellation)
    {
        switch (bytes)
        {
            case ImageBytes.Inline inline:
                await InlineImage.DecodeAsync(inline, target, MaxBytes, cancellation).ConfigureAwait(false);
                return null;

            case ImageBytes.Stored kept:
                await kept.CopyAsync(target, MaxBytes, cancellation).ConfigureAwait(false);
                return null;

            case ImageBytes.Remote { IsCut: true }:
                throw new DownloadFailedException(Messages.MediaAddressTooLong.With(ResultBounds.Largest.Beginning)) { IsAddressRefused = true };

            default:
                return await DownloadAsync(((ImageBytes.Remote)bytes).Address, target, access, cancellation).ConfigureAwait(false);
        }
    }

    // A transfer that failed starts again at the beginning of the target.
    private async Task<ImageHeader?> DownloadAsync(string address, Stream target, MediaAccess access, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var source))
        {
            throw new DownloadFailedException(Messages.MediaAddressMalformed.With(PlainText.Brief(address))) { IsAddressRefused = true };
        }

        var file = new RemoteFile(source, access);
        try
        {
            return await _retry
                .RunAsync(token => FetchAsync(file, target, token), new TransferRules(RetryBudget.For(source)), cancellation)
                .ConfigureAwait(false);
        }
        catch (BrokenTransferException error) when (error.InnerException is InvalidMediaException cut)
        {
            throw new InvalidMediaException(cut.Message, error) { IsCut = true };
        }
        catch (BrokenTransferException error)
        {
            throw new DownloadFailedException(Messages.DownloadFailed.With(source.Host, error.Message + file.Trouble), error)
            {
                StatusCode = error.StatusCode,
            };
        }
        catch (TimeoutRejectedException error)
        {
            throw new DownloadFailedException(
                Messages.DownloadFailed.With(source.Host, Messages.TransferTooLong.With(Total.TotalSeconds)), error);
        }
    }

    private async Task<ImageHeader?> FetchAsync(RemoteFile file, Stream target, CancellationToken cancellation)
    {
        using var silence = new Deadline(SilenceLimit, time, cancellation);
        try
        {
            using var response = await OpenAsync(file, silence, cancellation).ConfigureAwait(false);
            target.SetLength(0);
            var received = await CopyAsync(response, target, silence).ConfigureAwait(false);
            if (response.Content.Headers is { ContentEncoding.Count: 0, ContentLength: { } promised } && promised != received)
            {
                throw new BrokenTransferException(Messages.TransferIncomplete.With(received, promised));
            }

            return RequireWhole(target);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new BrokenTransferException(
                silence.HasPassed
                    ? Messages.TransferTooSlow.With(LeastInLimit / 1024, SilenceLimit.TotalSeconds)
                    : Messages.ConnectTimedOut.With(file.Source.Host, HttpStack.ConnectLimit.TotalSeconds), error);
        }
        catch (HttpRequestException error) when (error.GetBaseException() is PrivateAddressException refused)
        {
            throw new DownloadFailedException(Messages.DownloadFailed.With(file.Source.Host, refused.Message), error) { IsAddressRefused = true };
        }
        catch (HttpRequestException error)
        {
            throw new BrokenTransferException(FailureText.Of(error), error);
        }
    }

    // A length that was right all along may be that of a cache which has got a part only.
    private static ImageHeader? RequireWhole(Stream target)
    {
        try
        {
            return ImageHeader.Read(target);
        }
        catch (InvalidMediaException cut) when (cut.IsCut)
        {
            throw new BrokenTransferException(cut.Message, cut);
        }
        catch (InvalidMediaException)
        {
            // What is wrong with it would be the next time too; whoever saves it says so.
            return null;
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(RemoteFile file, Deadline silence, CancellationToken cancellation)
    {
        var source = file.Place;
        for (var hop = 0; ; hop++)
        {
            CheckAllowed(source);
            using var request = new HttpRequestMessage(HttpMethod.Get, source);
            request.Headers.AcceptEncoding.Add(new("identity"));
            var response = await HttpStack.MediaOf(source, host)
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token)
                .ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return RequireImage(response);
            }

            using (response)
            {
                // Not what a redirect leads to: the host signs the address that it gave out.
                if (hop == 0 && file.MayBePrivate((int)response.StatusCode)
                    && await file.SignAsync(cancellation).ConfigureAwait(false) is { } signed)
                {
                    source = signed;
                    silence.Restart(SilenceLimit);
                    hop--;
                }
                else
                {
                    source = Next(file, source, response, hop);
                }
            }
        }
    }

    // Storages that know no better call a file binary, or plain text: what was paid for is not lost for that. What is served as a page
    // or a script was not made by a model.
    private static HttpResponseMessage RequireImage(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType is { } type && Refused.Contains(type))
        {
            response.Dispose();
            throw new InvalidMediaException(Messages.MediaOtherType.With(PlainText.Brief(type)));
        }

        return response;
    }

    private Uri Next(RemoteFile file, Uri source, HttpResponseMessage response, int hop)
    {
        if ((int)response.StatusCode is >= 300 and <= 399 && response.Headers.Location is { } location && hop < MostRedirects)
        {
            return Uri.TryCreate(source, location, out var next)
                ? next
                : throw new DownloadFailedException(Messages.MediaAddressMalformed.With(PlainText.Brief(location.OriginalString)));
        }

        var said = Messages.MediaAnswer.With((int)response.StatusCode) + RetryAfter.Said(response.Headers, time);
        throw response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500
            || (response.StatusCode == HttpStatusCode.NotFound && file.IsFresh)
            ? new BrokenTransferException(said) { Asked = RetryAfter.Asked(response.Headers, time), StatusCode = (int)response.StatusCode }
            : new DownloadFailedException(Messages.DownloadFailed.With(source.Host, said + file.Trouble)) { StatusCode = (int)response.StatusCode };
    }

    private void CheckAllowed(Uri source)
    {
        if (!ServedAddress.IsAllowedFrom(source, host))
        {
            throw new DownloadFailedException(Messages.MediaAddressRefused.With(source.Scheme, source.Host)) { IsAddressRefused = true };
        }
    }

    private async Task<long> CopyAsync(HttpResponseMessage response, Stream target, Deadline silence)
    {
        var cancellation = silence.Token;
        if (response.Content.Headers.ContentLength > MaxBytes)
        {
            throw TooLarge(MaxBytes);
        }

        var body = await BodyAsync(response.Content, cancellation).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using var owner = MemoryPool<byte>.Shared.Rent(LeastInLimit);
            for (long received = 0; ;)
            {
                var read = await ReadAsync(body, owner.Memory, cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    return received;
                }

                received += read;
                if (received > MaxBytes)
                {
                    throw TooLarge(MaxBytes);
                }

                silence.Restart(SilenceLimit);
                await target.WriteAsync(owner.Memory[..read], cancellation).ConfigureAwait(false);
            }
        }
    }

    // Some servers compress what was asked for as it is.
    private static async Task<Stream> BodyAsync(HttpContent content, CancellationToken cancellation)
    {
        var source = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        try
        {
            return (await BodyDecoder.DecodedAsync(source, content.Headers.ContentEncoding, cancellation).ConfigureAwait(false)).Decoded;
        }
        catch (Exception error) when (IsOfTransfer(error))
        {
            throw Broken(error);
        }
    }

    // An IOException of the connection is worth another try, one of the disk is not: tell them apart where they arise.
    private static async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAtLeastAsync(buffer, LeastInLimit, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (IsOfTransfer(error))
        {
            throw Broken(error);
        }
    }

    // For data that they cannot decompress, some of .NET's streams throw the one, some the other of the last two.
    private static bool IsOfTransfer(Exception error) => error is IOException or InvalidDataException or InvalidOperationException;

    private static BrokenTransferException Broken(Exception error) => new(FailureText.Of(error), FailureText.WithoutAnswer(error));

    private sealed class TransferRules(RetryBudget budget) : IRetryRules<ImageHeader?>
    {
        public bool IsRepeated(Outcome<ImageHeader?> outcome, int attempt)
        {
            if (outcome.Exception is null)
            {
                budget.Answered(wasRepeat: attempt > 0);
            }

            return outcome.Exception is BrokenTransferException broken
                && attempt < Attempts - 1
                && !(broken.Asked > RetryAfter.Cap)
                && budget.TryTake();
        }

        public TimeSpan? Pause(Outcome<ImageHeader?> outcome) =>
            outcome.Exception is BrokenTransferException { Asked: { Ticks: > 0 } asked } ? RetryAfter.Spread(asked) : null;
    }

    private sealed class BrokenTransferException(string message, Exception? inner = null) : Exception(message, inner)
    {
        /// <summary>The host's Retry-After, where it sent one.</summary>
        public TimeSpan? Asked { get; init; }

        /// <summary>The answer's status, where one came.</summary>
        public int? StatusCode { get; init; }
    }
}
