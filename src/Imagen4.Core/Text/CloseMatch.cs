namespace Imagen4.Core.Text;

/// <summary>What may be meant by a name or a value that is wrong: the one place where typing errors are told from other words.</summary>
public static class CloseMatch
{
    private const int ShortestName = 4;
    private const int LongName = 8;

    /// <summary>The first of these that may be meant; null for none, and where it is one of them.</summary>
    /// <param name="given">What was given.</param>
    /// <param name="known">What there is.</param>
    public static string? Find(string given, IEnumerable<string> known)
    {
        var letters = Letters(given);
        var all = known.Select(name => (Name: name, Letters: Letters(name))).ToList();
        return letters.Length == 0 || all.Exists(one => one.Name == given) ? null
            : all.Find(one => one.Letters == letters || IsNumber(letters, one.Letters)).Name
                ?? all.Find(one => IsSlip(letters, one.Letters)).Name;
    }

    /// <summary>The same, as the end of a message; nothing where nothing is close.</summary>
    /// <param name="given">What was given.</param>
    /// <param name="known">What there is.</param>
    public static string Hint(string given, IEnumerable<string> known) =>
        Find(given, known) is { } meant ? Messages.DidYouMean.With(meant) : "";

    /// <summary>The letters and digits of a name, in capitals: names that have the same are spellings of one.</summary>
    public static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    /// <summary>
    /// Whether a name is another with one letter wrong, missing, too many or exchanged with the next, where it is long enough to tell; two
    /// in a long one. Another number makes another name: versions and sizes are told apart by it.
    /// </summary>
    /// <param name="letters">The letters of the name.</param>
    /// <param name="other">The letters of the other.</param>
    public static bool IsSlip(string letters, string other) => Math.Min(letters.Length, other.Length) switch
    {
        < ShortestName => false,
        _ when !letters.Where(char.IsDigit).SequenceEqual(other.Where(char.IsDigit)) => false,
        < LongName => Distance(letters, other) <= 1,
        _ => Distance(letters, other) <= 2,
    };

    // What has no letters, as 16:9, is also meant by its numbers with something else between them.
    private static bool IsNumber(string letters, string other) =>
        other.Length > 0 && other.All(char.IsDigit) && letters.Where(char.IsDigit).SequenceEqual(other);

    // Optimal string alignment.
    private static int Distance(string one, string other)
    {
        var (before, last, row) = (new int[other.Length + 1], Enumerable.Range(0, other.Length + 1).ToArray(), new int[other.Length + 1]);
        for (var at = 1; at <= one.Length; at++)
        {
            row[0] = at;
            for (var to = 1; to <= other.Length; to++)
            {
                var change = one[at - 1] == other[to - 1] ? 0 : 1;
                row[to] = Math.Min(Math.Min(last[to] + 1, row[to - 1] + 1), last[to - 1] + change);
                if (at > 1 && to > 1 && one[at - 1] == other[to - 2] && one[at - 2] == other[to - 1])
                {
                    row[to] = Math.Min(row[to], before[to - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[other.Length];
    }
}
