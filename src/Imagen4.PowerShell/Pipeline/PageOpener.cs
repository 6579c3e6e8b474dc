using System.ComponentModel;
using System.Diagnostics;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>Opens a page in the user's browser.</summary>
internal static class PageOpener
{
    // An opener may stay as long as the browser that it starts; one that finds none ends sooner.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Opens it.</summary>
    /// <returns>Why it could not be opened; null where it was, or nothing says that it was not.</returns>
    public static async Task<string?> OpenAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using var opener = Process.Start(OperatingSystem.IsWindows() ? new ProcessStartInfo(path) { UseShellExecute = true } : Quiet(path));
            if (opener is null)
            {
                return null;
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Patience);
            await opener.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return OperatingSystem.IsWindows() || opener.ExitCode == 0 ? null
                : CommandMessages.GalleryNoOpener.With(Program, opener.ExitCode);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            return error.Message;
        }
    }

    private static string Program => OperatingSystem.IsMacOS() ? "open" : "xdg-open";

    // What it and the browser have to say is not for the user's prompt. A pipe would break when this process ends, before the browser does.
    private static ProcessStartInfo Quiet(string path) => new("/bin/sh", ["-c", $"exec {Program} \"$1\" </dev/null >/dev/null 2>&1", "sh", path]);
}
