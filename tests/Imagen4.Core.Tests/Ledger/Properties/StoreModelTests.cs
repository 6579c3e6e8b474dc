using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger.Properties;

public sealed class SqliteModelTests : StoreModelTests, IDisposable
{
    private readonly TempFolder _home = new();

    internal override ILedgerDatabase Database() => new SqliteDatabase(_home.Path);

    public void Dispose() => _home.Dispose();
}

public sealed class PostgresModelTests(PostgresServer server) : StoreModelTests, IClassFixture<PostgresServer>
{
    private string _address = "";

    protected override bool IsMissing => PostgresServer.Missing is not null;

    internal override ILedgerDatabase Database() => new PostgresDatabase(PostgresAddress.Read(_address));

    public override async Task InitializeAsync()
    {
        _address = IsMissing ? "" : await server.CreateDatabaseAsync();
        await base.InitializeAsync();
    }
}

/// <summary>
/// Whatever two processes do to a ledger, one step after the other and also with what has changed since they saw it: it says and
/// keeps what a simple model in memory does.
/// </summary>
public abstract class StoreModelTests : IAsyncLifetime
{
    private const int LongestRun = 25;
    private const int Rows = 3;

    private static readonly RequestState[] States = Enum.GetValues<RequestState>();

    private static readonly Gen<Change> Changes =
        from kind in Gen.Frequency(
            (3, Gen.Constant(ChangeKind.Claim)),
            (6, Gen.Constant(ChangeKind.Advance)),
            (1, Gen.Constant(ChangeKind.Adopt)),
            (1, Gen.Constant(ChangeKind.Release)),
            (1, Gen.Constant(ChangeKind.Remove)))
        from process in Gen.Choose(0, 1)
        from which in Gen.Choose(0, 100)
        from next in Gen.Choose(0, 100)
        from isStale in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new Change(kind, process, which, next, isStale);

    private readonly ManualTime _time = new();
    private readonly LedgerStore[] _stores = new LedgerStore[2];
    private int _run;

    protected virtual bool IsMissing => false;

    internal abstract ILedgerDatabase Database();

    public virtual Task InitializeAsync()
    {
        foreach (ref var store in _stores.AsSpan())
        {
            store = new LedgerStore(IsMissing ? new SqliteDatabase("/") : Database(), _time);
        }

        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }
    }

    [SkippableFact]
    public void It_keeps_what_the_model_keeps()
    {
        Skip.If(IsMissing, PostgresServer.Missing);

        Always.Holds(Changes, LongestRun, RunAsync, cases: 40);
    }

    private async Task RunAsync(Change[] changes)
    {
        _run++;
        var model = new List<Known>();
        foreach (var change in changes)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            if (change.Kind == ChangeKind.Claim)
            {
                await ClaimAsync(change, model);
            }
            else if (model.Count > 0)
            {
                await ChangeAsync(change, model[change.Which % model.Count]);
            }
        }

        await CompareAsync(model);
    }

    // A row is claimed for its next generation, or for one it has, with or without a look at the one before.
    private async Task ClaimAsync(Change change, List<Known> model)
    {
        var store = _stores[change.Process];
        var row = Row(change.Which);
        var before = model.Where(known => row is not null && known.First.Row == row).ToList();
        var newest = before.Where(known => !known.IsRemoved).MaxBy(known => known.First.Generation);
        var generation = (newest?.First.Generation ?? 0) + (change.Next % 4 == 0 ? 0 : 1);
        var seen = change.Next % 2 == 0 ? before.LastOrDefault() : null;
        var request = Request(row, Math.Max(1, generation));

        var claimed = await store.ClaimAsync(request, seen is null ? null : change.IsStale ? seen.First : seen.Last, default);

        var isFree = newest is null || request.Generation > newest.First.Generation;
        var isAsSeen = seen is null || (!seen.IsRemoved && (!change.IsStale || seen.Versions.Count == 1));
        var expected = request with
        {
            Started = Now,
            Progress = new RequestProgress
            {
                State = RequestState.Claimed, Owner = (await store.OwnerAsync(default)).Id, Updated = Now, Steps = 1,
            },
        };
        Assert.Equal(isFree && isAsSeen ? expected : null, claimed);
        if (claimed is null)
        {
            return;
        }

        // What could still be sent of the one before is taken from whoever works on it.
        if (seen is { Last: var last } && StateTransitions.IsAllowed(last.Progress.State, RequestState.Intent))
        {
            seen.Versions.Add(last with { Progress = last.Progress with { Owner = null, Updated = Now, Steps = last.Progress.Steps + 1 } });
        }

        model.Add(new Known(claimed));
    }

    private async Task ChangeAsync(Change change, Known known)
    {
        var store = _stores[change.Process];
        var seen = change.IsStale ? known.First : known.Last;
        var isAsSeen = !known.IsRemoved && (!change.IsStale || known.Versions.Count == 1);
        if (change.Kind == ChangeKind.Remove)
        {
            Assert.Equal(isAsSeen || known.IsRemoved, await store.RemoveAsync(seen));
            known.IsRemoved |= isAsSeen;
            return;
        }

        var owner = (await store.OwnerAsync(default)).Id;
        var next = change.Kind switch
        {
            ChangeKind.Adopt => seen.Progress with { Owner = owner },
            ChangeKind.Release => seen.Progress with { Owner = null },
            _ => Next(seen.Progress, change.Next),
        };
        if (next.State != seen.Progress.State && !StateTransitions.IsAllowed(seen.Progress.State, next.State))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => store.AdvanceAsync(seen, next));
            return;
        }

        var made = change.Kind switch
        {
            ChangeKind.Adopt => await store.AdoptAsync(seen, default),
            ChangeKind.Release => await store.ReleaseAsync(seen),
            _ => await store.AdvanceAsync(seen, next),
        };

        var expected = seen with { Progress = next with { Updated = Now, Steps = seen.Progress.Steps + 1 } };
        Assert.Equal(isAsSeen ? expected : null, made);
        if (made is not null)
        {
            known.Versions.Add(made);
        }
    }

    private async Task CompareAsync(List<Known> model)
    {
        foreach (var store in _stores)
        {
            foreach (var known in model)
            {
                Assert.Equal(known.IsRemoved ? null : known.Last, await store.FindAsync(known.First.LedgerId, default));
                var steps = await store.StepsAsync(known.First.LedgerId, default);
                Assert.Equal(
                    known.IsRemoved ? [] : known.Versions.Select(version => (version.Progress.State, version.Progress.Updated)),
                    steps.Select(step => (step.State, step.At)));
            }

            var kept = model.Where(known => !known.IsRemoved).Select(known => known.Last).ToList();
            var newest = kept.Where(one => one.Row is null || kept.All(other => other.Row != one.Row || other.Generation <= one.Generation)).ToList();
            foreach (var request in newest.Where(request => request.Row is not null))
            {
                Assert.Equal(request, await store.FindRowAsync(request.Row!, default));
            }

            Assert.Equal(newest, await ListAsync(store, new LedgerQuery(), model));
            Assert.Equal(kept, await ListAsync(store, new LedgerQuery { WithSuperseded = true }, model));
            foreach (var state in newest.Select(request => request.Progress.State).Distinct())
            {
                Assert.Equal(
                    newest.Where(request => request.Progress.State == state), await ListAsync(store, new LedgerQuery { States = [state] }, model));
            }
        }
    }

    // Other runs are in the same database.
    private static async Task<List<StoredRequest>> ListAsync(LedgerStore store, LedgerQuery query, List<Known> model)
    {
        var own = model.Select(known => known.First.LedgerId).ToHashSet();
        return (await store.ListAsync(query, default).Select(listed => listed.Request).ToListAsync()).Where(request => own.Contains(request.LedgerId)).ToList();
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private string? Row(int which) =>
        which % Rows is > 0 and var row ? ((_run * Rows) + row).ToString("x32", CultureInfo.InvariantCulture) : null;

    // Mostly a state that may follow; now and then any.
    private static RequestProgress Next(RequestProgress seen, int choice)
    {
        var following = choice % 5 == 0 ? States : [.. States.Where(state => StateTransitions.IsAllowed(seen.State, state))];
        var state = following.Length == 0 ? seen.State : following[choice % following.Length];
        return seen with
        {
            State = state,
            Attempt = state == RequestState.Intent ? seen.Attempt + 1 : seen.Attempt,
            RequestId = state == RequestState.Accepted ? $"r-{choice}" : seen.RequestId,
            Error = choice % 3 == 0 ? $"„{choice}“" : null,
        };
    }

    private static StoredRequest Request(string? row, int generation) => new()
    {
        LedgerId = LedgerEntry.NewId(),
        Row = row,
        Subject = row,
        InputHash = new string('7', 32),
        Generation = generation,
        Provider = "fal",
        BaseUri = "https://queue.fal.run",
        Model = "fal-ai/imagen4/preview",
        Input = """{"prompt":"a fox"}""",
    };

    private enum ChangeKind
    {
        Claim,
        Advance,
        Adopt,
        Release,
        Remove,
    }

    private sealed record Change(ChangeKind Kind, int Process, int Which, int Next, bool IsStale);

    private sealed class Known(StoredRequest claimed)
    {
        public List<StoredRequest> Versions { get; } = [claimed];

        public bool IsRemoved { get; set; }

        public StoredRequest First => Versions[0];

        public StoredRequest Last => Versions[^1];
    }
}
