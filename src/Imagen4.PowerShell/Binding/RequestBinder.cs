using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Turns a record of the pipeline into the name of a request, with what else the record knows of its row.</summary>
internal static class RequestBinder
{
    /// <summary>Binds one record.</summary>
    /// <param name="row">The number of the record, from 1.</param>
    /// <param name="record">The record; null when nothing is piped.</param>
    /// <param name="id">What PowerShell bound as the request id.</param>
    /// <param name="provider">What PowerShell bound as the provider.</param>
    /// <param name="model">What PowerShell bound as the endpoint id.</param>
    /// <param name="command">The command that is to follow it up.</param>
    /// <exception cref="InvalidInputException">The record names no request.</exception>
    public static RequestRecord Bind(int row, Record? record, object? id, object? provider, object? model, string command) => new()
    {
        Index = RowNumbers.Named(row, record) ?? row,
        HasIndex = RowNumbers.Named(row, record) is not null,
        RequestId = Id(row, record, id, command),
        Provider = Text(row, "Provider", provider ?? FromTable(record, "Provider")),
        Model = Text(row, "Model", model ?? FromTable(record, "Model")),
        Key = Text(row, "Key", record?.At("Key")),
        Input = record is { IsRows: true } ? Input(row, record) : null,
        Settings = record is { IsRows: true } ? Settings(row, record) : SubmitSettings.None,
        Images = record is { IsRows: true } ? Images(row, record) : ImageList.None,
    };

    private static string Id(int row, Record? record, object? id, string command)
    {
        var given = Text(row, "RequestId", id ?? FromTable(record, "RequestId", "request_id"));
        if (record is null)
        {
            return given ?? throw new InvalidInputException(CommandMessages.RequestIdMissing)
            {
                NextCommand = CommandMessages.AdviceRequestIdMissing,
            };
        }

        return (given ?? record.Text?.Trim()) is { Length: > 0 } found ? found
            : throw (record.IsRows && !record.Has("RequestId", "request_id")
                ? MissingColumn.Of(row, record, CommandMessages.RecordHasNoRequestId, command, "RequestId")
                : new InvalidInputException(record.IsRows ? CommandMessages.RequestIdEmpty : CommandMessages.RecordIsNotRequest.With(record.TypeName))
                {
                    Row = row, NextCommand = record.IsRows ? CommandMessages.AdviceRequestIdEmpty : CommandMessages.AdviceRequestIdMissing,
                });
    }

    // What was sent, and how, is worth carrying on, and no reason to refuse a paid result.
    private static ImageInput? Input(int row, Record record)
    {
        try
        {
            var cells = InputField.All
                .Select(field =>
                    KeyValuePair.Create(field.Parameter, BoundValue.Cell(row, field.Parameter, record.At(field.Parameter, field.Name))))
                .Append(KeyValuePair.Create("AdditionalInput", BoundValue.Cell(row, "AdditionalInput", record.At("AdditionalInput"))))
                .ToDictionary();
            return RowReader.Read(row, cells).Input;
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }

    private static ImageList Images(int row, Record record)
    {
        try
        {
            return RowReader.ReadImages(
                row, ImageList.Names.ToDictionary(name => name, name => BoundValue.Cell(row, name, record.At(name))));
        }
        catch (InvalidInputException)
        {
            return ImageList.None;
        }
    }

    private static SubmitSettings Settings(int row, Record record)
    {
        try
        {
            return RowReader.ReadSettings(
                row,
                SubmitSettings.Names.ToDictionary(name => name, name => BoundValue.Cell(row, name, record.At(name))));
        }
        catch (InvalidInputException)
        {
            return SubmitSettings.None;
        }
    }

    private static object? FromTable(Record? record, params string[] names) => record?.Table is null ? null : record.At(names);

    private static string? Text(int row, string name, object? value) =>
        new Cell(row, name, BoundValue.Cell(row, name, value)).Text()?.Trim();
}
