using System.Management.Automation;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Work;
using Imagen4.PowerShell.Completion;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>A command that reads what models there are. It needs no key and no ledger.</summary>
public abstract class CatalogueCommand : PumpedCommand
{
    private const int AtOnce = 4;

    /// <summary>How long the catalogue may take to answer, in seconds; 0 for no limit.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int TimeoutSec { get; set; } = 3600;

    /// <summary>What is read.</summary>
    private protected ModelLookup Lookup { get; private set; } = null!;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        Limit = AtOnce;
        Lookup = ModuleSession.Client.Models(new BatchOptions
        {
            TimeLimit = TimeSpan.FromSeconds(TimeoutSec),
            Trace = text => Post(new WorkEvent.Verbose(text)),
        });
    }
}
