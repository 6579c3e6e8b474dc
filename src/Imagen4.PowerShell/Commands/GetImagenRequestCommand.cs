using System.Management.Automation;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Get-ImagenRequest</c>: what the ledger knows. No host is asked.</summary>
[Cmdlet(VerbsCommon.Get, "ImagenRequest")]
[OutputType(typeof(ImagenRequest))]
public sealed class GetImagenRequestCommand : PumpedCommand
{
    private readonly RequestLookup _requests = ModuleSession.Client.Requests;
    private RequestFilter _filter = null!;

    /// <summary>The host's ids of the requests wanted.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RequestCompleter))]
    public object? RequestId { get; set; }

    /// <summary>The ledger's ids of the requests wanted.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RequestCompleter))]
    public object? LedgerId { get; set; }

    /// <summary>The states wanted; <c>Pending</c> is everything that has not ended.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StateCompleter))]
    public string[] State { get; set; } = [];

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
            Provider = Provider.Length == 0 ? _ => true : Any(Provider),
            Key = Key.Length == 0 ? null : Any(Key),
            Since = Since is { } since ? new DateTimeOffset(since) : null,
            History = History,
        };
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
                throw new InvalidInputException(CommandMessages.RecordHasNoLedgerId) { Row = Row };
            }

            foreach (var request in Each(stopping => _requests.FindAsync(_filter, stopping)))
            {
                WriteObject(_requests.ToObject(request));
            }

            return;
        }

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

    private void WriteNamed(string id, Func<CancellationToken, ValueTask<IReadOnlyList<RequestView>>> find)
    {
        try
        {
            foreach (var request in WaitFor(find).Where(request => request.Is(_filter)))
            {
                WriteObject(_requests.ToObject(request));
            }
        }
        catch (RequestNotFoundException error)
        {
            WriteError(error, InputObject ?? id);
        }
    }

    private static Func<string, bool> Any(string[] patterns)
    {
        var all = Array.ConvertAll(patterns, pattern => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase));
        return text => Array.Exists(all, pattern => pattern.IsMatch(text));
    }
}
