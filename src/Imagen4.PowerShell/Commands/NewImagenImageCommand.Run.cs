using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;

namespace Imagen4.PowerShell.Commands;

/// <content>How a row is bound, checked and run. What is wrong for every row ends the command.</content>
public sealed partial class NewImagenImageCommand
{
    private readonly RowNumbers _numbers = new();

    private ImageRow Bind(Record? record, object? prompt)
    {
        var cells = Cells(prompt);
        try
        {
            return RowBinder.Bind(_numbers.Next(Row, record), record, cells, _given, NamesOf, OfFile, _command);
        }
        catch (InvalidInputException error) when (error.Parameter is not null)
        {
            throw _values.Explain(error, error.Parameter, cells);
        }
    }

    private void Run(CheckedRow ready, object? target)
    {
        Prepare(target);
        RowBatch.LineUp(ready);
        if (Options.Output is null)
        {
            Start(ready.Host.Profile, target, () => Describe(ready), async stop => Options.Wait
                ? await Batch.RunAsync(ready, stop).ConfigureAwait(false)
                : await Batch.SubmitAsync(ready, stop).ConfigureAwait(false));
        }
        else
        {
            StartSaving(ready.Host.Profile, target, () => Describe(ready), async (slot, stop) =>
                await Batch.RunAsync(ready, stop, slot.Release).ConfigureAwait(false));
        }

        EndIfNothingFollows();
    }

    private static string Describe(CheckedRow ready) =>
        CommandMessages.ProgressRow.With(ready.Row.Index, PlainText.Brief(ready.Row.Input.Prompt!));

    // A ledger that cannot be read is the same for every row.
    private CheckedRow Check(ImageRow row, object? target)
    {
        try
        {
            return WaitFor(stopping => Batch.CheckAsync(row, stopping));
        }
        catch (LedgerUnavailableException error)
        {
            EndWith(error, target);
            throw;
        }
        catch (InvalidInputException error) when (error.Model is not null)
        {
            throw _values.Explain(error, row);
        }
    }

    // A provider that is wrong for this row is wrong for every row, unless the row itself named it.
    private void CheckHost(ImageRow row, object? target)
    {
        try
        {
            _ = Batch.Hosts.For(row.Provider);
            Options.Output?.Check();
        }
        catch (ImagenException error) when (row.Provider is null || row.Provider == Options.Provider)
        {
            EndWith(error, target);
        }
    }

    // A folder that cannot be made or written to is the same for every row.
    private void Prepare(object? target)
    {
        try
        {
            Options.Output?.Prepare();
        }
        catch (InvalidInputException error)
        {
            EndWith(error, target);
        }
    }
}
