using System.Data.Common;
using System.Globalization;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>What was found of a ledger, and why not more.</summary>
/// <param name="Ledger">The ledger, as far as it could be read.</param>
/// <param name="Error">Why it could not be read, or that it is damaged; null when all is well.</param>
public sealed record LedgerFindings(ImagenLedger Ledger, LedgerUnavailableException? Error);

/// <summary>Looks at the ledger without changing it: its size, its states, and whether it is whole.</summary>
public static class LedgerInspection
{
    private const int PageLength = 500;

    /// <summary>Looks at the ledger that is in use.</summary>
    /// <param name="ledgers">The ledgers that can be used.</param>
    /// <param name="verify">Whether every request is read and compared with its checksum.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public static async Task<LedgerFindings> RunAsync(LedgerCatalog ledgers, bool verify, CancellationToken cancellation)
    {
        var (location, choice) = (ledgers.Current, ledgers.Choice);
        var database = location.Open();
        await using var disposing = database.ConfigureAwait(false);
        var ledger = new ImagenLedger
        {
            Location = database.Location,
            Kind = location.ToString(),
            Scope = (choice?.Scope ?? LedgerScope.Default).ToString(),
            SecretName = choice?.SecretName,
            KeepsPrompts = ledgers.KeepsPrompts,
        };
        try
        {
            await ReadAsync(database, ledger, verify, cancellation).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            if (verify && error.IsDamaged)
            {
                // The database gave up before it could be asked for more.
                (ledger.IsIntact, ledger.Damage) = (false, [PlainText.Line(error.InnerException?.Message ?? error.Message)]);
            }

            return new LedgerFindings(ledger, error);
        }

        return new LedgerFindings(ledger, ledger.Damage.Length == 0
            ? null
            : new LedgerUnavailableException(Messages.LedgerFoundDamaged.With(ledger.Location, ledger.Damage.Length, ledger.Damage[0])));
    }

    private static async Task ReadAsync(ILedgerDatabase database, ImagenLedger ledger, bool verify, CancellationToken cancellation)
    {
        var opened = await database.OpenAsync(writes: false, cancellation).ConfigureAwait(false);
        if (opened is null)
        {
            // There is nothing yet, so nothing of it is damaged.
            ledger.Size = 0;
            ledger.IsIntact = verify ? true : null;
            Count(ledger, []);
            return;
        }

        var connection = new StoreConnection(opened);
        await using var disposing = connection.ConfigureAwait(false);
        try
        {
            ledger.DatabaseVersion = (await TextsAsync(connection, database.SelectDatabaseVersion, cancellation).ConfigureAwait(false))[0];
            ledger.SchemaVersion = (int)await NumberAsync(connection, database.SelectVersion, cancellation).ConfigureAwait(false);
            ledger.Size = await NumberAsync(connection, database.SelectSize, cancellation).ConfigureAwait(false);
            Count(ledger, await StatesAsync(database, connection, cancellation).ConfigureAwait(false));
            if (verify)
            {
                ledger.Damage = [.. await FaultsAsync(database, connection, cancellation).ConfigureAwait(false)];
                ledger.IsIntact = ledger.Damage.Length == 0;
            }
        }
        catch (DbException error)
        {
            throw database.Unavailable(error, writes: false);
        }
    }

    private static void Count(ImagenLedger ledger, IReadOnlyList<(string State, long Count)> found)
    {
        var counts = found.GroupBy(one => one.State).ToDictionary(group => group.Key, group => group.Sum(one => one.Count));
        ledger.Requests = counts.Values.Sum();
        ledger.Pending = counts.GetValueOrDefault(ImagenStates.Pending);
        ledger.InQueue = counts.GetValueOrDefault(ImagenStates.InQueue);
        ledger.InProgress = counts.GetValueOrDefault(ImagenStates.InProgress);
        ledger.Completed = counts.GetValueOrDefault(ImagenStates.Completed);
        ledger.Delivered = counts.GetValueOrDefault(ImagenStates.Delivered);
        ledger.Failed = counts.GetValueOrDefault(ImagenStates.Failed);
        ledger.Rejected = counts.GetValueOrDefault(ImagenStates.Rejected);
        ledger.Cancelled = counts.GetValueOrDefault(ImagenStates.Cancelled);
        ledger.InDoubt = counts.GetValueOrDefault(ImagenStates.InDoubt);
    }

    // What stands before the host's answer depends on whether somebody is still at it, and only there is that asked.
    private static async Task<List<(string State, long Count)>> StatesAsync(
        ILedgerDatabase database, StoreConnection connection, CancellationToken cancellation)
    {
        var groups = new List<(RequestState State, long? Owner, long Count)>();
        var reader = await connection.ReadAsync(LedgerQueries.CountStates, cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                var hasOwner = !await reader.IsDBNullAsync(1, cancellation).ConfigureAwait(false);
                groups.Add(((RequestState)reader.GetInt64(0), hasOwner ? reader.GetInt64(1) : null, reader.GetInt64(2)));
            }
        }

        var states = new List<(string, long)>(groups.Count);
        foreach (var (state, owner, count) in groups)
        {
            var isWorkedOn = owner is { } number && await database.IsAliveAsync(number, cancellation).ConfigureAwait(false);
            states.Add((LedgerObjects.State(state, isWorkedOn), count));
        }

        return states;
    }

    private static async Task<List<string>> FaultsAsync(
        ILedgerDatabase database, StoreConnection connection, CancellationToken cancellation)
    {
        var faults = database.SelectFaults is { } check
            ? await TextsAsync(connection, check, cancellation).ConfigureAwait(false)
            : [];
        _ = faults.Remove("ok");
        try
        {
            await CompareAsync(connection, faults, cancellation).ConfigureAwait(false);
        }
        catch (DbException error) when (faults.Count > 0)
        {
            // The database has said what is wrong; behind this page nothing can be read.
            faults.Add(PlainText.Line(error.Message));
        }

        return faults;
    }

    private static async Task CompareAsync(StoreConnection connection, List<string> faults, CancellationToken cancellation)
    {
        for (long? after = long.MinValue; after is { } last;)
        {
            after = null;
            var reader = await connection.ReadAsync(LedgerQueries.All(last, PageLength), cancellation).ConfigureAwait(false);
            await using var disposing = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                after = reader.GetInt64(RequestColumns.Count);
                if (RequestColumns.Read(reader) is { IsDamaged: true } damaged)
                {
                    faults.Add(Messages.LedgerRequestDamaged.With(damaged.LedgerId.Length > 0 ? damaged.LedgerId : $"#{after}"));
                }
            }
        }
    }

    private static async Task<long> NumberAsync(StoreConnection connection, string sql, CancellationToken cancellation)
    {
        var reader = await connection.ReadAsync(new Statement(sql), cancellation).ConfigureAwait(false);
        await using var disposing = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false)
            ? Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture)
            : 0;
    }

    private static async Task<List<string>> TextsAsync(StoreConnection connection, string sql, CancellationToken cancellation)
    {
        var texts = new List<string>();
        var reader = await connection.ReadAsync(new Statement(sql), cancellation).ConfigureAwait(false);
        await using var disposing = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            texts.Add(PlainText.Line(reader.GetString(0)));
        }

        return texts;
    }
}
