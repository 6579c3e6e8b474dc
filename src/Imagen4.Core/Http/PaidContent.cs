using System.Net;
using System.Net.Http.Headers;

namespace Imagen4.Core.Http;

/// <summary>
/// The body of a paid POST. It notes whether it was ever asked for its bytes: as long as it was not, nothing was sent,
/// whatever the exception says.
/// </summary>
internal sealed class PaidContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _body;
    private volatile bool _askedFor;

    public PaidContent(ReadOnlyMemory<byte> json)
    {
        // HttpClient resends requests without a body by itself.
        ArgumentOutOfRangeException.ThrowIfZero(json.Length);
        _body = json;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    /// <summary>Whether sending may have begun.</summary>
    public bool AskedFor => _askedFor;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _askedFor = true;
        await stream.WriteAsync(_body, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
