using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

// The least that a client can do: submit, follow the stream, read the result, save the image. No ledger, no checks, no retries.
// What anything else takes longer is the price of what it does besides.
// usage: BareLoop ADDRESS MODEL ROWS AT_ONCE DIRECTORY PROMPT
var watch = Stopwatch.StartNew();
var (address, model, rows, atOnce, directory, prompt) =
    (args[0].TrimEnd('/'), args[1], int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture), args[4], args[5]);
Directory.CreateDirectory(directory);
using var handler = new SocketsHttpHandler { UseProxy = false };
using var client = new HttpClient(handler);
client.DefaultRequestHeaders.Add("Authorization", "Key bare-loop");

await Parallel.ForEachAsync(
    Enumerable.Range(1, rows), new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (row, cancellation) => await RunAsync(row, cancellation));

using var process = Process.GetCurrentProcess();
Console.WriteLine(JsonSerializer.Serialize(new
{
    seconds = watch.Elapsed.TotalSeconds,
    processor = Environment.CpuUsage.TotalTime.TotalSeconds,
    mebibytes = process.PeakWorkingSet64 / 1048576.0,
}));

async Task RunAsync(int row, CancellationToken cancellation)
{
    using var answer = await client.PostAsJsonAsync($"{address}/{model}", new { prompt = $"{prompt} {row}" }, cancellation);
    answer.EnsureSuccessStatusCode();
    var submitted = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
    var request = submitted.GetProperty("response_url").GetString();

    using (var stream = new StreamReader(await client.GetStreamAsync($"{request}/status/stream", cancellation)))
    {
        while (await stream.ReadLineAsync(cancellation) is { } line && !line.Contains("\"COMPLETED\"", StringComparison.Ordinal))
        {
        }
    }

    var result = await client.GetFromJsonAsync<JsonElement>(request, cancellation);
    using var image = new HttpRequestMessage(HttpMethod.Get, result.GetProperty("images")[0].GetProperty("url").GetString());
    using var bytes = await Files.Client.SendAsync(image, HttpCompletionOption.ResponseHeadersRead, cancellation);
    bytes.EnsureSuccessStatusCode();
    await using var file = File.Create(Path.Combine(directory, $"{row}.png"));
    await bytes.Content.CopyToAsync(file, cancellation);
}

/// <summary>Files are fetched without the key.</summary>
internal static class Files
{
    public static HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });
}
