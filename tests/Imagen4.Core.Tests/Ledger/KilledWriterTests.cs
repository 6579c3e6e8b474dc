using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What a process was told is written outlives its being killed.</summary>
public sealed class KilledWriterTests : LedgerTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(700)]
    public async Task Every_step_that_was_said_to_be_written_is_there_after_a_kill(int steps)
    {
        using var process = TortureProcess.Start("ledger", Home.Path, "100000");
        var told = new List<string>();
        for (var step = 0; step < steps; step++)
        {
            told.Add((await process.ReadAsync())!);
        }

        process.Kill();

        // What it had said and nobody had read yet; the last line may be cut off.
        for (string? line; (line = await process.ReadAsync()) is not null;)
        {
            told.Add(line);
        }

        var ledger = Open();
        foreach (var request in told[..^1].Select(line => line.Split(' ')).GroupBy(parts => parts[0]))
        {
            var least = request.Max(parts => Enum.Parse<RequestState>(parts[1]));
            Assert.True(ledger.OfLedgerId(request.Key) is { IsDamaged: false } known && (known.Step == least || StateTransitions.IsAllowed(least, known.Step)));
        }
    }
}
