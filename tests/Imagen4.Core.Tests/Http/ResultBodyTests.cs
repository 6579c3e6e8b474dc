using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>Of a result, no more than the beginnings of its texts is held in memory; what is set aside can be read all the same.</summary>
[Collection(RunsAlone.Name)]
public sealed class ResultBodyTests
{
    private static readonly byte[] Numbers = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 20_000))}]");
    private static readonly byte[] Excerpt = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 1000))}]");
    private static readonly ResultBounds Small = new(Whole: 4 * 1024 * 1024, Held: 4096, Text: 2 * 1024 * 1024, Beginning: 32);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64 * 1024)]
    public async Task Images_of_any_length_are_read_as_they_were_sent(int piece)
    {
        byte[][] images = [.. new[] { 0, 1, 23, 24, 25, 31, 33, 1000, 70_000 }.Select(Bytes)];
        var json = JsonSerializer.Serialize(new { images = images.Select(image => $"data:image/png;base64,{Convert.ToBase64String(image)}"), seed = 7 });

        var (body, texts, _) = await ReadAsync(Encoding.UTF8.GetBytes(json), piece);

        Assert.InRange(body.Length, 1, 1024);
        var answer = JsonElement.Parse(body.Span);
        Assert.Equal(7, answer.GetProperty("seed").GetInt32());
        Assert.Equal(images, await Task.WhenAll(answer.GetProperty("images").EnumerateArray().Select(text => DecodeAsync(text, texts))));
        texts!.Dispose();
    }

    [Theory]
    [InlineData(7)]
    [InlineData(64 * 1024)]
    public async Task Less_is_held_of_an_image_than_of_an_address_or_a_sentence(int piece)
    {
        var image = Bytes(100_000);
        var base64 = Convert.ToBase64String(image);
        var signed = $"https://images.example/1.png?token={base64[..7000]}";
        var sentence = string.Concat(Enumerable.Repeat("A fox in the snow. ", 400));
        var json = JsonSerializer.Serialize(new[] { $"data:image/png;base64,{base64}", base64, signed, sentence });

        var (body, texts, _) = await ReadAsync(Encoding.UTF8.GetBytes(json), piece, ResultBounds.Largest);

        var answer = JsonElement.Parse(body.Span);
        Assert.Equal([image, image], await Task.WhenAll(DecodeAsync(answer[0], texts), DecodeAsync(answer[1], texts)));
        Assert.All(answer.EnumerateArray().Take(2).Select(text => text.GetRawText().Length), length => Assert.InRange(length, 2048, 3500));
        Assert.Equal((signed, sentence), (answer[2].GetString(), answer[3].GetString()));
        texts!.Dispose();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(5, true)]
    [InlineData(64 * 1024, false)]
    [InlineData(64 * 1024, true)]
    public async Task An_answer_in_UTF_16_is_read_like_one_in_UTF_8(int piece, bool isBigEndian)
    {
        var image = Bytes(300_000);
        var json = $"[\"a fox \uD83E\uDD8A, Füchse, 狐\",\"data:image/png;base64,{Convert.ToBase64String(image)}\"]";
        var encoding = new UnicodeEncoding(isBigEndian, byteOrderMark: true);

        var (body, texts, _) = await ReadAsync([.. encoding.GetPreamble(), .. encoding.GetBytes(json)], piece);

        Assert.InRange(body.Length, 1, 256);
        var answer = JsonElement.Parse(body.Span);
        Assert.Equal("a fox \uD83E\uDD8A, Füchse, 狐", answer[0].GetString());
        Assert.Equal(image, await DecodeAsync(answer[1], texts));
        texts!.Dispose();
    }

    [Fact]
    public async Task Hundreds_of_images_are_not_too_large_an_answer()
    {
        var image = Bytes(3000);
        var images = Enumerable.Repeat($"data:image/png;base64,{Convert.ToBase64String(image)}", 900);

        var (body, texts, _) = await ReadAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(images)), piece: 64 * 1024, ResultBounds.Largest);

        var answer = JsonElement.Parse(body.Span);
        Assert.Equal(image, await DecodeAsync(answer[0], texts));
        Assert.Equal(image, await DecodeAsync(answer[answer.GetArrayLength() - 1], texts));
        Assert.InRange(body.Length, 1, 500_000);
        texts!.Dispose();
    }

    [Fact]
    public async Task An_address_that_is_cut_is_none()
    {
        var address = $"https://images.example/1.png?{string.Concat(Enumerable.Repeat("a-b.", 3000))}";
        var (body, texts, _) = await ReadAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new[] { address })), piece: 5000, ResultBounds.Largest);

        var remote = Assert.IsType<ImageBytes.Remote>(ImageBytes.Of(JsonElement.Parse(body.Span)[0], texts));

        Assert.Equal((true, false, null), (remote.IsCut, remote.CanBeRead, remote.Shown));
        texts!.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64 * 1024)]
    public async Task Escapes_are_read_wherever_they_are_cut(int piece)
    {
        var image = Bytes(200_000);
        var base64 = Convert.ToBase64String(image);
        var random = new Random(3);
        var written = string.Concat(base64.Select(letter => letter switch
        {
            '/' => "\\/",
            '+' => "\\u002B",
            _ when random.Next(9) == 0 => $"\\u{(int)letter:x4}",
            _ => letter.ToString(),
        }));

        var (body, texts, _) = await ReadAsync(Encoding.UTF8.GetBytes($"[\"{written}\"]"), piece);

        Assert.InRange(body.Length, 1, 256);
        Assert.Equal(image, await DecodeAsync(JsonElement.Parse(body.Span)[0], texts));
        texts!.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    public async Task No_character_and_no_escape_is_divided(int piece)
    {
        foreach (var letter in new[] { "狐", "🦊", "\\n", "\\u72d0", "\\\\", "\\\"" })
        {
            for (var before = 20; before < 40; before++)
            {
                var json = $"{{\"description\":\"{new string('a', before)}{string.Concat(Enumerable.Repeat(letter, 50))}\"}}";

                var (body, texts, _) = await ReadAsync(Encoding.UTF8.GetBytes(json), piece);

                var text = JsonElement.Parse(body.Span).GetProperty("description").GetString()!;
                Assert.Matches(@"^a{20,40}.* \[\+\d+ bytes, \w+-0\]$", text.ReplaceLineEndings(" "));
                Assert.DoesNotContain('\uFFFD', text);
                texts!.Dispose();
            }
        }
    }

    [Fact]
    public async Task What_is_too_large_is_not_read_to_its_end()
    {
        Assert.Equal("The answer is larger than 4194304 bytes.", await RefusedAsync($"{{\"a\":[{Texts(5, 1024 * 1024)}]}}"));
        Assert.Equal("The answer is larger than 4096 bytes.", await RefusedAsync($"{{\"a\":[{Texts(100, 40)}]}}"));
        Assert.Equal("The answer is larger than 4096 bytes.", await RefusedAsync($"[{new string('1', 5000)}]"));
        Assert.Equal("The answer is larger than 4096 bytes.", await RefusedAsync($"<html>\"{new string('a', 5000)}\"</html>"));
        Assert.Equal("A text of the answer is larger than 2097152 bytes.", await RefusedAsync($"[{Texts(1, 3 * 1024 * 1024)}]"));
    }

    [Fact]
    public async Task A_compressed_result_is_bounded_as_it_becomes()
    {
        var image = Bytes(100_000);
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes($"[\"{Convert.ToBase64String(image)}\"]"));
        }

        var (body, texts, isDecoded) = await ReadAsync(packed.ToArray(), piece: 1000, "gzip");
        Assert.True(isDecoded);
        Assert.Equal(image, await DecodeAsync(JsonElement.Parse(body.Span)[0], texts));
        texts!.Dispose();

        packed.SetLength(0);
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes($"[{new string(' ', 10_000_000)}]"));
        }

        await Assert.ThrowsAsync<AnswerTooLargeException>(() => ReadAsync(packed.ToArray(), piece: 1000, "gzip"));
        Assert.False((await ReadAsync("[]"u8.ToArray(), piece: 1000, "gzip")).IsDecoded);
        Assert.False((await ReadAsync("[]"u8.ToArray(), piece: 1000, "unknown")).IsDecoded);
    }

    [Fact]
    public async Task A_host_cannot_name_a_text_that_it_has_not_sent()
    {
        var (body, texts, _) = await ReadAsync(Encoding.UTF8.GetBytes($"[{Texts(1, 1000)},\"QUJD [+9 bytes, 00000000000000000000000000000000-0]\"]"), 1000, Small with { Beginning = 128 });

        Assert.NotNull(texts!.Behind(JsonElement.Parse(body.Span)[0]));
        Assert.Null(texts.Behind(JsonElement.Parse(body.Span)[1]));
        texts.Dispose();
    }

    [SkippableFact]
    public async Task What_is_set_aside_leaves_no_file()
    {
        Skip.If(OperatingSystem.IsWindows(), "NOT RUN: Windows removes the file when it is closed.");
        using var spool = new Spool();
        await spool.WriteAsync(Bytes(300_000), CancellationToken.None);
        await spool.WriteAsync(Bytes(10), CancellationToken.None);

        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), "imagen4-*.tmp"));
        byte[] all = [.. Bytes(300_000), .. Bytes(10)];
        Assert.Equal(all, await spool.ReadAsync(0, spool.Length, CancellationToken.None));
        Assert.Equal(Bytes(300_000)[100_000..], (await spool.ReadAsync(100_000, 200_010, CancellationToken.None))[..200_000]);
    }

    [Fact]
    public async Task What_is_held_in_memory_is_read_by_many_at_once()
    {
        var all = Bytes(60_000);
        using var spool = new Spool();
        await spool.WriteAsync(all, CancellationToken.None);

        var reads = Enumerable.Range(0, 8).Select(reader => Task.Run(async () =>
        {
            var piece = new byte[7];
            for (var at = reader; at < all.Length - piece.Length; at += 3)
            {
                Assert.Equal(piece.Length, await spool.ReadAsync(at, piece, CancellationToken.None));
                Assert.Equal(all[at..(at + piece.Length)], piece);
            }
        }));

        await Task.WhenAll(reads).InTime();
    }

    [Theory]
    [InlineData("\\n")]
    [InlineData("\\r\\n")]
    [InlineData(" ")]
    public async Task Line_breaks_behind_the_padding_may_begin_a_piece_of_their_own(string end)
    {
        foreach (var length in Enumerable.Range(49_100, 60))
        {
            var bytes = Bytes(length);
            var (body, texts, _) = await ReadAsync(
                Encoding.UTF8.GetBytes($$"""{"url":"data:image/png;base64,{{Convert.ToBase64String(bytes)}}{{end}}"}"""), piece: 5000);
            using var answer = JsonDocument.Parse(body);

            Assert.Equal(bytes, await DecodeAsync(answer.RootElement.GetProperty("url"), texts));
            texts!.Dispose();
        }
    }

    [Theory]
    [InlineData("\\n")]
    [InlineData("\\r\\n")]
    [InlineData(" ")]
    [InlineData("\\u000a")]
    public async Task Lines_of_any_length_may_break_a_group_of_letters(string end)
    {
        var bytes = Bytes(200_000);
        var base64 = Convert.ToBase64String(bytes);
        foreach (var length in new[] { 1, 3, 61, 70, 73, 75, 76, 77 })
        {
            var lines = string.Join(end, base64.Chunk(length).Select(line => new string(line)));
            var (body, texts, _) = await ReadAsync(Encoding.UTF8.GetBytes($$"""{"url":"data:image/png;base64,{{lines}}"}"""), 64 * 1024, ResultBounds.Largest);
            using var answer = JsonDocument.Parse(body);

            Assert.Equal(bytes, await DecodeAsync(answer.RootElement.GetProperty("url"), texts));
            texts!.Dispose();
        }
    }

    [Fact]
    public async Task Padding_ends_an_image()
    {
        var (body, texts, _) = await ReadAsync(
            Encoding.UTF8.GetBytes($$"""{"url":"data:image/png;base64,AAAA====={{new string(' ', 70_000)}}AAAA"}"""), piece: 5000);
        using var answer = JsonDocument.Parse(body);

        await Assert.ThrowsAsync<InvalidMediaException>(() => DecodeAsync(answer.RootElement.GetProperty("url"), texts));
        texts!.Dispose();
    }

    [Fact]
    public async Task Few_results_at_a_time_hold_more_until_they_are_understood_and_the_others_wait_for_them()
    {
        using var few = new SemaphoreSlim(1);
        var time = new ManualTime();
        using var first = new LargeResultPermit(TimeProvider.System, few);
        using var second = new LargeResultPermit(time, few);
        var bounds = Small with { HeldByFew = 200_000 };
        using var content = new StreamContent(new PieceStream(Numbers, 1000));
        Assert.Equal(Excerpt, (await new ResultBody(bounds, first).ReadAsync(content, CancellationToken.None).InTime()).Body.ToArray());

        using var other = new StreamContent(new PieceStream(Numbers, 1000));
        var reading = new ResultBody(bounds, second).ReadAsync(other, CancellationToken.None);
        await time.WaitsAsync(1);
        Assert.False(reading.IsCompleted);

        first.Dispose();
        Assert.Equal(Excerpt, (await reading.InTime()).Body.ToArray());
        second.Dispose();
        Assert.Equal(1, few.CurrentCount);

        // What fails gives its permit up: a pause may follow, and another attempt.
        using var larger = new StreamContent(new PieceStream([.. Numbers, .. Numbers, .. Numbers], 1000));
        await Assert.ThrowsAsync<AnswerTooLargeException>(() => new ResultBody(bounds, first).ReadAsync(larger, CancellationToken.None));
        Assert.Equal(1, few.CurrentCount);
        using var again = new StreamContent(new PieceStream(Numbers, 1000));
        _ = await new ResultBody(bounds, first).ReadAsync(again, CancellationToken.None).InTime();
        Assert.Equal(0, few.CurrentCount);
    }

    [Fact]
    public async Task A_result_that_arrives_slowly_keeps_nobody_waiting()
    {
        using var few = new SemaphoreSlim(1);
        using var slow = new LargeResultPermit(TimeProvider.System, few);
        using var permit = new LargeResultPermit(new ManualTime(), few);
        var bounds = Small with { HeldByFew = 200_000 };
        using var pieces = new PieceStream(Numbers, 1000) { StopsAt = 100_000 };
        using var slowContent = new StreamContent(pieces);
        var arriving = new ResultBody(bounds, slow).ReadAsync(slowContent, CancellationToken.None);
        await pieces.Stopped.InTime();

        using var content = new StreamContent(new PieceStream(Numbers, 1000));
        Assert.Equal(Excerpt, (await new ResultBody(bounds, permit).ReadAsync(content, CancellationToken.None).InTime()).Body.ToArray());
        permit.Dispose();

        pieces.Continue();
        Assert.Equal(Excerpt, (await arriving.InTime()).Body.ToArray());
    }

    [Fact]
    public async Task Nobody_waits_for_ever_for_those_who_hold_more()
    {
        using var few = new SemaphoreSlim(0);
        var time = new ManualTime();
        using var permit = new LargeResultPermit(time, few);
        using var content = new StreamContent(new PieceStream(Numbers, 1000));
        var reading = new ResultBody(Small with { HeldByFew = 200_000 }, permit).ReadAsync(content, CancellationToken.None);
        await time.WaitsAsync(1);
        Assert.False(reading.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(Excerpt, (await reading.InTime()).Body.ToArray());
        permit.Dispose();
        Assert.Equal(0, few.CurrentCount);

        using var stop = new CancellationTokenSource();
        using var unheard = new LargeResultPermit(time, few);
        var waiting = unheard.AcquireAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());

        // What nobody says again goes on without it.
        using var paid = new LargeResultPermit(time, few) { IsOnlyAnswer = true };
        await paid.AcquireAsync(stop.Token).AsTask().InTime();
    }

    [Fact]
    public async Task The_beginnings_of_images_do_not_make_a_result_large()
    {
        var bounds = Small with { Held = 1_000_000, HeldByFew = 1_000_000, Beginning = 16 * 1024 };
        var json = $$"""{"data":[{{Texts(5, 30_000)}}],"ids":[{{string.Join(',', Enumerable.Range(0, 1500))}}]}""";
        var (body, texts, _) = await ReadAsync(Encoding.UTF8.GetBytes(json), 1000, bounds);
        using var read = JsonDocument.Parse(body);

        Assert.Equal(1500, read.RootElement.GetProperty("ids").GetArrayLength());
        texts!.Dispose();
    }

    private static string Texts(int count, int length) => string.Join(',', Enumerable.Repeat($"\"{new string('a', length)}\"", count));

    private static async Task<string> RefusedAsync(string json) =>
        (await Assert.ThrowsAsync<AnswerTooLargeException>(() => ReadAsync(Encoding.UTF8.GetBytes(json), piece: 1000))).Message;

    private static Task<(ReadOnlyMemory<byte> Body, LongTexts? Texts, bool IsDecoded)> ReadAsync(
        byte[] bytes, int piece, params string[] codings) => ReadAsync(bytes, piece, Small, codings);

    private static async Task<(ReadOnlyMemory<byte> Body, LongTexts? Texts, bool IsDecoded)> ReadAsync(
        byte[] bytes, int piece, ResultBounds bounds, params string[] codings)
    {
        using var content = new StreamContent(new PieceStream(bytes, piece));
        using var permit = new LargeResultPermit(TimeProvider.System);
        foreach (var coding in codings)
        {
            content.Headers.ContentEncoding.Add(coding);
        }

        return await new ResultBody(bounds, permit).ReadAsync(content, CancellationToken.None).InTime();
    }

    private static async Task<byte[]> DecodeAsync(JsonElement text, LongTexts? texts)
    {
        using var target = new MemoryStream();
        await InlineImage.DecodeAsync(ImageBytes.Inline.From(text, texts), target, MediaSource.LargestImage, CancellationToken.None);
        return target.ToArray();
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A stream that gives out a few bytes at a time.</summary>
    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        private readonly TaskCompletionSource _stopped = new();
        private readonly TaskCompletionSource _continued = new();

        public int StopsAt { get; init; } = int.MaxValue;

        public Task Stopped => _stopped.Task;

        public void Continue() => _continued.SetResult();

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, piece));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= StopsAt)
            {
                _stopped.TrySetResult();
                await _continued.Task;
            }

            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            base.ReadAsync(buffer, offset, Math.Min(count, piece), cancellationToken);
    }
}
