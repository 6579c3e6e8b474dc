using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Expand-ImagenPrompt</c>: makes rows of a prompt with alternatives. No host is asked.</summary>
[Cmdlet(VerbsData.Expand, "ImagenPrompt")]
[OutputType(typeof(PSObject))]
public sealed class ExpandImagenPromptCommand : RecordCommand
{
    // The slowest first.
    /// <summary>The parameters that take several values, of which each makes rows of its own.</summary>
    internal static readonly string[] Axes =
    [
        nameof(Provider), nameof(Model), nameof(NegativePrompt), nameof(AspectRatio), nameof(Resolution), nameof(OutputFormat),
        nameof(NumImages), nameof(Seed),
    ];

    private readonly HashSet<string> _keys = new(StringComparer.OrdinalIgnoreCase);
    private IReadOnlyList<(string Name, IReadOnlyList<object?> Values)> _given = [];
    private long _repeated;

    /// <summary>The templates.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? Prompt { get; set; }

    /// <summary>The providers.</summary>
    [Parameter, ArgumentCompleter(typeof(ProviderCompleter))]
    public object? Provider { get; set; }

    /// <summary>The endpoint ids.</summary>
    [Parameter, ArgumentCompleter(typeof(ModelCompleter))]
    public object? Model { get; set; }

    /// <summary>What the images should not show.</summary>
    [Parameter, ArgumentCompleter(typeof(NothingCompleter))]
    public object? NegativePrompt { get; set; }

    /// <summary>Width to height.</summary>
    [Parameter, ArgumentCompleter(typeof(InputCompleter))]
    public object? AspectRatio { get; set; }

    /// <summary>The size classes.</summary>
    [Parameter, ArgumentCompleter(typeof(InputCompleter))]
    public object? Resolution { get; set; }

    /// <summary>The file formats.</summary>
    [Parameter, ArgumentCompleter(typeof(InputCompleter))]
    public object? OutputFormat { get; set; }

    /// <summary>The numbers of images.</summary>
    [Parameter, ArgumentCompleter(typeof(InputCompleter))]
    public object? NumImages { get; set; }

    /// <summary>The random seeds.</summary>
    [Parameter, ArgumentCompleter(typeof(InputCompleter))]
    public object? Seed { get; set; }

    /// <summary>The most rows that a template may have.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int MaxRows { get; set; } = 10_000;

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? Prompt;

    /// <inheritdoc/>
    protected override void OnBegin() => _given =
    [
        .. Axes.Where(MyInvocation.BoundParameters.ContainsKey)
            .Select(name => (name, Values(name, MyInvocation.BoundParameters[name]))),
    ];

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (!MyInvocation.ExpectingInput)
        {
            foreach (var prompt in BoundValue.List(Prompt ?? throw Missing()))
            {
                Expand(prompt, new PromptAxes(_given, [], ownKey: null));
            }

            return;
        }

        var record = new Record(InputObject);
        if (record.IsBlank)
        {
            return;
        }

        if (record.Text is null && !record.Has(nameof(Prompt)))
        {
            throw record.IsRows
                ? MissingColumn.Of(Row, record, CommandMessages.RecordHasNoPrompt, MyInvocation.MyCommand.Name, nameof(Prompt))
                : record.IsNotText(Row);
        }

        if (Prompt is not null)
        {
            throw new InvalidInputException(CommandMessages.TemplateTwice.With(
                PlainText.Brief((record.Text ?? record.At(nameof(Prompt)))?.ToString() ?? ""))) { Row = Row };
        }

        var key = record.Text is null ? new Cell(Row, "Key", BoundValue.Cell(Row, "Key", record.At("Key"))).Text()?.Trim() : null;
        Expand(record.Text ?? record.At(nameof(Prompt)), new PromptAxes(_given, Kept(record), key));
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (_repeated > 0)
        {
            WriteWarning(CommandMessages.TemplateRowsRepeated.With(_repeated));
        }
    }

    private void Expand(object? prompt, PromptAxes axes)
    {
        var text = new Cell(Row, nameof(Prompt), BoundValue.Cell(Row, nameof(Prompt), prompt)).Text();
        var template = PromptTemplate.Parse(text ?? throw Missing(Row));
        var count = axes.CountOf(template);
        if (count > MaxRows)
        {
            throw new InvalidInputException(CommandMessages.TemplateTooLarge.With(
                PlainText.Brief(text), count == long.MaxValue ? "9223372036854775807 or more" : count, MaxRows))
            {
                Row = Row, NextCommand = count > int.MaxValue ? null : CommandMessages.AdviceTemplateTooLarge.With(count),
            };
        }

        foreach (var (key, row, inputs) in axes.Rows(template))
        {
            if (!_keys.Add(key))
            {
                _repeated++;
                continue;
            }

            var made = new PSObject();
            made.Properties.Add(new PSNoteProperty("Key", key));
            made.Properties.Add(new PSNoteProperty(nameof(Prompt), row));
            foreach (var (name, value) in inputs)
            {
                made.Properties.Add(new PSNoteProperty(name, value));
            }

            WriteObject(made);
        }
    }

    // What is given for all rows hides a column, as it does in New-ImagenImage.
    private List<(string Name, object? Value)> Kept(Record record) => record.Text is not null ? [] :
    [
        .. record.Names.Select(name => name.Trim())
            .Where(name => !new[] { nameof(Prompt), "Key" }.Concat(_given.Select(axis => axis.Name).SelectMany(NamesOf))
                .Contains(name, StringComparer.OrdinalIgnoreCase))
            .Select(name => (name, record.At(name))),
    ];

    private static IEnumerable<string> NamesOf(string axis) =>
        InputField.All.Where(field => field.Parameter == axis).Select(field => field.Name).Prepend(axis);

    private static object?[] Values(string name, object? given)
    {
        var values = BoundValue.List(given).Select(value => new Cell(0, name, BoundValue.Cell(0, name, value)));
        var field = InputField.All.FirstOrDefault(known => known.Parameter == name);
        object?[] read =
        [
            .. values.Select(cell => field?.Kind == InputKind.WholeNumber ? (object?)cell.WholeNumber()
                : field?.IsProse == true ? cell.Text() : cell.Text()?.Trim()),
        ];
        return read.Length > 0 ? read : [null];
    }

    private static InvalidInputException Missing(int? row = null) =>
        new(CommandMessages.TemplateMissing) { Row = row, NextCommand = CommandMessages.AdviceTemplateMissing };
}
