using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>A command whose records are the rows of one batch: what ends one ends all, and what became of all is said at the end.</summary>
public abstract partial class BatchCommand : HostCommand
{
    // The files that were handed over for the row that is bound.
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    // The record that submitting has ended with.
    private object? _endedBy;

    /// <summary>What holds for every row.</summary>
    private protected BatchOptions Options { get; set; } = null!;

    /// <summary>The batch.</summary>
    private protected RowBatch Batch { get; set; } = null!;

    /// <summary>How files are named, where that is given.</summary>
    private protected abstract string? GivenFileName { get; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? Prompt;

    /// <inheritdoc/>
    protected override bool IsBatch => base.IsBatch || BoundValue.IsList(Prompt);

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        base.OnEnd();
        EndIfSubmittingEnded();
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        switch (value)
        {
            case RowOutcome<ImagenRequest> { Value: null, Error: null } or RowOutcome<ImagenResult> { Value: null, Error: null }:
                break;
            case RowOutcome<ImagenRequest> submitted:
                if (submitted.Value is { } request)
                {
                    Batch.MarkEmitted(request);
                }

                Write(submitted, target);
                break;
            case RowOutcome<ImagenResult> received:
                Write(received, target);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void WriteOutcomeError(ImagenException failure, object? target)
    {
        // What ends submitting is said once, at the end, and not here as well.
        if (Batch.Breaker.IsReason(failure))
        {
            _endedBy ??= target;
        }
        else
        {
            base.WriteOutcomeError(failure, target);
        }
    }

    /// <inheritdoc/>
    protected override void OnFinished()
    {
        base.OnFinished();
        foreach (var warning in IsStopped ? [] : BatchReport.Warnings(Batch))
        {
            WriteWarning(warning);
        }
    }

    /// <inheritdoc/>
    protected override void OnCutShort()
    {
        if (CancelOnStop)
        {
            AfterStop.Run(Host, Batch.Open.CancelAsync);
            foreach (var trouble in BatchReport.CancelTroubles(Batch))
            {
                AfterStop.Say(Host, trouble);
            }
        }

        var saving = BatchReport.Written("OutputDirectory", Options.Output?.FullPath) + BatchReport.Written("FileName", GivenFileName)
            + (Options.Sidecar ? " -Sidecar" : "");
        if (BatchReport.BrokenOff(Batch, Batch.Open.Cancelled, saving) is { } line)
        {
            AfterStop.Say(Host, line);
        }
    }

    /// <summary>
    /// Ends the command where no record that follows could be submitted: those that name their provider may be of another one.
    /// </summary>
    private protected void EndIfNothingFollows()
    {
        if (Batch.Breaker.ReasonForAll is not null || !(MayNameOthers || HasSeveralProviders))
        {
            EndIfSubmittingEnded();
        }
    }

    /// <summary>Begins to bind a row: no file has been handed over for it.</summary>
    private protected void BeginRow() => _files.Clear();

    /// <summary>
    /// The text that stands for a file inside an input. A file object is the caller's own word, as a path in a record is not: it may be
    /// any file.
    /// </summary>
    private protected string OfFile(FileSystemInfo file)
    {
        var reference = WaitFor(async stopping => await Batch.Files.AddAsync(file.FullName, stopping).ConfigureAwait(false));
        _ = _files.Add(reference.Sha256);
        return reference.Text;
    }

    /// <summary>A row as it is checked: its images with full paths, and the files that were handed over for it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isOfRecord">Whether its paths are a record's: data, that may be anybody's.</param>
    private protected ImageRow Prepared(ImageRow row, bool isOfRecord) =>
        row with { Images = Resolved(row.Images, isOfRecord), Files = [.. _files] };

    // By PowerShell's own rules. They are taken literally: a record is no place for wildcards.
    private ImageList Resolved(ImageList images, bool isOfRecord)
    {
        var paths = new FilePaths(this);
        return images.Paths.Count == 0 ? images
            : images with { Paths = [.. images.Paths.Select(Full)] };

        string Full(string path) =>
            path.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || path.StartsWith("http:", StringComparison.OrdinalIgnoreCase)
                ? throw new InvalidInputException(CommandMessages.PathIsAddress.With(PlainText.Brief(path)))
                : isOfRecord ? paths.OnThisMachine(path) : paths.Literal(path);
    }

    private void EndIfSubmittingEnded()
    {
        if ((Batch.Breaker.ReasonForAll ?? Batch.Breaker.Reason) is not { } reason || IsStopped)
        {
            return;
        }

        Finish();
        foreach (var (provider, count) in Batch.Counts.NotSent)
        {
            WriteWarning(HasSeveralProviders ? CommandMessages.RowsOfProviderNotSent.With(provider, count)
                : CommandMessages.RowsNotSent.With(count));
        }

        // Only one error can end the command.
        foreach (var other in Batch.Breaker.ByProvider.Values.Where(other => !ReferenceEquals(other, reason)))
        {
            WriteError(other, null);
        }

        EndWith(reason, _endedBy);
    }
}
