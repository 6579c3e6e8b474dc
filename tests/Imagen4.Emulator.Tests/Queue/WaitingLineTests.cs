using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Tests.Queue;

public sealed class WaitingLineTests
{
    [Fact]
    public void Agrees_with_a_plain_list_over_thousands_of_moves()
    {
        var random = new Random(42);
        var line = new WaitingLine();
        var plain = new List<Job>();
        for (var step = 0; step < 12_000; step++)
        {
            switch (random.Next(5))
            {
                case 0 or 1 or 2:
                    plain.Add(Create());
                    line.Enqueue(plain[^1]);
                    break;
                case 3:
                    Assert.Same(plain.FirstOrDefault(), line.Dequeue());
                    plain = [.. plain.Skip(1)];
                    break;
                default:
                    var job = plain.Count > 0 ? plain[random.Next(plain.Count)] : Create();
                    Assert.Equal(plain.Remove(job), line.Remove(job));
                    Assert.Null(line.PositionOf(job));
                    break;
            }

            Assert.Equal(plain.Count, line.Count);
            var place = random.Next(plain.Count + 1);
            Assert.Equal(place < plain.Count ? place : null, line.PositionOf(place < plain.Count ? plain[place] : Create()));
        }

        while (line.Dequeue() is { } job)
        {
            Assert.Same(plain[0], job);
            plain.RemoveAt(0);
        }

        Assert.Empty(plain);
    }

    private static Job Create() =>
        new("id", new EndpointId("fal-ai/imagen4", "preview"), new GenerationPlan { Prompt = "" }, DateTimeOffset.UnixEpoch);
}
