using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Protocols.Contract;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>
/// A command whose records name requests: live objects, rows of a CSV, JSON, or what a job or another machine sent back.
/// </summary>
public abstract class RequestCommand : HostCommand
{
    private string? _provider;
    private object? _id;

    /// <summary>The host's id of the request.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("request_id")]
    [ArgumentCompleter(typeof(RequestCompleter))]
    public object? RequestId { get; set; }

    /// <summary>The endpoint id of the request; the provider's default one where none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ModelCompleter))]
    public object? Model { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <summary>What is done with requests.</summary>
    private protected RequestFollowUp FollowUp { get; private set; } = null!;

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? _id ?? RequestId;

    /// <inheritdoc/>
    protected override bool IsBatch => base.IsBatch || BoundValue.IsList(RequestId);

    /// <summary>What holds for every record of this command.</summary>
    private protected virtual BatchOptions RequestOptions(BatchOptions options) => options;

    /// <summary>Starts the command's work for one request.</summary>
    private protected abstract void Start(RequestReference request, RequestRecord record);

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _provider = BoundValue.Plain(Provider)?.ToString();
        FollowUp = ModuleSession.Client.FollowUp(RequestOptions(CommonOptions(_provider)));
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (MyInvocation.ExpectingInput)
        {
            var record = new Record(InputObject);
            if (record.IsBlank)
            {
                BlankLines++;
                return;
            }

            Start(RequestBinder.Bind(Row, record, RequestId, Provider, Model, MyInvocation.MyCommand.Name));
            return;
        }

        var ids = BoundValue.List(RequestId).ToList();
        Expect(ids.Count);
        foreach (var id in ids)
        {
            _id = id;
            try
            {
                Start(RequestBinder.Bind(Row, record: null, id, Provider, Model, MyInvocation.MyCommand.Name));
            }
            catch (ImagenException error)
            {
                WriteRecordError(error, Target);
            }

            Row++;
        }
    }

    private void Start(RequestRecord record)
    {
        var located = WaitFor(async stopping => await FollowUp.LocateAsync(record, stopping).ConfigureAwait(false));
        CheckHost(record, located);
        Start(FollowUp.CreateReference(located), located);
    }

    // A provider that is wrong for this record is wrong for every one, unless the record itself named it.
    private void CheckHost(RequestRecord record, RequestRecord located)
    {
        try
        {
            _ = FollowUp.Connect(located);
        }
        catch (ImagenException error) when (record.Provider is null || record.Provider == _provider)
        {
            EndWith(error, Target);
        }
    }
}
