using System.Management.Automation;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Work;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Get-ImagenRequest</c>: what the ledger knows. No host is asked, unless -Refresh is given.</summary>
[Cmdlet(VerbsCommon.Get, "ImagenRequest")]
[OutputType(typeof(ImagenRequest))]
public sealed partial class GetImagenRequestCommand : PumpedCommand
{
    private const int Together = 100;

    private readonly RequestLookup _requests = ModuleSession.Client.Requests;
    private readonly List<RequestView> _asked = [];
    private RequestFilter _filter = null!;
    private RequestRefresh? _refresh;

    /// <summary>The host's ids of the requests wanted.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RequestCompleter))]
    public object? RequestId { get; set; }

    /// <summary>The ledger's ids of the requests wanted.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RequestCompleter))]
    public object? LedgerId { get; set; }

    /// <summary>The states wanted, as they were last known.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StateCompleter))]
    public string[] State { get; set; } = [];

    /// <summary>Only what has not come to its end: what is submitted, what its host works on, what is not saved yet.</summary>
    [Parameter]
    public SwitchParameter Unfinished { get; set; }

    /// <summary>The providers wanted; wildcards are taken.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[] Provider { get; set; } = [];

    /// <summary>The callers' keys wanted; wildcards are taken.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RequestCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>The time of the oldest submission wanted.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TimeCompleter))]
    public DateTime? Since { get; set; }

    /// <summary>The time of the newest submission wanted.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TimeCompleter))]
    public DateTime? Until { get; set; }

    /// <summary>Asks the hosts about those that they were last known to work on, and shows what they say.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>Every submission of a row, not only the newest.</summary>
    [Parameter]
    public SwitchParameter History { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? LedgerId ?? RequestId;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        FindLedger();
        Array.ForEach(State, RequestLookup.RequireState);
        _filter = new RequestFilter
        {
            States = State,
            Unfinished = Unfinished,
            Provider = Provider.Length == 0 ? _ => true : Any(Provider),
            Key = Key.Length == 0 ? null : Any(Key),
            Since = Since is { } since ? new DateTimeOffset(since) : null,
            Until = Until is { } until ? new DateTimeOffset(until) : null,
            History = History,
        };
        _refresh = !Refresh ? null : ModuleSession.Client.Refresh(new BatchOptions
        {
            Secrets = new VaultSecrets(this).Find,
            Trace = text => Post(new WorkEvent.Verbose(text)),
            Warn = text => Post(new WorkEvent.Warning(text)),
        });
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        var named = LedgerIds.Read(Row, nameof(LedgerId), LedgerId, InputObject);
        var ids = named.Count > 0 ? [] : LedgerIds.Read(Row, nameof(RequestId), RequestId, InputObject);
        if (named.Count == 0 && ids.Count == 0)
        {
            if (MyInvocation.ExpectingInput || LedgerId is not null || RequestId is not null)
            {
                throw new InvalidInputException(CommandMessages.RecordHasNoLedgerId) { Row = Row, NextCommand = CommandMessages.AdviceLedgerIdMissing };
            }

            foreach (var request in Each(stopping => _requests.FindAsync(_filter, stopping)))
            {
                Show(request);
            }

            return;
        }

        _isOfNames = true;
        foreach (var id in named)
        {
            WriteNamed(id, async stopping => [await _requests.OfLedgerIdAsync(id, stopping).ConfigureAwait(false)]);
        }

        foreach (var id in ids)
        {
            WriteNamed(id, async stopping => await _requests.OfRequestIdAsync(id, stopping).ConfigureAwait(false));
        }
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        // Nothing runs beside the pipeline.
    }

    private void Show(RequestView request)
    {
        if (_refresh is null)
        {
            List(WaitFor(async stopping => await _requests.ToObjectAsync(request, stopping).ConfigureAwait(false)));
            return;
        }

        _asked.Add(request);
        if (_asked.Count == Together)
        {
            ShowAsked();
        }
    }

    // What has come to its end meanwhile is shown all the same: that is what was asked.
    private void ShowAsked()
    {
        if (_asked.Count == 0 || IsStopped)
        {
            return;
        }

        var known = WaitFor(async stopping => await _refresh!.RunAsync([.. _asked], stopping).ConfigureAwait(false));
        _asked.Clear();
        foreach (var shown in known)
        {
            List(shown);
        }
    }

    private void WriteNamed(string id, Func<CancellationToken, ValueTask<IReadOnlyList<RequestView>>> find)
    {
        try
        {
            foreach (var request in WaitFor(find).Where(request => request.Is(_filter)))
            {
                Show(request);
            }
        }
        catch (RequestNotFoundException error)
        {
            WriteError(OfKey(id, error), InputObject ?? id);
        }
    }

    private static Func<string, bool> Any(string[] patterns)
    {
        var all = Array.ConvertAll(patterns, NamePattern.Of);
        return text => Array.Exists(all, isMeant => isMeant(text));
    }
}
