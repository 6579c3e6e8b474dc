using System.Globalization;
using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>New-ImagenImage</c>: submits rows; waits for them and saves their images where that is asked for.</summary>
[Cmdlet(VerbsCommon.New, "ImagenImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ImagenRequest), typeof(ImagenResult))]
public sealed partial class NewImagenImageCommand : BatchCommand
{
    private ColumnNames _columns = null!;
    private PromptText _texts = null!;
    private ValueAdvice _values = null!;
    private string[] _given = [];
    private bool _namesProviders;
    private string _command = "";
    private string? _fileName;

    /// <summary>Waits for the results.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Refuses rows with columns that are not used.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>Sends inputs as they are given, without comparing them with those of the model.</summary>
    [Parameter]
    public SwitchParameter SkipInputCheck { get; set; }

    /// <inheritdoc/>
    private protected override bool MayNameOthers => _namesProviders && Options.Provider is null;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        // Read now, as all that follows: what is bound later, record by record, belongs to the records.
        _fileName = BoundValue.Plain(BoundValue.AsWritten(FileName))?.ToString();
        SortArguments();
        var output = OutputPath.Bind(this, OutputDirectory, _fileName, Force, Sidecar);
        if (output is not null && MyInvocation.BoundParameters.ContainsKey(nameof(Wait)) && !Wait)
        {
            throw new InvalidInputException(CommandMessages.OutputDirectoryNeedsWait) { NextCommand = CommandMessages.AdviceWithout.With("-Wait:$false") };
        }

        BeginGallery(output);
        _given = [.. Cells(Prompt).Where(cell => cell.Value is not null).Select(cell => cell.Key)];
        Options = CommonOptions(BoundValue.Plain(Provider)?.ToString()) with
        {
            Wait = Wait || output is not null,
            Output = output,
            FileName = new FileNameTemplate(_fileName),
            Sidecar = Sidecar || Gallery,
            MaxBytes = MaxBytes,
            Continues = MyInvocation.ExpectingInput,
            NoResume = NoResume,
            CancelOnStop = CancelOnStop,
            SkipInputCheck = SkipInputCheck,
            MaxCost = SpendingLimit(),
            IsRehearsal = IsWhatIf,
        };
        Batch = ModuleSession.Client.StartBatch(Options);
        var hints = new ColumnHints(MyInvocation.MyCommand.Parameters.Values);
        _columns = new ColumnNames(hints, Options, Strict) { Given = _given, NamesOf = NamesOf, OfFile = OfFile };
        _command = $"New-ImagenImage{Options.Saving}{(Gallery ? " -Gallery" : "")}"
            + CommandText.Parameter(nameof(Provider), Options.Provider) + CommandText.Parameter(nameof(Model), BoundValue.Plain(BoundValue.AsWritten(Model))?.ToString())
            + (Options.MaxCost is { } most ? $" -{nameof(MaxCost)} {most.ToString(CultureInfo.InvariantCulture)}" : "");
        _texts = new PromptText(this, hints.Columns, _command);
        _values = new ValueAdvice(Batch.DefinitionOf);
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (!MyInvocation.ExpectingInput)
        {
            SubmitPrompts();
            return;
        }

        var record = new Record(InputObject);
        if (record.IsBlank)
        {
            BlankLines++;
            return;
        }

        if (BoundValue.Plain(InputObject) is FileInfo file && _texts.RefuseFile(Row, file) is { } unread)
        {
            throw unread;
        }

        CheckPrompt(record.Text ?? (_given.Contains(nameof(Prompt)) ? Prompt : null), InputObject);
        if (_texts.RefuseTable(record) is { } otherTable)
        {
            EndWith(otherTable, InputObject);
        }

        BeginRow();
        var row = Bind(record, Prompt);
        var model = new Lazy<ModelDefinition?>(() => Batch.DefinitionOf(row));
        if (_columns.Look(row, record, model) is { } refusal)
        {
            EndWith(refusal, InputObject);
        }

        _namesProviders |= record.Has(nameof(Provider));
        Submit(ColumnInputs.Add(row, _columns.InputsIn(row, record, model)), InputObject);
    }

    // Where the first text is data, so is what follows.
    private void CheckPrompt(object? prompt, object? target)
    {
        if (BoundValue.Plain(prompt) is string text && _texts.Refuse(Row, text) is { } refusal)
        {
            if (refusal.IsForAll)
            {
                EndWith(refusal.Error, target);
            }

            throw refusal.Error;
        }
    }

    private void SubmitPrompts()
    {
        var prompts = BoundValue.List(Prompt ?? throw new InvalidInputException(CommandMessages.PromptMissing)
        {
            NextCommand = CommandMessages.AdvicePromptMissing,
        }).ToList();
        if (prompts.Exists(prompt => new Record(prompt).IsRows))
        {
            EndWith(_texts.RefuseRecords(CommandLine.Argument(MyInvocation, nameof(Prompt))), Prompt);
        }

        Expect(prompts.Count);
        foreach (var prompt in prompts)
        {
            try
            {
                CheckPrompt(prompt, prompt);
                BeginRow();
                Submit(Bind(record: null, prompt), prompt);
            }
            catch (ImagenException error)
            {
                WriteRecordError(error, prompt);
            }

            Row++;
        }
    }

    private void Submit(ImageRow row, object? target)
    {
        CheckHost(row, target);
        var ready = Check(Prepared(row, isOfRecord: !_given.Contains(nameof(ImagePath))), target);
        if (ready.IsRepeated)
        {
            WriteVerbose(CommandMessages.RecordRepeated.With(row.Index, row.RequestId ?? row.LedgerId));
            return;
        }

        if (ready.IsNew && _texts.Notice(row.Index, row.Input.Prompt!, MyInvocation.ExpectingInput) is { } notice)
        {
            WriteWarning(notice);
        }

        var prompt = CommandMessages.ShouldGenerateTarget.With(row.Index, PlainText.Brief(row.Input.Prompt!));
        var action = ready.IsNew ? CommandMessages.ShouldGenerateAction : CommandMessages.ShouldContinueAction;
        var files = ready.IsNew && Batch.FileNamesOf(ready) is { Count: > 0 } names
            ? CommandMessages.ShouldGenerateFiles.With(string.Join(", ", names))
            : "";
        if (!ShouldProcess(prompt, action.With(ready.NumImages, ready.Model, ready.Host.Profile.Name, CostOf(ready)) + files))
        {
            _ = IsWhatIf && IsPaidBefore(ready);
            return;
        }

        if (IsPaidBefore(ready) || Options.MaxCost is not null)
        {
            Hold(ready, target);
            return;
        }

        Run(ready, target);
    }
}
