using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Imagen4.Core.Text;

/// <summary>
/// A hash of values in their normal forms. Each goes in with its kind, and a text with its length, so that two lists of values that
/// only join to the same text have two hashes.
/// </summary>
internal sealed class NormalHash : IDisposable
{
    private const int Length = 16;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(1024);
    private int _length;

    /// <summary>Adds a name, which has no other form than its own.</summary>
    public void AddName(string name) => Add('=', name);

    /// <summary>Adds a value: nothing, a text, a <see cref="long"/>, a <see cref="bool"/>, or JSON.</summary>
    public void Add(object? value)
    {
        switch (value)
        {
            case null:
                Add('0');
                break;
            case string text:
                Add('"', NormalForm.Text(text));
                break;
            case bool truth:
                Add(truth ? '+' : '-');
                break;
            case long number:
                Add('#', NormalForm.Number(number.ToString(CultureInfo.InvariantCulture)));
                break;
            case JsonElement json:
                AddJson(json);
                break;
            default:
                throw new ArgumentException($"A {value.GetType()} has no normal form.", nameof(value));
        }
    }

    /// <summary>The hash of what was added, as 32 hexadecimal digits.</summary>
    public string ToText()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(_bytes.AsSpan(0, _length), hash);
        return Convert.ToHexStringLower(hash[..Length]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void AddJson(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                Add('{');
                foreach (var member in json.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    AddName(member.Name);
                    AddJson(member.Value);
                }

                Add('}');
                break;
            case JsonValueKind.Array:
                Add('[');
                foreach (var item in json.EnumerateArray())
                {
                    AddJson(item);
                }

                Add(']');
                break;
            case JsonValueKind.String:
                Add(json.GetString());
                break;
            case JsonValueKind.Number:
                Add('#', NormalForm.Number(json.GetRawText()));
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Add(json.GetBoolean());
                break;
            default:
                Add(null);
                break;
        }
    }

    private void Add(char kind)
    {
        Reserve(1);
        _bytes[_length++] = (byte)kind;
    }

    private void Add(char kind, string text)
    {
        Add(kind);
        Reserve(sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length));
        var written = Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length + sizeof(int)));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_length), written);
        _length += sizeof(int) + written;
    }

    private void Reserve(int count)
    {
        if (_length + count <= _bytes.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _bytes.Length, _length + count));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
