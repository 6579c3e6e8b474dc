using Imagen4.Core.Ledger;
using Imagen4.Core.Rows;

namespace Imagen4.Torture;

/// <summary>Requests like real ones, and the lines a process writes for them.</summary>
internal static class Sample
{
    private const string Model = "fal-ai/imagen4/preview";

    /// <summary>What the ledger is told of a row.</summary>
    public static LedgerEntry Entry(int number)
    {
        var input = new ImageInput { Prompt = $"A red fox in the snow, number {number}, with a long shadow and the sun low over the hills behind it", AspectRatio = "16:9" };
        var hash = RowIdentity.Hash(Model, input);
        return new LedgerEntry("fal", Model, Key: null, input)
        {
            BaseAddress = "https://queue.fal.run",
            Row = RowIdentity.OfInput(new Uri("https://queue.fal.run/"), Model, hash, 1, "/home/user/out"),
            Index = number,
        };
    }

    /// <summary>A line of a request.</summary>
    public static LedgerLine Line(LedgerStep step, LedgerEntry entry, string owner, long time) => new()
    {
        Step = step,
        LedgerId = entry.LedgerId,
        Time = time,
        Owner = owner,
        Attempt = entry.Attempt,
        Claim = entry.Claim,
        IsLeft = step == LedgerStep.Left,
        Row = entry.Row?.Row,
        Subject = entry.Row?.Subject,
        InputHash = entry.Row?.InputHash,
        Directory = entry.Row?.Directory,
        Index = entry.Index,
        Provider = entry.Provider,
        Model = entry.Model,
        Key = entry.Key,
        BaseAddress = entry.BaseAddress,
        Input = step == LedgerStep.Intent ? entry.Input : null,
        RequestId = step >= LedgerStep.Accepted ? entry.RequestId ?? $"request-{entry.LedgerId}" : null,
        Seed = step == LedgerStep.Completed ? 42 : null,
        Delivery = step == LedgerStep.Delivered ? Result(entry) : null,
        Error = step is LedgerStep.Failed or LedgerStep.Rejected ? "The host said no." : null,
    };

    /// <summary>The bytes of a segment.</summary>
    public static byte[] Segment(string owner, IEnumerable<LedgerLine> lines)
    {
        using var bytes = new MemoryStream();
        bytes.Write(CheckedLine.Write(new SegmentHeader(SegmentHeader.Current, owner), LedgerJson.Plain.SegmentHeader));
        foreach (var line in lines)
        {
            bytes.Write(CheckedLine.Write(line, LedgerJson.Plain.LedgerLine));
        }

        return bytes.ToArray();
    }

    /// <summary>A request as it is after some lines, as text to compare; null without lines.</summary>
    public static string? State(IEnumerable<LedgerLine> lines)
    {
        LedgerRequest? known = null;
        foreach (var line in lines)
        {
            (known ??= new LedgerRequest { LedgerId = line.LedgerId }).Take(line);
        }

        return State(known);
    }

    /// <summary>A request as text to compare.</summary>
    public static string? State(LedgerRequest? known) =>
        known is null ? null : System.Text.Json.JsonSerializer.Serialize(known.ToLine(), LedgerJson.Plain.LedgerLine);

    private static LedgerResult Result(LedgerEntry entry) => new()
    {
        Images = [new ImagenImage { Index = 1, Path = $"/home/user/out/{entry.LedgerId}-1.png", ContentType = "image/png", Width = 1024, Height = 1024, FileSize = 1_234_567, Sha256 = new string('a', 64) }],
        Seed = 42,
        Elapsed = 7.5,
    };
}
