using Imagen4.Core.Gallery;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Providers;

namespace Imagen4.Fuzz.Targets;

/// <summary>Files that users, other programs and accidents have changed: settings, models, what hosts said earlier, sidecars.</summary>
internal static class StateFiles
{
    // Files are read again when their time has changed.
    private static DateTime _written = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly ImageRow Row = new() { Index = 1, Input = new ImageInput { Prompt = "a red fox", NumImages = 2, Seed = 7 } };

    public static async Task ReadAsync(byte[] input)
    {
        StateFolder.Create();
        _written += TimeSpan.FromSeconds(2);
        Write("settings.json", input);
        Write(UserModels.FileName, input);
        Write("prices.json", input);
        Write(Path.Combine(ModelCache.FolderName, "a.json"), input);
        Read(() =>
        {
            foreach (var profile in UserSettings.Load().Providers)
            {
                Read(() => new HostConnection(profile, new ApiKey("0123456789abcdef0123456789abcdef", "the fuzzer"), TimeProvider.System));
                _ = profile.NeedsNoKey;
            }
        });
        Read(() =>
        {
            foreach (var model in UserModels.Load())
            {
                Read(() => InputCheck.Check(Row, model.Ids[0], model));
            }

            _ = UserModels.LoadPrices();
        });
        Read(() => ModelCache.All());
        Read(() => PriceCache.Find(Hosts.Of(HostProtocol.FalQueue).Profile, Hosts.Model, DateTimeOffset.UtcNow, TimeSpan.FromDays(1)));

        var image = Path.Combine(StateFolder.Path, "a.png");
        Write("a.png.json", input);
        var sidecar = await SidecarFile.ReadAsync(image, _ => { }, default).ConfigureAwait(false);
        foreach (var name in (string[])["Prompt", "Model", "Seed", "Width", "Sha256"])
        {
            _ = sidecar.Text(name);
            _ = sidecar.Number(name);
        }

        await Sidecar.WriteAsync(
            new OutputFolder(StateFolder.Path, force: true),
            new ImagenResult { RequestId = "r-1" },
            new ImagenImage { Index = 1, Path = image, Sha256 = new string('0', 64) },
            default).ConfigureAwait(false);
    }

    private static void Write(string name, byte[] content)
    {
        var path = Path.Combine(StateFolder.Path, name);
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
        {
            _ = Directory.CreateDirectory(folder);
        }

        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, _written);
    }

    // Each file is read, whatever the one before was.
    private static void Read<T>(Func<T> read) => Read(() => { _ = read(); });

    private static void Read(Action read)
    {
        try
        {
            read();
        }
        catch (ImagenException)
        {
            // The module's own error.
        }
    }
}
