using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Get-ImagenModel</c>: what a row of a model is checked against.</summary>
[Cmdlet(VerbsCommon.Get, "ImagenModel")]
[OutputType(typeof(ImagenModel))]
public sealed class GetImagenModelCommand : CatalogueCommand
{
    private object? _id;

    /// <summary>The endpoint ids; wildcards are taken. Every known one of the provider where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelCompleter))]
    public object? Model { get; set; }

    /// <summary>The provider; the default one where none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public object? Provider { get; set; }

    /// <summary>Asks the host's catalogue, and keeps what it says.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? _id ?? Model;

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (!MyInvocation.ExpectingInput)
        {
            var profile = Lookup.FindProvider(Text(nameof(Provider), Provider));
            foreach (var id in Model is null ? ["*"] : BoundValue.List(Model))
            {
                _id = id;
                Show(profile, Text(nameof(Model), id));
            }

            return;
        }

        var record = new Record(InputObject);
        if (record.IsBlank)
        {
            return;
        }

        var model = Text(nameof(Model), record.Text ?? Model ?? (record.IsRows ? record.At(nameof(Model)) : null));
        if (model is null && !record.Has(nameof(Model)))
        {
            throw record.IsRows
                ? MissingColumn.Of(Row, record, CommandMessages.RecordHasNoModel, MyInvocation.MyCommand.Name, nameof(Model))
                : new InvalidInputException(CommandMessages.RecordIsNotModel.With(record.TypeName)) { Row = Row };
        }

        Show(Lookup.FindProvider(Text(nameof(Provider), Provider ?? (record.Table is null ? null : record.At(nameof(Provider))))), model);
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        var outcome = (RowOutcome<ImagenModel>)value;
        if (outcome.Value is not null)
        {
            WriteObject(outcome.Value);
        }

        if (outcome.Error is not null)
        {
            WriteError(outcome.Error, target);
        }
    }

    // A wildcard may match nothing; a plain id must exist. An empty cell is the provider's own model, as it is for a row.
    private void Show(ProviderProfile profile, string? wanted)
    {
        wanted ??= profile.DefaultModel;
        var ids = WildcardPattern.ContainsWildcardCharacters(wanted)
            ? ModelLookup.KnownIds(profile).Where(NamePattern.Of(wanted))
            : [wanted];
        var (refresh, target) = (Refresh.IsPresent, Target);
        IReadOnlyList<string> all = [.. ids];
        Start(target, async stop =>
        {
            foreach (var outcome in await Lookup.ReadAsync(profile, all, refresh, stop.Stopping).ConfigureAwait(false))
            {
                await PublishAsync(outcome, target, stop.Stopping).ConfigureAwait(false);
            }

            return WorkPump.Nothing;
        });
    }

    private string? Text(string name, object? value) => new Cell(Row, name, BoundValue.Cell(Row, name, value)).Text()?.Trim();
}
