using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Storage;

/// <summary>Tells models which of the files that this server serves it has. What others serve is nobody's business here.</summary>
internal sealed class OwnFiles(UploadStore uploads, JobStore jobs)
{
    /// <summary>The port the server listens on, once it does.</summary>
    public int Port { get; set; }

    /// <summary>Whether an address is one of this server's, and there is no file.</summary>
    public bool IsMissing(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !uri.IsLoopback || uri.Port != Port)
        {
            return false;
        }

        return uri.AbsolutePath.Trim('/').Split('/') switch
        {
            ["storage", "files", var id, var name] =>
                !(uploads.Find(id) is { Content: not null } upload && upload.Name == Uri.UnescapeDataString(name)),
            ["_emulator", "files", var id, var name] => !HasImage(jobs.Find(id), Uri.UnescapeDataString(name)),
            _ => true,
        };
    }

    private static bool HasImage(Job? job, string name) =>
        job is { Progress: { State: JobState.Completed, Failure: null } }
        && job.Plan.MediaFault != MediaFault.Missing && job.Plan.Images.Any(image => image.FileName == name);
}
