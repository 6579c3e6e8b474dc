using Imagen4.Core.Http;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>Answers with more images than are held in memory, where no temporary file can be made either.</summary>
[Collection(RunsAlone.Name)]
public sealed class SpoolTests : EnvironmentTest
{
    private const int Most = 64 * 1024 * 1024;

    private readonly string _temporary;

    public SpoolTests()
    {
        // A folder below a file: nobody can write there, not even root.
        File.WriteAllText(Home.At("file"), "");
        _temporary = Path.Combine(Home.At("file"), "tmp") + Path.DirectorySeparatorChar;
        Set("TMPDIR", _temporary);
        Set("TMP", _temporary);
    }

    private string Refusal => $"The answer has more than {Most} bytes of images, and the folder for temporary files ({_temporary}) cannot be written to.";

    [Fact]
    public async Task Without_a_file_memory_takes_as_much_as_is_said_and_no_more()
    {
        using var spool = new Spool();
        var piece = new byte[1024 * 1024];
        Random.Shared.NextBytes(piece);
        for (var written = 0; written < Most; written += piece.Length)
        {
            await spool.WriteAsync(piece, CancellationToken.None);
        }

        var error = await Assert.ThrowsAsync<AnswerTooLargeException>(async () => await spool.WriteAsync(new byte[1], CancellationToken.None));

        Assert.Equal(Refusal, error.Message);
        Assert.Equal(Most, spool.Length);
        Assert.Equal(piece, await spool.ReadAsync(Most - piece.Length, piece.Length, CancellationToken.None));
    }

    [Fact]
    public async Task A_paid_answer_that_fits_neither_is_in_doubt_and_says_why()
    {
        var image = $$"""{"url":"data:image/png;base64,{{new string('A', (Most / 2) + 20_000)}}"}""";
        await using var server = await WebServer.AnsweringAsync(new Answer(200, $$"""{"images":[{{image}},{{image}}]}"""));
        TestClient.Providers.Set(
            TestHost.Profile(server.Address, "once") with { Protocol = HostProtocol.FalSync, OpenKey = "open", Scope = ProviderScope.Session },
            makeDefault: false);
        var options = new BatchOptions { Wait = true };

        var (result, error) = await TestClient.Client.StartBatch(options)
            .RunAsync(TestClient.Check(options).Check(TestHost.Row() with { Provider = "once" }), CancellationToken.None).InTime();

        Assert.Contains(Refusal.TrimEnd('.'), Assert.IsType<SubmissionInDoubtException>(error).Message, StringComparison.Ordinal);
        Assert.Equal(RequestState.InDoubt, TestClient.Ledger.OfLedgerId(result!.LedgerId!)!.Step);
        Assert.Single(server.Requests);
        await TestClient.Ledger.DisposeAsync();
    }
}
