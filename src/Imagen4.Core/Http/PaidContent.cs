using System.Net;
using System.Net.Http.Headers;

namespace Imagen4.Core.Http;

/// <summary>
/// The body of a paid POST. It records whether its bytes were ever read: until they are, nothing has been sent,
/// whatever the exception says. They are read once.
/// </summary>
internal sealed class PaidContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _body;
    private bool _sendingBegan;

    public PaidContent(ReadOnlyMemory<byte> json)
    {
        // HttpClient resends requests without a body by itself.
        ArgumentOutOfRangeException.ThrowIfZero(json.Length);
        _body = json;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    /// <summary>The request id in the head of the answer, whether or not its body could be read; or null.</summary>
    public string? RequestId { get; private set; }

    /// <summary>What has come of the body of an answer that broke off, without the key; empty where nothing did.</summary>
    public ReadOnlyMemory<byte> BrokenAnswer { get; set; }

    /// <summary>Whether sending may have begun.</summary>
    public bool SendingBegan => Volatile.Read(ref _sendingBegan);

    /// <summary>
    /// After this nothing is sent any more: looked at last when the first byte is asked for, which may be long after the call.
    /// </summary>
    public CancellationToken Stopping { get; set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Stopping.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _sendingBegan, true))
        {
            // HttpClient sends again what an HTTP/2 host says it has not processed (RFC 9113, 8.7). Who passes requests on may be wrong.
            throw new IOException(Messages.PostNotRepeated);
        }

        await stream.WriteAsync(_body, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }

    /// <summary>Whether the head of an answer arrived: the host had received enough to answer, even if the exchange failed later.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Records what the head of an answer says, because reading its body may still fail.</summary>
    /// <param name="headers">The headers of the answer.</param>
    /// <param name="key">The key that was sent: a host may repeat it where an id belongs.</param>
    public void NoteAnswer(HttpResponseHeaders headers, ApiKey? key)
    {
        IsAnswered = true;
        RequestId = HostResponse.Header(headers, "x-fal-request-id", key) is { } id && RequestIds.IsOne(id) ? id : null;
    }
}
