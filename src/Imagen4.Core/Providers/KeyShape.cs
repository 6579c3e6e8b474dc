namespace Imagen4.Core.Providers;

/// <summary>Tells a key from the name of the place where it is kept, so that the one is not stored as the other.</summary>
public static class KeyShape
{
    private const int ShortestRun = 24;
    private const int LongRun = 32;
    private const int FewestOfAKind = 3;

    // Of the letters of a word in camel case, fewer than a third begin or end a run of one kind; of random ones it is more than half.
    private const double MostChanges = 0.4;

    /// <summary>Whether a text can be the name of an environment variable.</summary>
    public static bool IsVariable(string text) =>
        text is [var first, ..] && !char.IsAsciiDigit(first) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    /// <summary>Whether a text looks like a key: it has a long run of hexadecimal digits, or of letters and digits without order.</summary>
    public static bool Is(string text)
    {
        var start = 0;
        for (var end = 0; end <= text.Length; end++)
        {
            if (end == text.Length || !char.IsAsciiLetterOrDigit(text[end]))
            {
                if (IsRandom(text.AsSpan(start, end - start)))
                {
                    return true;
                }

                start = end + 1;
            }
        }

        return false;
    }

    private static bool IsRandom(ReadOnlySpan<char> run)
    {
        var (digits, capitals, hex, changes) = (0, 0, 0, 0);
        for (var at = 0; at < run.Length; at++)
        {
            digits += char.IsAsciiDigit(run[at]) ? 1 : 0;
            capitals += char.IsAsciiLetterUpper(run[at]) ? 1 : 0;
            hex += char.IsAsciiHexDigit(run[at]) ? 1 : 0;
            changes += at > 0 && Kind(run[at]) != Kind(run[at - 1]) ? 1 : 0;
        }

        // Some vaults name their items by 26 letters and digits of one case.
        var letters = run.Length - digits;
        var isMixed = (capitals > 0 && capitals < letters) || run.Length >= LongRun;
        return run.Length >= ShortestRun
            && digits >= FewestOfAKind
            && letters >= FewestOfAKind
            && (hex == run.Length || (isMixed && changes > run.Length * MostChanges));
    }

    private static int Kind(char letter) => char.IsAsciiDigit(letter) ? 0 : char.IsAsciiLetterUpper(letter) ? 1 : 2;
}
