namespace Imagen4;

/// <summary>The ledger as users see it: where it is, and how many requests it has in which state.</summary>
public sealed class ImagenLedger
{
    /// <summary>The file, or the address of the database; never a password.</summary>
    public string Location { get; set; } = "";

    /// <summary>The database: <c>SQLite</c> or <c>PostgreSQL</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The version of the database's own program or library; null where there is no ledger yet, or it cannot be reached.</summary>
    public string? DatabaseVersion { get; set; }

    /// <summary>Who said so: <c>Environment</c>, <c>Session</c>, <c>User</c> or <c>Default</c>.</summary>
    public string Scope { get; set; } = "";

    /// <summary>The name of the secret that is the password.</summary>
    public string? SecretName { get; set; }

    /// <summary>Whether prompts are written to it.</summary>
    public bool KeepsPrompts { get; set; } = true;

    /// <summary>The version of its tables; null where there is no ledger yet, or it cannot be read.</summary>
    public int? SchemaVersion { get; set; }

    /// <summary>How many bytes it takes.</summary>
    public long? Size { get; set; }

    /// <summary>How many requests there are, those that a newer one of the same row has replaced among them.</summary>
    public long? Requests { get; set; }

    /// <summary>How many are being submitted by a process that is running.</summary>
    public long? Pending { get; set; }

    /// <summary>How many the host has accepted and, as far as is known, not started.</summary>
    public long? InQueue { get; set; }

    /// <summary>How many the host was last known to generate.</summary>
    public long? InProgress { get; set; }

    /// <summary>How many are finished and not saved.</summary>
    public long? Completed { get; set; }

    /// <summary>How many are saved.</summary>
    public long? Delivered { get; set; }

    /// <summary>How many failed, never left this machine, or are no longer known to their host.</summary>
    public long? Failed { get; set; }

    /// <summary>How many the host refused.</summary>
    public long? Rejected { get; set; }

    /// <summary>How many were cancelled.</summary>
    public long? Cancelled { get; set; }

    /// <summary>How many were sent without it being known whether they were accepted.</summary>
    public long? InDoubt { get; set; }

    /// <summary>Whether everything in it is as it was written; null where that was not looked at.</summary>
    public bool? IsIntact { get; set; }

    /// <summary>What is damaged, one line each.</summary>
    public string[] Damage { get; set; } = [];

    /// <summary>The location.</summary>
    public override string ToString() => Location;
}
