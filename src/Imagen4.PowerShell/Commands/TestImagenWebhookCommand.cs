using System.Management.Automation;
using Imagen4.Core.Protocols.Fal.Webhooks;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Test-ImagenWebhook</c>: verifies a webhook's signature and returns what it says.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ImagenWebhook")]
[OutputType(typeof(ImagenResult))]
public sealed class TestImagenWebhookCommand : PumpedCommand
{
    /// <summary>The body as it arrived: bytes, or text that was UTF-8.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? Body { get; set; }

    /// <summary>The headers as they arrived, in whatever the web server keeps them.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? Headers { get; set; }

    /// <summary>The provider it is said to be from; the default one where none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public object? Provider { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? Body;

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        var record = MyInvocation.ExpectingInput ? new Record(InputObject) : null;
        object? At(string name, object? bound) => bound ?? (record?.Table is null ? null : record.At(name));

        // Forgetting one is the script's mistake; an empty one is the sender's, and nothing more is said about it.
        foreach (var name in new[] { nameof(Body), nameof(Headers) })
        {
            if (!MyInvocation.BoundParameters.ContainsKey(name) && record?.Has(name) != true)
            {
                throw new InvalidInputException(CommandMessages.WebhookPartMissing.With(name)) { Row = Row };
            }
        }

        var profile =
            ModuleSession.Providers
                .Find(BoundValue.Plain(At(nameof(Provider), Provider))?.ToString() is { Length: > 0 } named ? named : null);
        var delivery = DeliveryBinder.Bind(Row, At(nameof(Body), Body), At(nameof(Headers), Headers));
        Start(Target, async stop => await VerifyAsync(profile, delivery, stop.Stopping).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        if (value is ImagenException refused)
        {
            WriteError(refused, target);
        }
        else
        {
            WriteObject(value);
        }
    }

    private static async Task<object> VerifyAsync(ProviderProfile profile, WebhookDelivery delivery, CancellationToken cancellation)
    {
        try
        {
            return await WebhookReader.Shared.ReadAsync(profile, delivery, cancellation).ConfigureAwait(false);
        }
        catch (ImagenException error)
        {
            return error;
        }
    }
}
