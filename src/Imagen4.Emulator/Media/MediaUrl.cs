using Imagen4.Emulator.Images;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Media;

/// <summary>Where the file of a job is.</summary>
internal static class MediaUrl
{
    public const string Pattern = "/files/{requestId}/{fileName}";

    public static string Of(string baseAddress, Job job, ImageRecipe image) =>
        $"{baseAddress}/_emulator/files/{job.RequestId}/{image.FileName}";
}
