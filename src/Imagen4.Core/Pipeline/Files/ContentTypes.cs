using System.Collections.Frozen;
using System.Net.Http.Headers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Files;

/// <summary>Media types of files that are told by their names. Images that models read are told by their bytes, and not here.</summary>
internal static class ContentTypes
{
    /// <summary>What is said of a file of which nothing is known.</summary>
    public const string Unknown = "application/octet-stream";

    private static readonly FrozenDictionary<string, string> ByExtension = new Dictionary<string, string>
    {
        [".bmp"] = "image/bmp",
        [".heic"] = "image/heic",
        [".svg"] = "image/svg+xml",
        [".tif"] = "image/tiff",
        [".tiff"] = "image/tiff",
        [".avi"] = "video/x-msvideo",
        [".mkv"] = "video/x-matroska",
        [".mov"] = "video/quicktime",
        [".mp4"] = "video/mp4",
        [".webm"] = "video/webm",
        [".aac"] = "audio/aac",
        [".flac"] = "audio/flac",
        [".m4a"] = "audio/mp4",
        [".mp3"] = "audio/mpeg",
        [".ogg"] = "audio/ogg",
        [".wav"] = "audio/wav",
        [".csv"] = "text/csv",
        [".json"] = "application/json",
        [".pdf"] = "application/pdf",
        [".txt"] = "text/plain",
        [".zip"] = "application/zip",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The media type of a file by its name.</summary>
    public static string OfName(string name) => ByExtension.GetValueOrDefault(Path.GetExtension(name), Unknown);

    /// <summary>Checks a media type that the user has given.</summary>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static string Checked(string text) => MediaTypeHeaderValue.TryParse(text, out var type) && type.MediaType?.Contains('/') == true
        ? type.ToString()
        : throw new InvalidInputException(Messages.FileTypeMalformed.With(PlainText.Brief(text)));
}
