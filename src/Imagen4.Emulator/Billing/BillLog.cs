using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Billing;

/// <summary>One accepted POST: what a client would have paid for.</summary>
internal sealed record Bill(
    DateTime Time,
    string RequestId,
    string Host,
    string Model,
    int Images,
    string KeyHash,
    [property: JsonConverter(typeof(AsReceivedConverter))] JsonElement Input)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tags { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ObjectLifecycle { get; init; }

    public static Bill Of(Job job, string key) => new(
        job.SubmittedAt.UtcDateTime,
        job.RequestId,
        job.Host,
        job.Endpoint.ToString(),
        job.Plan.ImagesAsked,
        BillLog.HashKey(key),
        job.Input)
    {
        Tags = job.Settings.Tags,
        ObjectLifecycle = job.Settings.ObjectLifecycle,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Bill))]
internal sealed partial class BillJson : JsonSerializerContext;

/// <summary>
/// Every POST that was accepted, in order. A test counts them to prove what was paid for, so that none is ever taken away alone.
/// </summary>
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
