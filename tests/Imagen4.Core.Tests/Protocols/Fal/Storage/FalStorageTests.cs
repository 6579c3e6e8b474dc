using System.Collections.Concurrent;
using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal.Storage;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal.Storage;

/// <summary>Uploads against the emulator's storage, which refuses a key where the bytes go.</summary>
public sealed class FalStorageTests : EmulatorTest
{
    private readonly FalStorage _storage = new();
    private readonly SkippingTime _time = new();

    [Fact]
    public async Task A_small_file_goes_up_in_one_piece()
    {
        var stored = await StoreAsync(StorageFile.Of([.. Pictures.Png]));

        var upload = Assert.Single(await UploadsAsync());
        Assert.Equal(stored.Address.AbsoluteUri, upload.GetProperty("url").GetString());
        Assert.Equal(("ref.png", "image/png", Pictures.Png.Length), (
            upload.GetProperty("file_name").GetString(), upload.GetProperty("content_type").GetString(), upload.GetProperty("size").GetInt32()));
        Assert.Null(stored.Expires);
        Assert.Equal(JsonValueKind.Null, upload.GetProperty("object_lifecycle").ValueKind);
        Assert.Equal(Pictures.Png, await Admin.GetByteArrayAsync(stored.Address));
        var records = await RecordsAsync();
        Assert.Equal("Key", records[0].GetProperty("headers").GetProperty("authorization").GetString());
        Assert.Equal("POST /storage/upload/initiate?storage_type=fal-cdn-v3", (await RequestsAsync())[0]);
        Assert.Equal("image/png", records[1].GetProperty("headers").GetProperty("content-type").GetString());
        Assert.False(records[1].GetProperty("headers").TryGetProperty("authorization", out _));
    }

    [Fact]
    public async Task The_name_may_be_anything()
    {
        const string name = "Straße & \"Fuchs\" 狐#?%.png";

        var stored = await StoreAsync(StorageFile.Of([1, 2, 3], name));

        Assert.Equal(name, Assert.Single(await UploadsAsync()).GetProperty("file_name").GetString());
        Assert.Equal([1, 2, 3], await Admin.GetByteArrayAsync(stored.Address));
    }

    [Fact]
    public async Task A_lifetime_is_asked_for_and_told()
    {
        var stored = await StoreAsync(StorageFile.Of([1]) with { Lifetime = ObjectLifetime.TryParse("1d") });

        Assert.Equal(_time.GetUtcNow().AddDays(1), stored.Expires);
        Assert.Equal(
            """{"expiration_duration_seconds":86400}""", Assert.Single(await UploadsAsync()).GetProperty("object_lifecycle").GetString());
    }

    [Fact]
    public async Task For_ever_is_not_asked_for()
    {
        var stored = await StoreAsync(StorageFile.Of([1]) with { Lifetime = ObjectLifetime.TryParse("never") });

        Assert.Null(stored.Expires);
        Assert.Equal(JsonValueKind.Null, Assert.Single(await UploadsAsync()).GetProperty("object_lifecycle").ValueKind);
    }

    [Fact]
    public async Task A_large_file_goes_up_in_parts_of_which_a_failed_one_alone_is_repeated()
    {
        await FaultAsync(new { operation = "part", match = "/3?", kind = "status", status = 503 });
        await FaultAsync(new { operation = "part", match = "/5?", kind = "reset" });
        await FaultAsync(new { operation = "part", match = "/10?", kind = "close", at = "middle" });
        var file = StorageFile.InParts(10, out var hash);
        var told = new ConcurrentQueue<long>();

        _ = await StoreAsync(file, new Told(told));

        var upload = Assert.Single(await UploadsAsync());
        Assert.Equal((file.Length, hash, 10), (
            upload.GetProperty("size").GetInt64(), upload.GetProperty("sha256").GetString(), upload.GetProperty("parts").GetInt32()));
        var puts = (await RequestsAsync()).Where(request => request.StartsWith("PUT", StringComparison.Ordinal))
            .Select(request => int.Parse(request.Split('/', '?')[^2], System.Globalization.CultureInfo.InvariantCulture)).Order();
        Assert.Equal([1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10], puts);
        Assert.All(await RecordsAsync(), record =>
            Assert.Equal(record.GetProperty("path").GetString()!.Contains("initiate", StringComparison.Ordinal), record.GetProperty("headers").TryGetProperty("authorization", out _)));
        Assert.Equal(file.Length, told.Last());
        Assert.All(told, bytes => Assert.InRange(bytes, 0, file.Length));
    }

    [Theory]
    [InlineData("initiate")]
    [InlineData("upload")]
    public async Task What_fails_for_a_passing_reason_is_done_again(string operation)
    {
        await FaultAsync(new { operation, kind = "reset" });
        await FaultAsync(new { operation, kind = "status", status = 429, retry_after = 7 });

        _ = await StoreAsync(StorageFile.Of([1, 2, 3]));

        Assert.Contains(await UploadsAsync(), upload => upload.GetProperty("sha256").ValueKind == JsonValueKind.String);
        Assert.Contains(_time.Waits, wait => wait.TotalSeconds is >= 7 and <= 7.8);
    }

    [Fact]
    public async Task A_part_that_is_never_taken_ends_the_upload()
    {
        await FaultAsync(new { operation = "part", match = "/2?", kind = "status", status = 403, body = new { detail = "Signature expired" }, count = -1 });

        var error = await Assert.ThrowsAsync<UploadFailedException>(() => StoreAsync(StorageFile.InParts(10, out _)));

        Assert.Equal("127.0.0.1 does not take the file: it answers 403. Signature expired", error.Message);
        Assert.DoesNotContain(await RequestsAsync(), request => request.Contains("/complete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_keeps_failing_is_unavailable()
    {
        await FaultAsync(new { operation = "upload", kind = "status", status = 503, body = new { detail = "busy" }, count = -1 });

        var error = await Assert.ThrowsAsync<HostUnavailableException>(() => StoreAsync(StorageFile.Of([1])));

        Assert.Equal("The storage of test answers 503: busy", error.Message);
    }

    [Fact]
    public async Task A_file_that_ends_early_has_changed()
    {
        var file = StorageFile.Of([1, 2, 3]) with { Length = 4 };

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => StoreAsync(file));

        Assert.StartsWith("The file changed while it was being uploaded.", error.Message, StringComparison.Ordinal);
        Assert.InRange((await RequestsAsync()).Count(request => request.StartsWith("PUT", StringComparison.Ordinal)), 0, 1);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_any_more_is_not_tried_again()
    {
        var file = StorageFile.Of([1, 2, 3]) with { Open = _ => throw new IOException("The disk is gone.") };

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => StoreAsync(file));

        Assert.Equal("The file can no longer be read: The disk is gone", error.Message);
    }

    [Fact]
    public async Task A_stop_ends_an_upload_that_hangs()
    {
        await FaultAsync(new { operation = "upload", kind = "hang" });
        using var stop = new CancellationTokenSource();
        var upload = _storage.StoreAsync(StorageFile.At(Address), StorageFile.Of([1]), progress: null, stop.Token);
        while (!(await RequestsAsync()).Any(request => request.StartsWith("PUT", StringComparison.Ordinal)))
        {
            await Task.Yield();
        }

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload).InTime();
    }

    [Fact]
    public async Task A_storage_that_falls_silent_is_tried_again()
    {
        var time = new SkippingTime { Deadlines = true };
        await FaultAsync(new { operation = "upload", kind = "hang" });
        var trace = new ConcurrentQueue<string>();
        var upload = _storage.StoreAsync(StorageFile.At(Address, time, trace.Enqueue), StorageFile.Of([1]), progress: null, CancellationToken.None);
        while (!(await RecordsAsync()).Any(record => record.TryGetProperty("fault", out _)))
        {
            await Task.Yield();
        }

        time.PassDeadline();

        _ = await upload.InTime();
        Assert.Equal(2, (await RequestsAsync()).Count(request => request.StartsWith("PUT", StringComparison.Ordinal)));
        Assert.Contains(trace, line => line.Contains("127.0.0.1 did not answer within 120 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_without_storage_says_so()
    {
        var error = await Assert.ThrowsAsync<InvalidInputException>(
            () => _storage.StoreAsync(Host, StorageFile.Of([1]), progress: null, CancellationToken.None));

        Assert.StartsWith("test has no storage to upload files to.", error.Message, StringComparison.Ordinal);
        Assert.Empty(await RequestsAsync());
    }

    private Task<StoredFile> StoreAsync(FileContent file, IProgress<long>? progress = null) =>
        _storage.StoreAsync(StorageFile.At(Address, _time), file, progress, CancellationToken.None).InTime();

    private async Task<IReadOnlyList<JsonElement>> UploadsAsync() => [.. JsonElement.Parse(await Admin.GetStringAsync("uploads")).EnumerateArray()];

    private sealed class Told(ConcurrentQueue<long> told) : IProgress<long>
    {
        public void Report(long value) => told.Enqueue(value);
    }
}
