using System.Management.Automation;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Remove-ImagenRequest</c>: forgets finished requests, prompts included.</summary>
[Cmdlet(VerbsCommon.Remove, "ImagenRequest", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveImagenRequestCommand : PumpedCommand
{
    private readonly RequestLookup _requests = ModuleSession.Client.Requests;
    private readonly Dictionary<string, RequestView> _chosen = new(StringComparer.Ordinal);
    private RequestFilter _filter = null!;
    private bool _choosesAll;

    /// <summary>The ledger's ids of the requests to forget.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RequestCompleter))]
    public object? LedgerId { get; set; }

    /// <summary>Requests that ended before this time.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TimeCompleter))]
    public DateTime? Before { get; set; }

    /// <summary>Requests in these states.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StateCompleter))]
    public string[] State { get; set; } = [];

    /// <summary>Asks nothing, unless -Confirm is given too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? LedgerId;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        FindLedger();
        Array.ForEach(State, RequestRemoval.RequireFinishedState);
        _filter = new RequestFilter { States = State, Before = Before is { } before ? new DateTimeOffset(before) : null, History = true };
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        var named = LedgerIds.Read(Row, nameof(LedgerId), LedgerId, InputObject);
        if (named.Count == 0)
        {
            if (MyInvocation.ExpectingInput || LedgerId is not null)
            {
                throw new InvalidInputException(CommandMessages.RecordHasNoLedgerId) { Row = Row, NextCommand = CommandMessages.AdviceLedgerIdMissing };
            }

            ChooseAll();
            _choosesAll = true;
            return;
        }

        foreach (var id in named)
        {
            try
            {
                var request = WaitFor(async stopping => await _requests.OfLedgerIdAsync(id, stopping).ConfigureAwait(false));
                RequestRemoval.RequireFinished(request);
                Choose(request.Is(_filter) ? [request] : []);
            }
            catch (ImagenException error)
            {
                WriteError(error, InputObject ?? id);
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        // What an earlier run could not take out of the files of a process that lived goes now, too.
        if (_chosen.Count > 0 || (_choosesAll && !IsTrial))
        {
            Start(null, async stop => await ModuleSession.Client.Remove().RunAsync([.. _chosen.Values], stop.Stopping).ConfigureAwait(false));
        }

        base.OnEnd();
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        if (value is int and > 0)
        {
            WriteWarning(CommandMessages.RemoveStaysInFiles.With(value, ModuleSession.Client.Requests.LedgerPath));
        }
    }

    private bool IsTrial => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    private bool IsWanted(RequestView request)
    {
        if (Force && !IsTrial && !MyInvocation.BoundParameters.ContainsKey("Confirm"))
        {
            return true;
        }

        var name = request.RequestId ?? request.LedgerId;
        var wasPaid = request.State is ImagenStates.Delivered or ImagenStates.Completed;
        return ShouldProcess(
            CommandMessages.RemoveDescription.With(name, request.State),
            (wasPaid ? CommandMessages.RemovePaidQuery : CommandMessages.RemoveQuery).With(name, request.State),
            CommandMessages.RemoveCaption);
    }

    // What is kept of a host that says its results once may be the only copy: it is forgotten only when its state is named.
    private void ChooseAll()
    {
        if (Before is null && State.Length == 0)
        {
            throw new InvalidInputException(CommandMessages.RemoveNeedsChoice) { NextCommand = CommandMessages.AdviceRemoveChoice };
        }

        Choose(Each(stopping => _requests.FindAsync(_filter, stopping)).Where(request =>
            request.IsFinished && (State.Length > 0 || request.State != ImagenStates.Completed)));
    }

    private void Choose(IEnumerable<RequestView> requests)
    {
        foreach (var request in requests)
        {
            if (!IsWanted(request))
            {
                continue;
            }

            // A row that is forgotten is forgotten with its earlier attempts: no list shows them while there is a newer one.
            var earlier = WaitFor(async stopping => await _requests.EarlierAsync(request, stopping).ConfigureAwait(false));
            foreach (var one in earlier.Prepend(request))
            {
                _chosen[one.LedgerId] = one;
            }
        }
    }
}
