using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Get-ImagenPrice</c>: what models cost, where the host publishes it or the profile says it.</summary>
[Cmdlet(VerbsCommon.Get, "ImagenPrice")]
[OutputType(typeof(ImagenPrice))]
public sealed class GetImagenPriceCommand : HostCommand
{
    // What a host takes in one question.
    private const int AtOnce = 50;

    private readonly List<(ProviderProfile Profile, string? Model, object? Record)> _asked = [];

    // A host that cannot be asked is one error, and not one for each model.
    private readonly Dictionary<(Type Kind, string Text), (ImagenException Error, List<object?> Records)> _unanswered = [];
    private readonly List<(RowOutcome<ImagenPrice> Outcome, object? Record)> _unpriced = [];
    private bool _hasPrices;
    private PriceLookup _run = null!;
    private string? _provider;
    private object? _id;

    /// <summary>The endpoint ids; every known one of the provider where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ModelCompleter))]
    public object? Model { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? _id ?? Model;

    /// <inheritdoc/>
    private protected override bool UsesLedger => false;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _provider = BoundValue.Plain(Provider)?.ToString();
        _run = ModuleSession.Client.Prices(CommonOptions(_provider));
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (!MyInvocation.ExpectingInput)
        {
            var profile = FindProvider(Text("Provider", Provider));
            foreach (var id in Model is null ? ModelCatalog.Ids(profile.Protocol) : BoundValue.List(Model))
            {
                _id = id;
                Add(profile, Text("Model", id));
            }

            return;
        }

        var record = new Record(InputObject);
        if (record.IsBlank)
        {
            BlankLines++;
            return;
        }

        var model = record.Text ?? Model ?? (record.IsRows ? record.At("Model") : null);
        if (model is null && !record.Has("Model"))
        {
            throw record.IsRows
                ? MissingColumn.Of(Row, record, CommandMessages.RecordHasNoModel, MyInvocation.MyCommand.Name, nameof(Model))
                : new InvalidInputException(CommandMessages.RecordIsNotModel.With(record.TypeName)) { Row = Row };
        }

        Add(FindProvider(Text("Provider", Provider ?? (record.Table is null ? null : record.At("Provider")))), Text("Model", model));
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        Ask();
        base.OnEnd();
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        foreach (var (outcome, record) in ((IReadOnlyList<RowOutcome<ImagenPrice>>)value).Zip((IReadOnlyList<object?>)target!))
        {
            _hasPrices |= outcome.Value is not null;
            if (outcome.Error is PriceUnknownException && IsOfAll)
            {
                _unpriced.Add((outcome, record));
            }
            else if (outcome.Error is not { } error || error is PriceUnknownException or InvalidInputException)
            {
                Write(outcome, record);
            }
            else if (_unanswered.TryGetValue((error.GetType(), error.Message), out var known))
            {
                known.Records.Add(record);
            }
            else
            {
                _unanswered.Add((error.GetType(), error.Message), (error, [record]));
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnFinished()
    {
        WriteUnpriced();
        foreach (var (error, records) in _unanswered.Values)
        {
            WriteOutcomeError(error, records is [var only] ? only : records.ToArray());
        }

        base.OnFinished();
    }

    // Whether no model was named: then each that has no price is the same news.
    private bool IsOfAll => Model is null && !MyInvocation.ExpectingInput;

    private void WriteUnpriced()
    {
        if (_hasPrices || _unpriced.Count < 2)
        {
            _unpriced.ForEach(unpriced => Write(unpriced.Outcome, unpriced.Record));
            return;
        }

        var provider = _unpriced[0].Outcome.Error!.Provider;
        WriteOutcomeError(
            new PriceUnknownException(CommandMessages.PricesUnknown.With(provider)).ForRow(row: null, provider: provider),
            _unpriced.Select(unpriced => unpriced.Record).ToArray());
    }

    // Prices of one provider are asked for together.
    private void Add(ProviderProfile profile, string? model)
    {
        if (_asked.Count == AtOnce || (_asked is [var first, ..] && first.Profile.Name != profile.Name))
        {
            Ask();
        }

        _asked.Add((profile, model, Target));
    }

    private void Ask()
    {
        if (_asked is not [var first, ..])
        {
            return;
        }

        IReadOnlyList<string?> models = [.. _asked.Select(asked => asked.Model)];
        IReadOnlyList<object?> records = [.. _asked.Select(asked => asked.Record)];
        _asked.Clear();
        Start(first.Profile, records, () => string.Join(", ", models), async stop =>
            await _run.ReadAsync(first.Profile, models, stop.Stopping).ConfigureAwait(false));
    }

    // A provider that is wrong for this record is wrong for every one, unless the record itself named it.
    private ProviderProfile FindProvider(string? provider)
    {
        try
        {
            return _run.FindProvider(provider);
        }
        catch (ImagenException error) when (provider is null || provider == _provider)
        {
            EndWith(error, Target);
            throw;
        }
    }

    private string? Text(string name, object? value) => new Cell(Row, name, BoundValue.Cell(Row, name, value)).Text()?.Trim();
}
