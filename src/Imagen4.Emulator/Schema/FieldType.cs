using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Schema;

/// <summary>How a field is read.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FieldType>))]
internal enum FieldType
{
    String,
    Integer,
    Boolean,
    Choice,
}
