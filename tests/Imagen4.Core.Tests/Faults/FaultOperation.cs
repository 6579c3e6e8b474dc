using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Faults;

/// <summary>One thing that is asked of a host, as the module asks for it.</summary>
/// <param name="Target">The operation's name in the emulator's fault rules.</param>
/// <param name="Prompt">The prompt of the request it is about.</param>
/// <param name="Sees">Whether a request that the emulator saw, as <c>METHOD path</c>, is one of it.</param>
/// <param name="RunAsync">Asks; throws what the module reports.</param>
internal sealed record FaultOperation(
    string Target, string Prompt, Func<string, bool> Sees, Func<FaultOperation.Subject, Task> RunAsync)
{
    public static IReadOnlyDictionary<string, FaultOperation> All { get; } = new Dictionary<string, FaultOperation>(StringComparer.Ordinal)
    {
        ["submit"] = new("submit", "a red fox", seen => seen.StartsWith("POST ", StringComparison.Ordinal), _ => Task.CompletedTask),
        ["status"] = new("status", "a red fox", seen => seen.EndsWith("/status", StringComparison.Ordinal), ReadStatusAsync),
        ["wait"] = new("status", "a red fox", seen => seen.EndsWith("/status", StringComparison.Ordinal), WaitAsync),
        ["stream"] = new("stream", "a red fox", seen => seen.EndsWith("/stream", StringComparison.Ordinal), StreamAsync),
        ["result"] = new("result", "a red fox", IsResult, ReadResultAsync),
        ["wait for result"] = new("result", "a red fox", IsResult, WaitForResultAsync),
        ["cancel"] = new("cancel", "[emulator:seconds=3600]", seen => seen.StartsWith("PUT ", StringComparison.Ordinal), CancelAsync),
        ["download"] = new("download", "a red fox", seen => seen.EndsWith(".png", StringComparison.Ordinal), DownloadAsync),
    };

    private static bool IsResult(string seen) => seen.StartsWith("GET ", StringComparison.Ordinal) && seen.Split('/')[^2] == "requests";

    private static async Task ReadStatusAsync(Subject subject)
    {
        var status = await new FalQueueProtocol().ReadStatusAsync(subject.Request, logs: false, CancellationToken.None);
        Assert.Equal(ImagenStates.Completed, status.State);
    }

    private static async Task WaitAsync(Subject subject)
    {
        var status = await new RequestWaiter(TimeSpan.Zero).UntilEndedAsync(subject.Request, StatusWatch.Nothing, CancellationToken.None);
        Assert.Equal(ImagenStates.Completed, status.State);
    }

    private static Task StreamAsync(Subject subject)
    {
        // On the real clock: on one that skips waits, the host would be asked beside the stream before that has begun.
        var profile = subject.Host.Profile with { Offers = [HostOffer.Stream] };
        return WaitAsync(subject with { Request = subject.Request with { Host = TestHost.Connect(profile) } });
    }

    private static async Task ReadResultAsync(Subject subject)
    {
        var result = await RequestWaiter.ReadNowAsync(subject.Request, CancellationToken.None);
        Assert.Single(result!.Images);
    }

    private static async Task WaitForResultAsync(Subject subject)
    {
        var result = await new RequestWaiter(TimeSpan.Zero).UntilResultAsync(subject.Request, StatusWatch.Nothing, CancellationToken.None);
        Assert.Single(result.Images);
    }

    private static Task CancelAsync(Subject subject) => new FalQueueProtocol().CancelAsync(subject.Request, CancellationToken.None);

    // A file is whole under its name, or it is not there at all.
    private static async Task DownloadAsync(Subject subject)
    {
        using var folder = new TempFolder();
        var result = await RequestWaiter.ReadNowAsync(subject.Request, CancellationToken.None);
        var source = new MediaSource(subject.Host.Time, TestHost.ThisMachine);
        var saver = new ImageSaver(
            new OutputFolder(folder.Path, force: false), new TemplateNames(new FileNameTemplate("image"), subject.Names));
        var error = await saver.SaveAsync(source, result!.Images, "r-1", MediaAccess.Public, CancellationToken.None);
        Assert.Equal(error is null ? ["image.png"] : [], folder.Names);
        if (error is not null)
        {
            throw error;
        }

        using var plain = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.Equal(await plain.GetByteArrayAsync(new Uri(result.Images[0].Image.Uri!)), await File.ReadAllBytesAsync(folder.At("image.png")));
    }

    /// <summary>What it is asked about.</summary>
    /// <param name="Host">The host.</param>
    /// <param name="Request">The accepted request.</param>
    internal sealed record Subject(HostConnection Host, RequestReference Request)
    {
        public FileNameValues Names => new()
        {
            Index = 1,
            RequestId = Request.RequestId,
            Provider = Host.Profile.Name,
            Model = Request.Model,
            Prompt = "a red fox",
        };
    }
}
