using System.Data.Common;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Rows;

namespace Imagen4.Core.Tests.Support;

/// <summary>What tests look at between two steps: here nobody has anything else to do than to wait for it.</summary>
internal static class ReadNow
{
    public static CheckedRow Check(this RowCheck check, ImageRow row) => Wait(check.CheckAsync(row, default).AsTask());

    public static LedgerRequest? OfLedgerId(this LedgerLookup ledger, string id) => Wait(ledger.FindAsync(id, default));

    public static LedgerRequest? OfRow(this LedgerLookup ledger, RowIdentity row) => Wait(ledger.FindRowAsync(row, default));

    public static List<(LedgerRequest Known, bool IsNewest)> List(this LedgerLookup ledger, LedgerQuery query) =>
        Wait(ledger.ListAsync(query, default).ToListAsync().AsTask());

    public static List<RequestView> Find(this RequestLookup requests, RequestFilter filter) =>
        Wait(requests.FindAsync(filter, default).ToListAsync().AsTask());

    public static RequestView OfLedgerId(this RequestLookup requests, string id) => Wait(requests.OfLedgerIdAsync(id, default));

    public static StoredRequest? Find(this StoredRequests stored, string id) => Wait(stored.FindAsync(id, default));

    public static DbConnection? OpenToRead(this ILedgerDatabase database) => Wait(database.OpenAsync(writes: false, default));

    public static bool IsAlive(this ILedgerDatabase database, long owner) => Wait(database.IsAliveAsync(owner, default));

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
