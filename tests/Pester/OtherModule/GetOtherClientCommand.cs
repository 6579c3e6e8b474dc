using System.Management.Automation;
using Microsoft.Extensions.DependencyInjection;

namespace OtherModule;

/// <summary>Makes an HTTP client the way of its own packages, and says which versions it got.</summary>
[Cmdlet(VerbsCommon.Get, "OtherClient")]
public sealed class GetOtherClientCommand : PSCmdlet
{
    protected override void ProcessRecord()
    {
        using var services = new ServiceCollection().AddHttpClient("other").Services.BuildServiceProvider();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("other");
        var result = new PSObject();
        result.Properties.Add(new PSNoteProperty("Http", typeof(IHttpClientFactory).Assembly.GetName().Version!.Major));
        result.Properties.Add(new PSNoteProperty("Injection", services.GetType().Assembly.GetName().Version!.Major));
        WriteObject(result);
    }
}
