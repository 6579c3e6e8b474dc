using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Imagen4.Core.Text;

/// <summary>Leaves out of a text what nobody reads: the data of data URIs, and base64.</summary>
internal static partial class EncodedData
{
    private const int ShortestRun = 100;
    private const int MostKindsOfWord = 20;
    private const string Scheme = "data:";

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    private static readonly SearchValues<char> Starts =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\\");

    /// <summary>
    /// The start of a text without its data, at least as many characters as are asked for, where there are as many. No more of the text is
    /// read than makes it: it may have megabytes.
    /// </summary>
    public static string Without(string text, int length)
    {
        var start = new StringBuilder(Math.Min(text.Length, length));
        for (var at = 0; at < text.Length && start.Length < length;)
        {
            var uri = NextUri(text, at);
            var head = uri?.Groups[1];
            AppendWithoutRuns(start, text.AsSpan(at, (head is null ? text.Length : head.Index + head.Length) - at), length);
            if (uri is not null)
            {
                start.Append('…');
            }

            at = uri is null ? text.Length : uri.Index + uri.Length;
        }

        return start.ToString();
    }

    private static Match? NextUri(string text, int from)
    {
        while (text.IndexOf(Scheme, from, StringComparison.OrdinalIgnoreCase) is >= 0 and var at)
        {
            if (DataUri().Match(text, at) is { Success: true } uri)
            {
                return uri;
            }

            from = at + Scheme.Length;
        }

        return null;
    }

    private static void AppendWithoutRuns(StringBuilder start, ReadOnlySpan<char> text, int length)
    {
        while (text.Length > 0 && start.Length < length)
        {
            var before = text.IndexOfAny(Starts) is >= 0 and var first ? first : text.Length;
            Append(start, text[..before], length);
            text = text[before..];
            if (text.Length == 0)
            {
                return;
            }

            var run = RunOf(text, out var count);
            if (count >= ShortestRun && IsEncoded(text[..run]))
            {
                start.Append('…');
            }
            else
            {
                Append(start, text[..run], length);
            }

            text = text[run..];
        }
    }

    private static void Append(StringBuilder start, ReadOnlySpan<char> text, int length) =>
        start.Append(text[..Math.Min(text.Length, Math.Max(0, length - start.Length))]);

    // How long the letters of base64 go on; in JSON a slash may have a backslash in front of it, and is one letter.
    private static int RunOf(ReadOnlySpan<char> text, out int count)
    {
        var end = count = 0;
        while (end < text.Length)
        {
            var letters = text[end..].IndexOfAnyExcept(Letters) is >= 0 and var other ? other : text.Length - end;
            (end, count) = (end + letters, count + letters);
            if (text[end..] is not ['\\', '/', ..])
            {
                break;
            }

            (end, count) = (end + 2, count + 1);
        }

        // A backslash alone.
        end = Math.Max(end, 1);
        return count < ShortestRun ? end
            : text[end..].StartsWith("==", StringComparison.Ordinal) ? end + 2
            : text[end..].StartsWith('=') ? end + 1
            : end;
    }

    // A long word, a digest or a row of one letter has not all kinds of letters, and fewer of them.
    private static bool IsEncoded(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyInRange('A', 'Z') || !text.ContainsAnyInRange('a', 'z') || !text.ContainsAnyInRange('0', '9'))
        {
            return false;
        }

        var kinds = new HashSet<char>();
        for (var at = 0; at < text.Length && kinds.Count <= MostKindsOfWord; at++)
        {
            _ = kinds.Add(text[at]);
        }

        return kinds.Count > MostKindsOfWord;
    }

    // RFC 2397, at the place where it is looked for.
    [GeneratedRegex(
        """\G(\bdata:(?:[\w.+-]+\\?/[\w.+-]+)?)(?:;[\w.+-]+(?:=[\w.+-]*)?)*,[^\s"'<>]*""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DataUri();
}
