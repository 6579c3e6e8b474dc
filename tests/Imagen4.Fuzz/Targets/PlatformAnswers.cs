using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Protocols.Fal.Storage;
using Imagen4.Core.Providers;

namespace Imagen4.Fuzz.Targets;

/// <summary>What a platform says: prices, past requests, models with their schemas, places for files. It is asked over a real socket.</summary>
internal static class PlatformAnswers
{
    private static readonly Lazy<LocalHost> Local = new(() => new LocalHost());
    private static readonly Lazy<HostConnection> Host = new(() => Hosts.Of(HostProtocol.FalQueue, Local.Value.Address));

    private static readonly ImageRow Row = new()
    {
        Index = 1, Input = new ImageInput { Prompt = "a red fox", NumImages = 2, ["aspect_ratio"] = "16:9", Seed = 7 },
    };

    public static async Task ReadAsync(byte[] body)
    {
        var host = Host.Value;
        Local.Value.Body = body;
        await OneAsync(async () => await PriceReader.ReadAsync(host, [Hosts.Model, "b/c"], default).ConfigureAwait(false)).ConfigureAwait(false);
        await OneAsync(async () => await new CatalogueReader(host.Profile, TimeProvider.System, trace: null)
            .ReadAsync([Hosts.Model], default).ConfigureAwait(false)).ConfigureAwait(false);
        await OneAsync(async () => await new HistoryReader(host).FindAsync(
            new HistoryQuery(Hosts.Model, Row.Input, Row.Input, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddDays(-1)),
            (_, _) => Task.FromResult(false),
            default).ConfigureAwait(false)).ConfigureAwait(false);
        await OneAsync(() => FileSigning.Of(host)!(new Uri("https://host.example/a.png"), default)).ConfigureAwait(false);
        ReadSchema(body);
        foreach (var response in Hosts.Answers(body))
        {
            _ = response.Read(StorageJson.Default.UploadPlace);
            _ = response.Read(StorageJson.Default.PartAnswer);
        }
    }

    private static void ReadSchema(byte[] body)
    {
        foreach (var response in Hosts.Answers(body))
        {
            if (response.JsonObject() is not { } document || SchemaReader.Read(Hosts.Model, document) is not { } model)
            {
                continue;
            }

            _ = model.ImageInput;
            _ = InputCheck.Check(Row, Hosts.Model, model);
            _ = InputCheck.Superseded(Row.Input, model).ToList();
            _ = JsonSerializer.Serialize(model, HostDataJson.Default.Options.GetTypeInfo(typeof(ModelDefinition)));
        }
    }

    // Each is asked, whatever the one before made of it.
    private static async Task OneAsync(Func<Task> read)
    {
        try
        {
            await read().ConfigureAwait(false);
        }
        catch (ImagenException)
        {
            // The module's own error.
        }
    }
}
