using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Billing;

/// <summary>Every POST that was accepted, in order. A test counts them to prove what was paid for, so that none is ever taken away alone.</summary>
internal sealed class BillLog
{
    private static readonly BillJson Json = new(PlainText.OptionsOf(BillJson.Default));

    private readonly Lock _gate = new();
    private readonly List<byte[]> _lines = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _lines.Count;
            }
        }
    }

    public void Add(Bill bill)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(bill, Json.Bill), (byte)'\n'];
        lock (_gate)
        {
            _lines.Add(line);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _lines.Clear();
        }
    }

    /// <summary>The lines so far, as JSON with its line end.</summary>
    public IReadOnlyList<byte[]> Lines()
    {
        lock (_gate)
        {
            return [.. _lines];
        }
    }

    /// <summary>Tells keys apart without showing them.</summary>
    public static string HashKey(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 6));
}
