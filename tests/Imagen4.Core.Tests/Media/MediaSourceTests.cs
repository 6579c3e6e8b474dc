using System.IO.Compression;
using System.Net;
using System.Text;
using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Media;

public sealed class MediaSourceTests
{
    private readonly SkippingTime _time = new();

    [Fact]
    public async Task Bytes_come_as_they_are_and_no_credentials_go_out()
    {
        await using var server = await WebServer.AnsweringAsync(Picture());

        Assert.Equal(Pictures.Png, await CopyAsync(server.Address));

        var seen = Assert.Single(server.Requests);
        Assert.Equal("GET", seen.Method);
        Assert.Equal("identity", seen.Headers["Accept-Encoding"]);
        Assert.DoesNotContain("Authorization", seen.Headers.Keys);
        Assert.DoesNotContain("Cookie", seen.Headers.Keys);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task What_was_compressed_unasked_is_what_it_was(string coding)
    {
        using var packed = new MemoryStream();
        Stream packing = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true),
        };
        await using (packing)
        {
            await packing.WriteAsync(Pictures.Png);
        }

        await using var server = await WebServer.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = coding;
            return new Answer(200, Type: "image/png") { Bytes = packed.ToArray() }.WriteAsync(context);
        });

        Assert.Equal(Pictures.Png, await CopyAsync(server.Address));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("gzip, gzip")]
    [InlineData("br, gzip")]
    [InlineData("gzip, br, deflate")]
    public async Task A_compression_that_is_only_named_is_none(string named)
    {
        await using var server = await WebServer.AnsweringAsync(Picture() with { Headers = [("Content-Encoding", named)] });

        Assert.Equal(Pictures.Png, await CopyAsync(server.Address));

        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("gzip", new byte[0])]
    [InlineData("gzip", new byte[] { 0x1F })]
    [InlineData("br", new byte[] { 0x1B })]
    public async Task A_compressed_transfer_that_breaks_at_once_is_started_again(string coding, byte[] sent)
    {
        var transfers = 0;
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            if (++transfers == 1)
            {
                await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Encoding: {coding}\r\nContent-Length: 100\r\n\r\n");
                await connection.WriteAsync(sent);
                return;
            }

            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {Pictures.Png.Length}\r\n\r\n");
            await connection.WriteAsync(Pictures.Png);
        });

        Assert.Equal(Pictures.Png, await CopyAsync(server.Address));

        Assert.Equal(2, transfers);
    }

    [Fact]
    public async Task Data_that_cannot_be_decompressed_is_a_transfer_that_broke()
    {
        using var packed = new MemoryStream();
        await using (var packing = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            packing.Write(Encoding.ASCII.GetBytes(string.Join(' ', Enumerable.Range(0, 20_000))));
        }

        var junk = packed.ToArray();
        new Random(1).NextBytes(junk.AsSpan(1000));
        await using var server = await WebServer.AnsweringAsync(
            new Answer(200, Type: "image/png") { Bytes = junk, Headers = [("Content-Encoding", "gzip")] }, Picture());

        Assert.Equal(Pictures.Png, await CopyAsync(server.Address));

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task An_empty_answer_is_a_transfer_that_broke()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Type: "image/png") { Bytes = Array.Empty<byte>() }, Picture());

        Assert.Equal(Pictures.Png, await CopyAsync(server.Address));

        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_few_redirects_are_followed(int hops)
    {
        await using var server = await WebServer.StartAsync(context => int.Parse(context.Request.Path.Value![1..], null) is var left and > 0
            ? Redirect($"/{left - 1}").WriteAsync(context)
            : Picture().WriteAsync(context));

        Assert.Equal(Pictures.Png, await CopyAsync(new Uri(server.Address, $"/{hops}")));
    }

    [Fact]
    public async Task More_redirects_are_not()
    {
        await using var server = await WebServer.AnsweringAsync(Redirect("/again"));

        var error = await Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(server.Address));

        Assert.Equal(302, error.StatusCode);
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData("http://media.example/1.png")]
    [InlineData("ftp://media.example/1.png")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:secret@media.example/1.png")]
    [InlineData("//")]
    [InlineData("http://")]
    [InlineData("javascript:alert(1)")]
    public async Task Every_hop_of_a_redirect_is_checked(string location)
    {
        await using var server = await WebServer.AnsweringAsync(Redirect(location));

        await Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(server.Address));

        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("http://media.example/1.png")]
    [InlineData("ftp://media.example/1.png")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("https://user@media.example/1.png")]
    [InlineData("gopher://127.0.0.1/1.png")]
    [InlineData("not an address")]
    [InlineData("")]
    public Task An_address_that_is_not_https_is_not_fetched(string address) =>
        Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(address));

    [Fact]
    public async Task This_machine_serves_media_only_to_its_own_hosts()
    {
        await using var server = await WebServer.AnsweringAsync(Picture());
        using var target = new MemoryStream();

        await Assert.ThrowsAsync<DownloadFailedException>(
            () => new MediaSource(_time, TestHost.Elsewhere).CopyAsync(new ImageBytes.Remote(server.Address.AbsoluteUri), target, CancellationToken.None).InTime());

        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task A_passing_fault_is_tried_again(int status)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status), Picture());

        Assert.Equal(Pictures.Png, await CopyAsync(server.Address));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(304)]
    public async Task A_lasting_one_is_not(int status)
    {
        await using var server =
            await WebServer.StartAsync(context => { context.Response.StatusCode = status; return Task.CompletedTask; });

        Assert.Equal(status, (await Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(server.Address))).StatusCode);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_transfer_that_broke_starts_again_from_its_first_byte()
    {
        var cut = new Queue<int>([Pictures.Png.Length - 1, 10, 0]);
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Pictures.Png.Length}\r\n\r\n"));
            await connection.WriteAsync(Pictures.Png.AsMemory(0, cut.TryDequeue(out var length) ? length : Pictures.Png.Length));
        });

        Assert.Equal(Pictures.Png, await CopyAsync(server.Address));
        Assert.Equal(4, server.Connections);
    }

    [Fact]
    public async Task A_transfer_that_always_breaks_is_DownloadFailed()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
        });

        await Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(server.Address));

        Assert.Equal(5, server.Connections);
    }

    [Fact]
    public async Task A_host_that_falls_silent_is_given_up_and_tried_again()
    {
        var time = new ManualTime();
        var silent = true;
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            if (silent)
            {
                silent = false;
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc");
                time.Advance(TimeSpan.FromSeconds(61));
                await connection.UntilClosedAsync();
            }

            await connection.WriteAsync(RawServer.Answer(200, "whole", type: "image/png"));
        });
        using var target = new MemoryStream();
        var copying = new MediaSource(time, TestHost.ThisMachine).CopyAsync(new ImageBytes.Remote(server.Address.AbsoluteUri), target, CancellationToken.None);
        await time.WaitsAsync(1);

        time.Advance(TimeSpan.FromSeconds(30));

        await copying.InTime();
        Assert.Equal("whole"u8.ToArray(), target.ToArray());
    }

    [Fact]
    public async Task A_host_that_drips_is_as_good_as_silent()
    {
        var time = new ManualTime();
        var drips = true;
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            if (drips)
            {
                drips = false;
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\na");
                time.Advance(TimeSpan.FromSeconds(31));
                await connection.WriteAsync("b");
                time.Advance(TimeSpan.FromSeconds(31));
                await connection.UntilClosedAsync();
            }

            await connection.WriteAsync(RawServer.Answer(200, "whole", type: "image/png"));
        });
        using var target = new MemoryStream();
        var copying = new MediaSource(time, TestHost.ThisMachine).CopyAsync(new ImageBytes.Remote(server.Address.AbsoluteUri), target, CancellationToken.None);
        await time.WaitsAsync(1);

        time.Advance(TimeSpan.FromSeconds(30));

        await copying.InTime();
        Assert.Equal("whole"u8.ToArray(), target.ToArray());
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_transfer_without_an_end_is_given_up()
    {
        var time = new ManualTime();
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true)
            {
                await connection.WriteAsync($"10000\r\n{new string('a', 0x10000)}\r\n");
            }
        });
        using var target = new SlowTarget(time);
        var start = time.GetTimestamp();

        var error = await Assert.ThrowsAsync<DownloadFailedException>(() => new MediaSource(time, TestHost.ThisMachine)
            .CopyAsync(new ImageBytes.Remote(server.Address.AbsoluteUri), target, CancellationToken.None).InTime());

        Assert.Contains("had not finished after 900 s", error.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(900), time.GetElapsedTime(start));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task The_host_says_how_long_to_wait()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(503) { Headers = [("Retry-After", "37")] }, Picture());

        await CopyAsync(server.Address);

        Assert.InRange(Assert.Single(_time.Waits), TimeSpan.FromSeconds(37), TimeSpan.FromSeconds(37 * 1.1));
    }

    [Fact]
    public async Task A_host_that_asks_for_longer_than_anybody_waits_is_not_asked_again()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(429) { Headers = [("Retry-After", "3600")] });

        var error = await Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(server.Address));

        Assert.Contains("answered 429 (it asks clients to wait 3600 s)", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_stop_ends_a_transfer()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc");
            await stop.CancelAsync();
            await connection.UntilClosedAsync();
        });
        using var target = new MemoryStream();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new MediaSource(_time, TestHost.ThisMachine).CopyAsync(new ImageBytes.Remote(server.Address.AbsoluteUri), target, stop.Token).InTime());

        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_full_disk_is_not_tried_again()
    {
        await using var server = await WebServer.AnsweringAsync(Picture());
        using var full = new MemoryStream(new byte[10], writable: true);

        await Assert.ThrowsAnyAsync<Exception>(
            () => new MediaSource(_time, TestHost.ThisMachine).CopyAsync(new ImageBytes.Remote(server.Address.AbsoluteUri), full, CancellationToken.None).InTime());

        Assert.Single(server.Requests);
    }

    private static Answer Picture() => new(200, Type: "image/png") { Bytes = Pictures.Png };

    private static Answer Redirect(string location) => new((int)HttpStatusCode.Found, "") { Headers = [("Location", location)] };

    private Task<byte[]> CopyAsync(Uri address) => CopyAsync(address.AbsoluteUri);

    private async Task<byte[]> CopyAsync(string address)
    {
        using var target = new MemoryStream();
        await new MediaSource(_time, TestHost.ThisMachine).CopyAsync(new ImageBytes.Remote(address), target, CancellationToken.None).InTime();
        return target.ToArray();
    }

    // Every write takes half a minute.
    private sealed class SlowTarget(ManualTime time) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
