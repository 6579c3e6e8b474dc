using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Providers;

namespace Imagen4.Torture;

/// <summary>Runs the same rows as its siblings, once it is told to, and says what became of each.</summary>
internal static class RowsMode
{
    private const int SideBySide = 4;

    public static async Task<int> RunAsync(string home, Uri address, string folder, int rows)
    {
        Environment.SetEnvironmentVariable("IMAGEN4_HOME", home);
        TortureClient.Providers.Set(
            new ProviderProfile { Name = "test", BaseUri = address, DefaultModel = "fal-ai/imagen4/preview", OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: true);
        var options = new BatchOptions
        {
            Provider = "test",
            Wait = folder != "-",
            Output = folder == "-" ? null : new OutputFolder(folder, force: false),
            Continues = true,
        };
        Console.WriteLine("ready");
        _ = Console.ReadLine();
        var run = TortureClient.Client.StartBatch(options);
        var all = new List<CheckedRow>();
        for (var index = 1; index <= rows; index++)
        {
            var row = new ImageRow { Index = index, Input = new ImageInput { Prompt = $"a red fox, number {index}" } };
            all.Add(await run.CheckAsync(row, CancellationToken.None).ConfigureAwait(false));
        }

        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = SideBySide }, async (row, cancellation) =>
        {
            var (state, error) = options.Wait
                ? Told(await run.RunAsync(row, cancellation).ConfigureAwait(false), result => result.State)
                : Told(await run.SubmitAsync(row, cancellation).ConfigureAwait(false), request => request.State);
            Console.WriteLine($"row {row.Row.Index} {state} {error}");
        }).ConfigureAwait(false);
        Console.WriteLine("done");
        return 0;
    }

    private static (string? State, string? Error) Told<T>(RowOutcome<T> outcome, Func<T, string?> state)
        where T : class =>
        (outcome.Value is null ? "-" : state(outcome.Value), outcome.Error?.Message);
}
