using System.Management.Automation;
using Imagen4.Core;
using Imagen4.Core.Batch;
using Imagen4.Core.Hosts;
using Imagen4.Core.Prices;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Get-ImagenPrice</c>: what models cost, where the host publishes it or the profile says it.</summary>
[Cmdlet(VerbsCommon.Get, "ImagenPrice")]
[OutputType(typeof(ImagenPrice))]
public sealed class GetImagenPriceCommand : HostCommand
{
    private HostConnections _hosts = null!;

    /// <summary>The endpoint ids; every known one of the provider where none is given.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(InputCompleter))]
    public string[] Model { get; set; } = [];

    /// <inheritdoc/>
    protected override void OnBegin() => _hosts = new HostConnections(Options(Provider?.ToString()));

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        var host = _hosts.For(Provider?.ToString());
        Limit = ThrottleLimit > 0 ? ThrottleLimit : host.Profile.ConcurrencyLimit;
        foreach (var model in Model.Length > 0 ? Model : [.. ModelCatalog.Ids(host.Profile.Protocol)])
        {
            Start(model, async cancellation =>
                (object?)await PriceReader.ReadAsync(host, model, cancellation).ConfigureAwait(false) ?? Messages.PriceUnknown.With(model, host.Profile.Name));
        }
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        if (value is string unknown)
        {
            WriteWarning(unknown);
        }
        else
        {
            WriteObject(value);
        }
    }
}
