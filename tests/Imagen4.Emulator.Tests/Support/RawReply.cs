using System.Globalization;
using System.Text;

namespace Imagen4.Emulator.Tests.Support;

/// <summary>The bytes of an answer as they came.</summary>
internal sealed record RawReply(byte[] Bytes, RawEnd End)
{
    private int HeadLength => Bytes.AsSpan().IndexOf("\r\n\r\n"u8) is >= 0 and var at ? at + 4 : 0;

    public string Head => Encoding.Latin1.GetString(Bytes, 0, HeadLength);

    public byte[] Body => Bytes[HeadLength..];

    public string Text => Encoding.UTF8.GetString(Body);

    public int Status => int.Parse(Head.Split(' ')[1], CultureInfo.InvariantCulture);

    public int? Length => Header("Content-Length") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    public string? Header(string name) => Head.Split("\r\n")
        .Where(line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 2)..])
        .SingleOrDefault();
}
