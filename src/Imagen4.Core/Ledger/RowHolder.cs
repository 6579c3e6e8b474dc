using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Ledger;

/// <summary>The process that works on a row.</summary>
/// <param name="Owner">Its number in the ledger.</param>
/// <param name="Process">What the ledger knows of it; null where that is gone.</param>
/// <param name="Since">Since when it works on the row.</param>
/// <param name="IsThis">Whether it is this process.</param>
/// <param name="UnreadableLock">Its lock, where it is unknown whether it is running, because this user may not open it; else null.</param>
internal sealed record RowHolder(long Owner, LedgerOwner? Process, DateTimeOffset Since, bool IsThis, string? UnreadableLock);
