using FsCheck;
using FsCheck.Fluent;

namespace Imagen4.Core.Tests.Support;

/// <summary>Text as people, hosts and files bring it, and as only an attacker would.</summary>
internal static class HostileText
{
    private static readonly string[] Pieces =
    [
        "..", "/", "\\", "../", "..\\", ":", "C:", "//", "\\\\", ".", "con", "NUL", "COM1", "lpt¹", "aux", "con.", "nul.", "~", "-", "--", "_",
        " ", "\t", "\r\n", "\n", "\0", "\u0001", "\u001b[2J", "\u007f", "\u0085", "\u2028", "\u202e", "\u200b", "\ufeff", "\ufffd", "\ufffe",
        "\uffff", "u\u0308", "\u0301", "e\u0301\u0302\u0303", "狐", "рыжая", "ลูกหมา", "🦊", "👩‍👩‍👧", "\U00020BB7", "\U0010FFFF", "ﬁ", "／", "．．",
        "{", "}", "{Key}", "{Index}", "{RequestId}", "%", "%2e%2e", "%00", "%2f", "?", "#", "@", "*", "|", "<", ">", "\"", "'", "$(x)", "`", ";", "=",
        "'; DROP TABLE request; --", "&", "null", "true", "-1", "1e999", "\\ud800", "\\", "[", "]", "a", "A", "image", "1",
    ];

    private static readonly Gen<string> Word = Gen.Choose(1, 8).SelectMany(length => Gen.ArrayOf(Gen.Elements("abcXYZ019".ToCharArray()), length))
        .Select(letters => new string(letters));

    // Half a character among them.
    private static readonly Gen<string> Unit = Gen.Choose(0, 0xFFFF).Select(unit => ((char)unit).ToString());

    private static readonly Gen<string> Long =
        from piece in Gen.Elements("x", "狐", "e\u0301", "🦊", "-", ".", "../", "\u0301", "a ")
        from count in Gen.Choose(50, 600)
        select string.Concat(Enumerable.Repeat(piece, count));

    private static readonly Gen<string> Piece =
        Gen.Frequency((6, Gen.Elements(Pieces)), (4, Word), (2, Unit), (1, Long));

    /// <summary>Any text, half characters in it too.</summary>
    public static Gen<string> Any { get; } =
        Gen.Choose(0, 8).SelectMany(count => Gen.ArrayOf(Piece, count)).Select(pieces => string.Concat(pieces));

    /// <summary>Text that can be written as UTF-8.</summary>
    public static Gen<string> Whole { get; } = Any.Select(text => string.Concat(text.EnumerateRunes()));
}
