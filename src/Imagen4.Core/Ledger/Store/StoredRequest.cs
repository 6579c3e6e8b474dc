using Imagen4.Core.Ledger.States;

namespace Imagen4.Core.Ledger.Store;

/// <summary>One generation of a row, as the ledger has it. Times are milliseconds since 1970, UTC.</summary>
internal sealed record StoredRequest
{
    /// <summary>The ledger's own id: 32 hexadecimal digits.</summary>
    public required string LedgerId { get; init; }

    /// <summary>Names the row: 32 hexadecimal digits; null where every run of it is a new request.</summary>
    public string? Row { get; init; }

    /// <summary>Names the row whatever its directory.</summary>
    public string? Subject { get; init; }

    /// <summary>Names what is sent.</summary>
    public string? InputHash { get; init; }

    /// <summary>Counts the requests of a row, from 1. A row has one request of each generation: inserting it is the claim.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>The provider's name when it was claimed.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's base address, in its normal form.</summary>
    public required string BaseUri { get; init; }

    /// <summary>The endpoint id.</summary>
    public required string Model { get; init; }

    /// <summary>The caller's own key for the row.</summary>
    public string? Key { get; init; }

    /// <summary>The number of the row within its pipeline, from 1.</summary>
    public int Index { get; init; }

    /// <summary>The full output directory; null when only submitting.</summary>
    public string? Directory { get; init; }

    /// <summary>What is sent, as JSON text.</summary>
    public required string Input { get; init; }

    /// <summary>How it is queued and kept, as JSON text.</summary>
    public string? Settings { get; init; }

    /// <summary>When it was claimed.</summary>
    public long Started { get; init; }

    /// <summary>How far it has come.</summary>
    public RequestProgress Progress { get; init; } = new();

    /// <summary>Whether a checksum does not fit what was read: nothing it says is certain, but that there is such a request.</summary>
    public bool IsDamaged { get; init; }
}

/// <summary>An answer that a host gives once.</summary>
/// <param name="Address">The base address of its host, in its normal form.</param>
/// <param name="Name">The id it is asked for by.</param>
/// <param name="Description">What it says of its images, and what else it says, as JSON.</param>
/// <param name="Images">The bytes of the images that came inside it, by their number.</param>
internal sealed record StoredResult(string Address, string Name, byte[] Description, IReadOnlyList<(int Number, LateBytes Bytes)> Images);

/// <summary>The part of a request that changes.</summary>
internal sealed record RequestProgress
{
    /// <summary>The state.</summary>
    public RequestState State { get; init; }

    /// <summary>The number of the attempt, from 1; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>The owner that works on it; null where no process does.</summary>
    public long? Owner { get; init; }

    /// <summary>The host's id of it, once there is one.</summary>
    public string? RequestId { get; init; }

    /// <summary>When the host accepted it.</summary>
    public long? Accepted { get; init; }

    /// <summary>When it came to its state.</summary>
    public long Updated { get; init; }

    /// <summary>Why it has not come to a good end.</summary>
    public string? Error { get; init; }

    /// <summary>What kind of error it is.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The kind of error by which the host refused this very input.</summary>
    public string? Refusal { get; init; }

    /// <summary>The seed that the host says it used.</summary>
    public long? Seed { get; init; }

    /// <summary>What the host made of it, as JSON text, once its images are on disk.</summary>
    public string? Delivery { get; init; }

    /// <summary>How many steps have been written.</summary>
    public int Steps { get; init; }
}

/// <summary>What an upload is known by.</summary>
/// <param name="Storage">The address of the host's storage, in its normal form.</param>
/// <param name="Account">Names the key it was uploaded with, as hexadecimal digits, without giving it away.</param>
/// <param name="Sha256">The SHA-256 of its bytes, as hexadecimal digits.</param>
/// <param name="ContentType">Its media type, which the address tells too; null for any.</param>
internal sealed record UploadPlace(string Storage, string Account, string Sha256, string? ContentType);

/// <summary>A file that a host's storage has.</summary>
/// <param name="Place">What it is known by.</param>
/// <param name="Address">Where models read it.</param>
/// <param name="ValidUntil">Until when that is taken for granted, in milliseconds since 1970, UTC.</param>
internal sealed record StoredUpload(UploadPlace Place, string Address, long ValidUntil);

/// <summary>What a row was found by.</summary>
/// <param name="Newest">The newest request of the row, by the index of rows; null where it has none.</param>
/// <param name="Alike">The newest requests of the row whatever its directory, by the index of subjects, where it has none.</param>
internal sealed record FoundRow(StoredRequest? Newest, IReadOnlyList<StoredRequest> Alike)
{
    /// <summary>Puts together what was read.</summary>
    public static FoundRow Of(List<(bool IsAlike, StoredRequest? Request)> found) => new(
        found.Find(one => !one.IsAlike).Request, [.. found.Where(one => one.IsAlike).Select(one => one.Request).OfType<StoredRequest>()]);
}

/// <summary>One step of a request's history.</summary>
/// <param name="At">When, in milliseconds since 1970, UTC.</param>
/// <param name="State">What it came to.</param>
/// <param name="Attempt">The number of the attempt.</param>
/// <param name="Owner">Who wrote it; null for a process that only looked.</param>
internal sealed record RequestStep(long At, RequestState State, int Attempt, long? Owner);

/// <summary>A process that works on requests.</summary>
/// <param name="Id">Its number in this ledger.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="Process">The process id.</param>
/// <param name="Since">When it began, in milliseconds since 1970, UTC.</param>
internal sealed record LedgerOwner(long Id, string Machine, int Process, long Since);

/// <summary>Which requests are wanted.</summary>
internal sealed record LedgerQuery
{
    /// <summary>In one of these states; none for all.</summary>
    public IReadOnlyList<RequestState> States { get; init; } = [];

    /// <summary>Claimed at this time or later, in milliseconds since 1970, UTC.</summary>
    public long? Since { get; init; }

    /// <summary>Claimed at this time or earlier, in milliseconds since 1970, UTC.</summary>
    public long? Until { get; init; }

    /// <summary>Not changed since this time, in milliseconds since 1970, UTC.</summary>
    public long? Before { get; init; }

    /// <summary>Whether requests whose row has a newer one are wanted too.</summary>
    public bool WithSuperseded { get; init; }

    /// <summary>Requests whose row has a newer one, in these states, are wanted all the same.</summary>
    public IReadOnlyList<RequestState> EvenSuperseded { get; init; } = [];

    /// <summary>Requests in these states are superseded by a newer one of the same row for another directory, too.</summary>
    public IReadOnlyList<RequestState> SupersededElsewhere { get; init; } = [];
}
