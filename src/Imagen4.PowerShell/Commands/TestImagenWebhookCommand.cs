using System.Management.Automation;
using Imagen4.Core.Hosts;
using Imagen4.Core.Webhooks;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Test-ImagenWebhook</c>: verifies a webhook's signature and returns what it says.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ImagenWebhook")]
[OutputType(typeof(ImagenResult))]
public sealed class TestImagenWebhookCommand : PumpedCommand
{
    /// <summary>The body as it arrived: bytes, or text that is UTF-8.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public object? Body { get; set; }

    /// <summary>The headers as they arrived: a hashtable, a collection of names and values, or an object.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    public object? Headers { get; set; }

    /// <summary>The provider it is said to be from.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string? Provider { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Body;

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        var profile = ProviderCatalog.Find(Provider);
        var delivery = DeliveryBinder.Bind(Row, Body, Headers);
        Start(Target, async cancellation => await WebhookReader.Shared.ReadAsync(profile, delivery, cancellation).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target) => WriteObject(value);
}
