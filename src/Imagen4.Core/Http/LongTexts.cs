using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Imagen4.Core.Http;

/// <summary>
/// The texts of an answer that are too long to be held in it: images in base64. The answer has the beginning of each, with a mark behind
/// it that says where the rest is.
/// </summary>
internal sealed class LongTexts : IDisposable
{
    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly Spool _bytes = new();
    private readonly List<LongText> _texts = [];

    /// <summary>What the mark begins with that stands in the place of what is missing.</summary>
    public static ReadOnlySpan<byte> Cut => " [+"u8;

    /// <summary>How many there are.</summary>
    public int Count => _texts.Count;

    /// <summary>How many bytes all of them have behind their beginnings.</summary>
    public long Length => _bytes.Length;

    /// <summary>Adds bytes to the text that is being read.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => _bytes.WriteAsync(bytes, cancellation);

    /// <summary>Ends the text that is being read.</summary>
    /// <param name="from">Where its bytes begin.</param>
    /// <returns>The mark that is to stand in its place: it says how much is missing, in case that somebody reads it.</returns>
    public byte[] End(long from)
    {
        var mark = string.Create(CultureInfo.InvariantCulture, $"{Encoding.ASCII.GetString(Cut)}{_bytes.Length - from} bytes, {_name}-{_texts.Count}]");
        _texts.Add(new LongText(this, from, _bytes.Length - from, mark.Length));
        return Encoding.ASCII.GetBytes(mark);
    }

    /// <summary>What stands behind the beginning of a text; null where all of it is there.</summary>
    /// <param name="text">A JSON text of the answer.</param>
    public LongText? Behind(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        var name = raw.LastIndexOf(Encoding.ASCII.GetBytes($" {_name}-"));
        return name >= 0 && raw[^1] == (byte)']'
            && int.TryParse(raw[(name + _name.Length + 2)..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < _texts.Count ? _texts[number] : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    /// <summary>What stands behind the beginning of a text.</summary>
    /// <param name="owner">Where it is.</param>
    /// <param name="from">Where it begins there.</param>
    /// <param name="length">Its length in bytes, with escapes as they were written.</param>
    /// <param name="markLength">How many bytes the mark in the answer has.</param>
    internal sealed class LongText(LongTexts owner, long from, long length, int markLength) : IDisposable
    {
        /// <summary>Its length in bytes, with escapes as they were written.</summary>
        public long Length => length;

        /// <summary>How many bytes the mark in the answer has.</summary>
        public int MarkLength => markLength;

        /// <summary>Reads bytes from a place on; none behind the end.</summary>
        public ValueTask<int> ReadAsync(long at, Memory<byte> target, CancellationToken cancellation) =>
            owner._bytes.ReadAsync(from + at, target[..(int)Math.Min(target.Length, length - at)], cancellation);

        /// <summary>Lets go of all texts of its answer.</summary>
        public void Dispose() => owner.Dispose();
    }
}
