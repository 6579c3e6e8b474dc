using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text.Json.Nodes;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>
/// Writes a hashtable or an object of a cell as JSON: what JSON has no form for is refused, never sent as some type's name.
/// </summary>
/// <param name="row">The number of the row, from 1.</param>
/// <param name="name">The parameter's name.</param>
/// <param name="ofFile">The text that stands for a file; null where there can be none.</param>
internal sealed class JsonCell(int row, string name, Func<FileSystemInfo, string>? ofFile = null)
{
    // Far more than any host takes, and a table that contains itself ends here.
    private const int Deepest = 32;

    /// <summary>The value as JSON.</summary>
    /// <exception cref="InvalidInputException">Something in it cannot be JSON.</exception>
    public JsonNode? Of(object? value, int depth = 0) => BoundValue.Plain(value) switch
    {
        _ when depth > Deepest => throw new InvalidInputException(CommandMessages.CellIsTooDeep.With(name, Deepest)) { Row = row },
        null or DBNull => null,
        PSObject record => Object(record.Properties.Select(property => KeyValuePair.Create(property.Name, (object?)property.Value)), depth),
        IDictionary table => Object(table.Keys.Cast<object>().Select(key => KeyValuePair.Create(key.ToString()!, table[key])), depth),
        string text => JsonValue.Create(text),
        IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(item => Of(item, depth + 1))]),
        var plain => Plain(plain),
    };

    private JsonObject Object(IEnumerable<KeyValuePair<string, object?>> members, int depth)
    {
        var written = new JsonObject();
        foreach (var (member, value) in members)
        {
            if (!written.TryAdd(member, Of(value, depth + 1)))
            {
                throw new InvalidInputException(CommandMessages.CellHasTwice.With(name, PlainText.Brief(member))) { Row = row };
            }
        }

        return written;
    }

    private JsonNode Plain(object value) => value switch
    {
        bool truth => JsonValue.Create(truth),
        SwitchParameter given => JsonValue.Create(given.IsPresent),
        byte or sbyte or short or ushort or int or uint or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        ulong number => JsonValue.Create(number),
        decimal number => JsonValue.Create(number),
        float number when float.IsFinite(number) => JsonValue.Create(number),
        double number when double.IsFinite(number) => JsonValue.Create(number),
        BigInteger number => JsonNode.Parse(number.ToString(CultureInfo.InvariantCulture))!,

        // ConvertFrom-Json makes dates of texts that look like them.
        DateTime or DateTimeOffset => JsonValue.Create(((IFormattable)value).ToString("O", CultureInfo.InvariantCulture)),
        FileSystemInfo file when ofFile is not null => JsonValue.Create(ofFile(file)),
        PathInfo path when ofFile is not null => JsonValue.Create(ofFile(new FileInfo(path.ProviderPath))),

        // Images and files of this module's own, for their paths or for their addresses.
        ImagenImage image when Place(image.Path, image.Uri) is { } place => JsonValue.Create(place),
        ImagenFile file when Place(file.Path, file.Uri) is { } place => JsonValue.Create(place),
        char or Guid or Uri or Enum => JsonValue.Create(value.ToString())!,
        _ => throw new InvalidInputException(CommandMessages.CellHasNoJson.With(name, ValueName.Of(value))) { Row = row },
    };

    private string? Place(string? path, string? uri) => name switch
    {
        nameof(ImagenInputs.ImagePath) => path,
        nameof(ImagenInputs.ImageUri) => uri,
        _ => null,
    };
}
