using Imagen4.Core;

namespace Imagen4.PowerShell.Binding;

/// <summary>Notices columns that are all but the name of a parameter: their cells would be left out without a word.</summary>
internal sealed class ColumnNames(IEnumerable<string> known)
{
    private readonly HashSet<string> _known = new(known, StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _hidden = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A warning for each column of a record that has not been seen before and looks like a slip.</summary>
    public IEnumerable<string> Suspicious(Record record)
    {
        foreach (var name in record.Names)
        {
            if (_seen.Add(name) && !_known.Contains(name.Trim()) && _known.FirstOrDefault(other => IsSlip(Letters(name), Letters(other))) is { } meant)
            {
                yield return Messages.ColumnUnknown.With(PlainText.Brief(name), meant);
            }
        }
    }

    /// <summary>A warning for each column of a record whose cells the command line hides; once each.</summary>
    /// <param name="record">The record.</param>
    /// <param name="given">The parameters given for every row.</param>
    /// <param name="namesOf">Every name a parameter can be given by.</param>
    public IEnumerable<string> Overridden(Record record, IEnumerable<string> given, Func<string, IEnumerable<string>> namesOf)
    {
        foreach (var parameter in given)
        {
            var column = record.Names.FirstOrDefault(name => namesOf(parameter).Contains(name, StringComparer.OrdinalIgnoreCase));
            if (column is not null && !string.IsNullOrWhiteSpace(record.At(column)?.ToString()) && _hidden.Add(column))
            {
                yield return Messages.ColumnOverridden.With(PlainText.Brief(column), parameter);
            }
        }
    }

    private static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    // The same but for blanks and dashes, or one letter wrong, missing or too many in a name long enough to tell.
    private static bool IsSlip(string name, string other)
    {
        if (name == other)
        {
            return true;
        }

        if (Math.Min(name.Length, other.Length) < 5 || Math.Abs(name.Length - other.Length) > 1)
        {
            return false;
        }

        var start = 0;
        while (start < name.Length && start < other.Length && name[start] == other[start])
        {
            start++;
        }

        var end = 0;
        while (end < Math.Min(name.Length, other.Length) - start && name[^(end + 1)] == other[^(end + 1)])
        {
            end++;
        }

        return Math.Max(name.Length, other.Length) - start - end <= 1;
    }
}
