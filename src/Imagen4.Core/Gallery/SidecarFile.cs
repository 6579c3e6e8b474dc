using System.Globalization;
using System.Text.Json;
using Imagen4.Core.Media;
using Imagen4.Core.Text;

namespace Imagen4.Core.Gallery;

/// <summary>What the JSON file beside an image says of it: one flat object, of which any member may be missing or unknown.</summary>
internal sealed class SidecarFile
{
    private const int Largest = 16 * 1024 * 1024;

    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.OrdinalIgnoreCase);

    private SidecarFile()
    {
    }

    /// <summary>Reads the one of an image. Where there is none, or a broken one, it says nothing.</summary>
    /// <param name="image">The path of the image.</param>
    /// <param name="warn">Is told of a broken one.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<SidecarFile> ReadAsync(string image, Action<string> warn, CancellationToken cancellation)
    {
        var path = $"{image}.json";
        var sidecar = new SidecarFile();
        try
        {
            if (!File.Exists(path))
            {
                return sidecar;
            }

            // To open a pipe would be to wait for whoever writes to it; its length is 0, as an empty file's is.
            if (SavedFile.Find(path) is not { Length: > 0 and <= Largest })
            {
                throw new JsonException(Messages.SidecarLength.With(Largest));
            }

            var file = UnlockedFile.Open(path, bufferSize: 4096);
            await using (file.ConfigureAwait(false))
            {
                using var json = await JsonDocument.ParseAsync(file, default, cancellation).ConfigureAwait(false);
                foreach (var member in json.RootElement.EnumerateObject())
                {
                    sidecar._members[member.Name] = member.Value.Clone();
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            warn(Messages.SidecarUnread.With(path, PlainText.Line(error.Message)));
        }

        return sidecar;
    }

    /// <summary>A member as text; null where there is none.</summary>
    public string? Text(string name) => !_members.TryGetValue(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => JsonText.Text(value),
    };

    /// <summary>A member as a whole number; null where it is none.</summary>
    public int? Number(string name) =>
        int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
