using Imagen4.Core.Media;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

public sealed class BusyFileTests : IDisposable
{
    private const string OnlyThere = "Only Windows keeps a file from being renamed while somebody reads it.";

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(0x80070020)]
    [InlineData(0x80070021)]
    public async Task A_file_that_is_busy_is_tried_again_after_growing_pauses(uint result)
    {
        var time = new SkippingTime();
        var attempts = 0;

        var done = await BusyFile.RetryAsync(
            () => ++attempts < 4 ? throw new IOException("busy", unchecked((int)result)) : "done", time, default).InTime();

        Assert.Equal("done", done);
        Assert.Equal([10, 20, 40], time.Waits.Select(wait => wait.TotalMilliseconds));
    }

    [Fact]
    public async Task A_file_that_stays_busy_is_given_up_after_two_seconds_with_what_the_system_said_last()
    {
        var time = new SkippingTime();
        var attempts = 0;

        var error = await Assert.ThrowsAsync<IOException>(() => BusyFile.RetryAsync<bool>(
            () => throw new IOException($"busy {++attempts}", unchecked((int)0x80070020)), time, default).InTime());

        Assert.Equal($"busy {attempts}", error.Message);
        Assert.InRange(time.Waits.Sum(wait => wait.TotalSeconds), 2, 4);
    }

    [Fact]
    public async Task Whatever_does_not_pass_is_thrown_at_once()
    {
        var time = new SkippingTime();

        await Assert.ThrowsAsync<IOException>(() => BusyFile.RetryAsync<bool>(() => throw new IOException("full"), time, default).InTime());
        await Assert.ThrowsAsync<FileNotFoundException>(
            () => BusyFile.RetryAsync<bool>(() => throw new FileNotFoundException(), time, default).InTime());

        Assert.Empty(time.Waits);
    }

    [SkippableFact]
    public async Task A_missing_right_does_not_pass()
    {
        Skip.If(OperatingSystem.IsWindows(), "There, it is also what is said of a file that is busy.");
        var time = new SkippingTime();

        await Assert.ThrowsAsync<UnauthorizedAccessException>(
            () => BusyFile.RetryAsync<bool>(() => throw new UnauthorizedAccessException(), time, default).InTime());

        Assert.Empty(time.Waits);
    }

    [Fact]
    public async Task A_stop_ends_the_wait()
    {
        using var stop = new CancellationTokenSource();
        var waiting = BusyFile.RetryAsync<bool>(() => throw new IOException("busy", unchecked((int)0x80070020)), new ManualTime(), stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_image_that_a_scanner_reads_gets_its_name_when_the_scanner_is_done(bool force)
    {
        Skip.IfNot(OperatingSystem.IsWindows(), OnlyThere);
        await File.WriteAllTextAsync(_temp.At("draft"), "image");
        var scanner = new FileStream(_temp.At("draft"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var folder = new OutputFolder(_temp.Path, force);

        var saving = folder.PublishAsync(_temp.At("draft"), folder.At("fox.png"), "", default);
        Assert.False(saving.IsCompleted);
        await scanner.DisposeAsync();

        Assert.True(await saving.InTime());
        Assert.Equal(["fox.png"], _temp.Names);
    }

    [SkippableFact]
    public async Task A_file_that_somebody_reads_is_replaced_when_he_is_done()
    {
        Skip.IfNot(OperatingSystem.IsWindows(), OnlyThere);
        await File.WriteAllTextAsync(_temp.At("settings"), "old");
        var reader = new FileStream(_temp.At("settings"), FileMode.Open, FileAccess.Read, FileShare.Read);

        var replacing = OwnFile.ReplaceAsync(_temp.At("settings"), "new"u8.ToArray(), isDurable: true, default);
        Assert.False(replacing.IsCompleted);
        await reader.DisposeAsync();

        await replacing.InTime();
        Assert.Equal("new", await File.ReadAllTextAsync(_temp.At("settings")));
        Assert.Equal(["settings"], _temp.Names);
    }

    [Fact]
    public async Task A_file_is_whole_whenever_it_is_read_while_it_is_replaced()
    {
        var path = _temp.At("settings");
        byte[][] contents = [[.. Enumerable.Repeat((byte)'a', 40_000)], [.. Enumerable.Repeat((byte)'b', 90_000)]];
        await OwnFile.ReplaceAsync(path, contents[0], isDurable: false, default);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(
            () =>
            {
                var reads = 0;
                for (; !stop.IsCancellationRequested || reads == 0; reads++)
                {
                    var read = SettingsFile.Read(path);
                    Assert.True(read.SequenceEqual(contents[0]) || read.SequenceEqual(contents[1]), $"{read.Length} bytes were read.");
                }

                return reads;
            });

        for (var round = 1; round <= 200; round++)
        {
            await OwnFile.ReplaceAsync(path, contents[round % 2], isDurable: false, default);
        }

        await stop.CancelAsync();
        Assert.InRange(await reading.InTime(), 1, int.MaxValue);
        Assert.Equal(["settings"], _temp.Names);
    }
}
