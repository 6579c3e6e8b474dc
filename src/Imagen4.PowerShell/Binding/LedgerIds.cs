using Imagen4.Core.Input;

namespace Imagen4.PowerShell.Binding;

/// <summary>Reads the ids a record or the command line names a request by.</summary>
internal static class LedgerIds
{
    /// <summary>The ids, trimmed; an empty one is none.</summary>
    /// <param name="row">The number of the record, from 1.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="given">What PowerShell bound: one or several.</param>
    /// <exception cref="InvalidInputException">One of them is not text.</exception>
    public static IReadOnlyList<string> Read(int row, string name, object? given) =>
        [.. BoundValue.List(given).Select(one => new Cell(row, name, BoundValue.Cell(row, name, one)).Text()?.Trim()).OfType<string>()];

    /// <summary>The ids in a record: PowerShell does not look into hashtables.</summary>
    /// <param name="row">The number of the record, from 1.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="given">What PowerShell bound.</param>
    /// <param name="input">The record.</param>
    public static IReadOnlyList<string> Read(int row, string name, object? given, object? input) =>
        Read(row, name, given ?? (new Record(input) is { Table: not null } table ? table.At(name) : null));
}
