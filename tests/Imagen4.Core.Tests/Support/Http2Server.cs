using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Imagen4.Core.Tests.Support;

/// <summary>
/// A server that speaks HTTP/2 over TLS in raw frames (RFC 9113), as far as a client needs it: it reads whole requests, and its
/// script says what becomes of each. It counts the requests that were begun.
/// </summary>
internal sealed class Http2Server : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate = SelfSigned();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpClient> _clients = [];
    private readonly Task _accepting;
    private int _requests;
    private int _connections;

    /// <param name="serve">Called with every whole request; returns whether the connection goes on.</param>
    public Http2Server(Func<Http2Request, Task<bool>> serve)
    {
        _listener.Start();
        Address = new Uri($"https://{_listener.LocalEndpoint}/");
        _accepting = AcceptAsync(serve);
    }

    public Uri Address { get; }

    /// <summary>Its certificate, which no machine trusts.</summary>
    public X509Certificate2 Certificate => _certificate;

    /// <summary>How many requests were begun: each is one HEADERS frame.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        _clients.ForEach(client => client.Close());
        await _accepting;
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<Http2Request, Task<bool>> serve)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _clients.Add(client);
                _ = ServeAsync(client, Interlocked.Increment(ref _connections), serve);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(TcpClient client, int connection, Func<Http2Request, Task<bool>> serve)
    {
        try
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
            });
            var frames = new Http2Frames(tls);
            await frames.ReadPrefaceAsync();
            for (var number = 1; await frames.ReadRequestAsync(() => Interlocked.Increment(ref _requests)) is { } stream; number++)
            {
                if (!await serve(new Http2Request(client, frames, connection, number, stream)))
                {
                    break;
                }
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or AuthenticationException)
        {
            // The client has gone, or the script has cut it off.
        }
        finally
        {
            client.Close();
        }
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}

/// <summary>A request that has come whole.</summary>
/// <param name="Client">Its connection.</param>
/// <param name="Frames">What is written to it.</param>
/// <param name="Connection">The number of its connection, from 1.</param>
/// <param name="Number">Its number on the connection, from 1.</param>
/// <param name="Stream">Its stream.</param>
internal sealed record Http2Request(TcpClient Client, Http2Frames Frames, int Connection, int Number, int Stream)
{
    private const byte Data = 0x0;
    private const byte Headers = 0x1;
    private const byte ResetStream = 0x3;
    private const byte GoAway = 0x7;
    private const byte EndStream = 0x1;
    private const byte EndHeaders = 0x4;

    // The static table's entry for ":status: 200" (RFC 7541, appendix A).
    private const byte Status200 = 0x88;

    public async Task<bool> AnswerAsync(string body)
    {
        await Frames.WriteAsync(Headers, EndHeaders, Stream, new[] { Status200 });
        await Frames.WriteAsync(Data, EndStream, Stream, System.Text.Encoding.UTF8.GetBytes(body));
        return true;
    }

    /// <summary>Sends the head of an answer, and nothing of its body.</summary>
    public Task BeginAnswerAsync() => Frames.WriteAsync(Headers, EndHeaders, Stream, new[] { Status200 });

    /// <summary>Ends the stream with an error code.</summary>
    public async Task<bool> ResetStreamAsync(uint code)
    {
        await Frames.WriteAsync(ResetStream, 0, Stream, Number32(code));
        return true;
    }

    /// <summary>Says which stream is the last that may have been processed; the connection stays for a moment.</summary>
    public async Task<bool> GoAwayAsync(int lastStream, uint code = 0)
    {
        await Frames.WriteAsync(GoAway, 0, 0, Number32((uint)lastStream).Concat(Number32(code)).ToArray());
        return true;
    }

    /// <summary>Ends the connection without a word: with a reset, or with a close.</summary>
    public Task<bool> Drop(bool reset)
    {
        if (reset)
        {
            Client.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        Client.Close();
        return Task.FromResult(false);
    }

    private static byte[] Number32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
