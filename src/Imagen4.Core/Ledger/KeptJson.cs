using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Imagen4.Core.Ledger;

/// <summary>A part of a line that is kept as it stands there until somebody asks for it: most are read only to be passed over.</summary>
internal sealed class KeptJson<T>
    where T : class
{
    private readonly byte[]? _json;
    private readonly JsonTypeInfo<T>? _type;
    private T? _value;

    /// <summary>Keeps what a line says.</summary>
    public KeptJson(ReadOnlySpan<byte> json, JsonTypeInfo<T> type) => (_json, _type) = (json.ToArray(), type);

    /// <summary>Keeps a value.</summary>
    public KeptJson(T value) => _value = value;

    /// <summary>The value; null where the line does not say one.</summary>
    public T? Value
    {
        get
        {
            try
            {
                return _value ??= JsonSerializer.Deserialize(_json, _type!);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>Keeps a value, where there is one.</summary>
    public static KeptJson<T>? Of(T? value) => value is null ? null : new KeptJson<T>(value);
}
