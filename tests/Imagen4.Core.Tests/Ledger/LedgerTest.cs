using Imagen4.Core.Ledger;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>A test with a ledger in a folder of its own. Each further ledger over it stands for another process: it has its own name and lock.</summary>
public abstract class LedgerTest : IAsyncLifetime
{
    private readonly List<RequestLedger> _ledgers = [];

    internal TempFolder Home { get; } = new();

    internal LedgerFolder Folder => new(Home.Path);

    public virtual Task InitializeAsync()
    {
        Folder.Create();
        return Task.CompletedTask;
    }

    public virtual async Task DisposeAsync()
    {
        foreach (var ledger in _ledgers)
        {
            await ledger.DisposeAsync();
        }

        Home.Dispose();
    }

    internal RequestLedger Open(TimeProvider? time = null)
    {
        var ledger = new RequestLedger(Home.Path, time ?? TimeProvider.System);
        _ledgers.Add(ledger);
        return ledger;
    }

    /// <summary>What somebody finds who reads all from the beginning.</summary>
    internal LedgerView Read()
    {
        var view = new LedgerView(Folder);
        view.Refresh();
        return view;
    }

    internal void WriteSegment(string owner, params IReadOnlyList<LedgerLine> lines) => WriteBytes(owner, Sample.Segment(owner, lines));

    internal void WriteBytes(string owner, byte[] bytes) => File.WriteAllBytes(Folder.Segment(owner, 1), bytes);

    internal static IReadOnlyList<string?> States(LedgerView view) => [.. view.All().OrderBy(known => known.LedgerId, StringComparer.Ordinal).Select(Sample.State)];

    /// <summary>What lines say, whatever is read from files.</summary>
    internal static IReadOnlyList<string?> States(IEnumerable<LedgerLine> lines) =>
        [.. lines.GroupBy(line => line.LedgerId).OrderBy(request => request.Key, StringComparer.Ordinal).Select(request => Sample.State(request))];
}
