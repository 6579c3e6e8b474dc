using Imagen4.Fuzz.Targets;

namespace Imagen4.Fuzz;

/// <summary>Parsers that read one kind of input.</summary>
/// <param name="Name">What they are called on the command line.</param>
/// <param name="Corpus">The folder of the corpus with inputs of that kind.</param>
/// <param name="ReadAsync">Reads an input. What it may throw besides the module's own errors, it catches.</param>
internal sealed record FuzzTarget(string Name, string Corpus, Func<byte[], Task> ReadAsync)
{
    /// <summary>All there are.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("queue", "json", QueueAnswers.ReadAsync),
        new("sync", "json", SyncAnswers.ReadAsync),
        new("result", "json", ResultAnswers.ReadAsync),
        new("platform", "json", PlatformAnswers.ReadAsync),
        new("webhook", "json", Webhooks.ReadAsync),
        new("ledger", "json", LedgerRows.ReadAsync),
        new("settings", "json", StateFiles.ReadAsync),
        new("record", "json", Records.ReadAsync),
        new("events", "events", Events.ReadAsync),
        new("image", "image", Images.ReadAsync),
        new("body", "body", Bodies.ReadAsync),
        new("text", "text", Texts.ReadAsync),
    ];

    /// <summary>The files of the corpus for it, by their names.</summary>
    public IEnumerable<string> Files => Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Corpus", Corpus))
        .Order(StringComparer.Ordinal);
}
