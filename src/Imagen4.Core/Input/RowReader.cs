using System.Text.Json;
using Imagen4.Core.Text;

namespace Imagen4.Core.Input;

/// <summary>Turns the cells of a record into a row: names and types, nothing about hosts yet.</summary>
public static class RowReader
{
    /// <summary>Reads one record.</summary>
    /// <param name="index">The number of the row within its pipeline, from 1.</param>
    /// <param name="cells">The cells by parameter name; names nobody knows are left alone.</param>
    /// <exception cref="InvalidInputException">A cell does not hold what its input takes, or there is no prompt.</exception>
    public static ImageRow Read(int index, IReadOnlyDictionary<string, object?> cells)
    {
        Cell At(string name) => new(index, name, cells.GetValueOrDefault(name));

        return new ImageRow
        {
            Index = index,
            Key = At("Key").Text(),
            Provider = At("Provider").Text()?.Trim(),
            Model = At("Model").Text()?.Trim(),
            FileName = At("FileName").Text()?.Trim(),
            LedgerId = Id(cells, "LedgerId"),
            RequestId = Id(cells, "RequestId"),
            Settings = SubmitSettingsReader.Read(At),
            Images = ImageList.Read(At),
            Input = Inputs(At, Id(cells, "LedgerId") ?? Id(cells, "RequestId")) with { AdditionalInput = Additional(At("AdditionalInput"), At) },
        };
    }

    /// <summary>Reads how a request was queued and kept, without the rest of its row.</summary>
    /// <param name="index">The number of the record within its pipeline, from 1.</param>
    /// <param name="cells">The cells by parameter name.</param>
    /// <exception cref="InvalidInputException">A cell does not hold what its setting takes.</exception>
    public static SubmitSettings ReadSettings(int index, IReadOnlyDictionary<string, object?> cells) =>
        SubmitSettingsReader.Read(name => new Cell(index, name, cells.GetValueOrDefault(name)));

    /// <summary>Reads the images that a request was made from, without the rest of its row.</summary>
    /// <param name="index">The number of the record within its pipeline, from 1.</param>
    /// <param name="cells">The cells by parameter name.</param>
    /// <exception cref="InvalidInputException">A cell holds no list of texts.</exception>
    public static ImageList ReadImages(int index, IReadOnlyDictionary<string, object?> cells) =>
        ImageList.Read(name => new Cell(index, name, cells.GetValueOrDefault(name)));

    private static ImageInput Inputs(Func<string, Cell> at, string? known)
    {
        var input = new ImageInput { Prompt = Prompt(at("Prompt"), known) };
        return InputField.All.Skip(1)
            .Aggregate(input, (read, field) => Value(at(field.Parameter), field) is { } value ? read.With(field, value) : read);
    }

    private static object? Value(Cell cell, InputField field) => field.Kind switch
    {
        InputKind.WholeNumber => cell.WholeNumber(),
        InputKind.TrueFalse => cell.TrueFalse(),
        _ => field.IsProse ? cell.Text() : cell.Text()?.Trim(),
    };

    // A column of that name may be anybody's: what cannot be an id of ours is ignored.
    private static string? Id(IReadOnlyDictionary<string, object?> cells, string name) =>
        (cells.GetValueOrDefault(name) as string)?.Trim() is { Length: > 0 } id ? id : null;

    private static string Prompt(Cell cell, string? known)
    {
        var prompt = cell.Text() ?? throw cell.Refuse(known is null ? Messages.PromptIsEmpty : Messages.PromptNotInRecord);
        return prompt.Contains('\uFFFD', StringComparison.Ordinal) ? throw cell.Refuse(Messages.CellIsMojibake) : prompt;
    }

    private static Dictionary<string, JsonElement>? Additional(Cell cell, Func<string, Cell> at)
    {
        if (cell.IsEmpty)
        {
            return null;
        }

        var additional = cell.JsonMembers() ?? throw cell.Refuse(Messages.CellIsNotJsonObject);
        return InputField.All.FirstOrDefault(field => additional.ContainsKey(field.Name) && !at(field.Parameter).IsEmpty) is { } twice
            ? throw new InvalidInputException(Messages.InputTwice.With(twice.Name, twice.Parameter)) { Row = cell.Row }
            : additional;
    }
}
