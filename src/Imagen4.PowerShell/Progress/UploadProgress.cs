using System.Globalization;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Progress;

/// <summary>How many bytes of all files have been uploaded.</summary>
internal sealed class UploadProgress
{
    private const double Megabyte = 1024 * 1024;

    private long _sent;
    private long _total;

    /// <summary>The share of the bytes, in per cent; -1 where there are none.</summary>
    public int Percent => Interlocked.Read(ref _total) is > 0 and var total
        ? (int)Math.Clamp(100 * Interlocked.Read(ref _sent) / total, 0, 100)
        : -1;

    /// <summary>The bytes sent, and all of them.</summary>
    public string Status => CommandMessages.UploadStatus.With(Shown(Interlocked.Read(ref _sent)), Shown(Interlocked.Read(ref _total)));

    /// <summary>Adds a file; what is returned is told how many of its bytes have been sent, on any thread.</summary>
    public IProgress<long> Add(long length)
    {
        _ = Interlocked.Add(ref _total, length);
        return new FileProgress(this);
    }

    private static string Shown(long bytes) => (bytes / Megabyte).ToString("0.0", CultureInfo.CurrentCulture);

    private sealed class FileProgress(UploadProgress all) : IProgress<long>
    {
        private long _last;

        public void Report(long value) => _ = Interlocked.Add(ref all._sent, value - Interlocked.Exchange(ref _last, value));
    }
}
