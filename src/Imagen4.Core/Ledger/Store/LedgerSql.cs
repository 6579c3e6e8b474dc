using System.Data;
using System.Data.Common;

namespace Imagen4.Core.Ledger.Store;

/// <summary>A statement with its values.</summary>
internal sealed record Statement(string Sql, params (string Name, object? Value)[] Values);

/// <summary>A place in a list of requests.</summary>
/// <param name="Started">When it was claimed.</param>
/// <param name="Index">The number of its row.</param>
/// <param name="Id">Its own number.</param>
internal sealed record ListPlace(long Started, long Index, long Id)
{
    /// <summary>Before the first.</summary>
    public static readonly ListPlace Start = new(long.MinValue, long.MinValue, long.MinValue);
}

/// <summary>Every statement of the ledger, in the SQL that SQLite (3.35 and later) and PostgreSQL both take.</summary>
internal static class LedgerSql
{
    private const string Content =
        "ledger_id, row_id, subject, input_hash, generation, provider, base_uri, model, row_key, row_index, directory, input, settings, started, content_check";

    private const string Progress =
        "state, attempt, owner, request_id, accepted, updated, error, error_type, refusal, seed, delivery, steps, progress_check";

    /// <summary>The select of whole requests; what follows says which.</summary>
    public const string Select = $"SELECT {Content}, {Progress} FROM request ";

    private const string HasNewer =
        "(row_id IS NOT NULL AND EXISTS (SELECT 1 FROM request AS newer WHERE newer.row_id = request.row_id AND newer.generation > request.generation))";

    private const string SelectListed = $"SELECT {Content}, {Progress}, id, {HasNewer} FROM request ";

    /// <summary>The column of the number that <see cref="Page"/> adds; after it, whether the row has a newer request.</summary>
    public const int IdColumn = 28;

    /// <summary>
    /// Claims a row: inserts its next generation, unless somebody else has, or the row is no longer as it was seen. A request that
    /// was forgotten meanwhile must not let two processes both take the row's next one.
    /// </summary>
    /// <param name="request">The next generation.</param>
    /// <param name="seen">The newest request of the row, which must be unchanged; null where its generation alone matters.</param>
    public static Statement Claim(StoredRequest request, StoredRequest? seen) => new(
        $"""
        INSERT INTO request ({Content}, {Progress})
        SELECT @ledger_id, @row_id, @subject, @input_hash, @generation, @provider, @base_uri, @model, @row_key, @row_index, @directory,
            @input, @settings, @started, @content_check, @state, @attempt, @owner, @request_id, @accepted, @updated, @error, @error_type,
            @refusal, @seed, @delivery, @steps, @progress_check
        WHERE NOT EXISTS (SELECT 1 FROM request WHERE row_id = @row_id AND generation >= @generation)
            {(seen is null ? "" : "AND EXISTS (SELECT 1 FROM request WHERE ledger_id = @seen_id AND progress_check = @seen)")}
        ON CONFLICT DO NOTHING
        """,
        [
            ("@row_id", Bytes(request.Row)),
            ("@subject", Bytes(request.Subject)),
            ("@input_hash", Bytes(request.InputHash)),
            ("@generation", (long)request.Generation),
            ("@provider", request.Provider),
            ("@base_uri", request.BaseUri),
            ("@model", request.Model),
            ("@row_key", request.Key),
            ("@row_index", (long)request.Index),
            ("@directory", request.Directory),
            ("@input", request.Input),
            ("@settings", request.Settings),
            ("@started", request.Started),
            ("@content_check", RequestChecksum.OfContent(request)),
            .. Values(request.LedgerId, request.Progress),
            .. seen is null ? [] : ((string, object?)[])[("@seen_id", Bytes(seen.LedgerId)), ("@seen", RequestChecksum.OfProgress(seen.LedgerId, seen.Progress))],
        ]);

    /// <summary>Keeps a request as it was seen until the transaction ends: nobody may forget it while its row is claimed anew.</summary>
    public static Statement Hold(StoredRequest seen) => new(
        "UPDATE request SET updated = updated WHERE ledger_id = @ledger_id AND progress_check = @seen",
        ("@ledger_id", Bytes(seen.LedgerId)),
        ("@seen", RequestChecksum.OfProgress(seen.LedgerId, seen.Progress)));

    /// <summary>Changes a request, if it is still as it was seen.</summary>
    /// <param name="ledgerId">The request.</param>
    /// <param name="seen">As it was seen.</param>
    /// <param name="next">As it is to be.</param>
    /// <param name="withResult">Whether only together with the answer that is kept of it, under the request id it gets.</param>
    public static Statement Advance(string ledgerId, RequestProgress seen, RequestProgress next, bool withResult = false) => new(
        $"""
        UPDATE request SET state = @state, attempt = @attempt, owner = @owner, request_id = @request_id, accepted = @accepted,
            updated = @updated, error = @error, error_type = @error_type, refusal = @refusal, seed = @seed, delivery = @delivery,
            steps = @steps, progress_check = @progress_check
        WHERE ledger_id = @ledger_id AND progress_check = @seen
            {(withResult ? "AND EXISTS (SELECT 1 FROM result WHERE result.request = request.id AND result.name = @request_id)" : "")}
        """,
        [.. Values(ledgerId, next), ("@seen", RequestChecksum.OfProgress(ledgerId, seen))]);

    /// <summary>Adds the step that a claim or a change has just made, if it was made.</summary>
    public static Statement AddStep(string ledgerId, RequestProgress made) => new(
        """
        INSERT INTO step (request, number, at, state, attempt, owner)
        SELECT id, steps, updated, state, attempt, owner FROM request WHERE ledger_id = @ledger_id AND progress_check = @progress_check
        ON CONFLICT DO NOTHING
        """,
        ("@ledger_id", Bytes(ledgerId)),
        ("@progress_check", RequestChecksum.OfProgress(ledgerId, made)));

    /// <summary>Forgets a request with its steps and its result, if it is still as it was seen.</summary>
    public static Statement Remove(string ledgerId, RequestProgress seen) => new(
        "DELETE FROM request WHERE ledger_id = @ledger_id AND progress_check = @seen",
        ("@ledger_id", Bytes(ledgerId)),
        ("@seen", RequestChecksum.OfProgress(ledgerId, seen)));

    /// <summary>Keeps the answer of a host that says it once, if its request is still as it was seen and no other answer has its name.</summary>
    public static Statement KeepResult(string ledgerId, RequestProgress seen, StoredResult result) => new(
        """
        INSERT INTO result (request, address, name, body)
        SELECT id, @address, @name, @body FROM request WHERE ledger_id = @ledger_id AND progress_check = @seen
        ON CONFLICT DO NOTHING
        """,
        ("@ledger_id", Bytes(ledgerId)),
        ("@seen", RequestChecksum.OfProgress(ledgerId, seen)),
        ("@address", result.Address),
        ("@name", result.Name),
        ("@body", result.Description));

    /// <summary>Keeps an image of such an answer, if the request has come to the step that belongs to it.</summary>
    public static Statement KeepImage(string ledgerId, RequestProgress made, int number, byte[] bytes) => new(
        """
        INSERT INTO result_image (request, number, bytes)
        SELECT id, @number, @bytes FROM request WHERE ledger_id = @ledger_id AND progress_check = @made
        ON CONFLICT DO NOTHING
        """,
        ("@ledger_id", Bytes(ledgerId)),
        ("@made", RequestChecksum.OfProgress(ledgerId, made)),
        ("@number", (long)number),
        ("@bytes", bytes));

    /// <summary>The answer that is kept of a host's request, and the number of its request.</summary>
    public static Statement SyncResult(string address, string name) => new(
        "SELECT body, request FROM result WHERE address = @address AND name = @name", ("@address", address), ("@name", name));

    /// <summary>The bytes of one of its images.</summary>
    public static Statement Image(long request, int number) => new(
        "SELECT bytes FROM result_image WHERE request = @request AND number = @number", ("@request", request), ("@number", (long)number));

    /// <summary>A request by the ledger's own id.</summary>
    public static Statement ByLedgerId(string ledgerId) => new(Select + "WHERE ledger_id = @ledger_id", ("@ledger_id", Bytes(ledgerId)));

    /// <summary>The newest request of a row.</summary>
    public static Statement NewestOfRow(string row) => new(
        Select + "WHERE row_id = @row ORDER BY generation DESC LIMIT 1", ("@row", Bytes(row)));

    /// <summary>The requests of a row, oldest first.</summary>
    public static Statement OfRow(string row) => new(Select + "WHERE row_id = @row ORDER BY generation", ("@row", Bytes(row)));

    /// <summary>The newest requests of a row whatever its directory, newest first.</summary>
    public static Statement NewestOfSubject(string subject, int most) => new(
        Select + "WHERE subject = @subject ORDER BY id DESC LIMIT @most", ("@subject", Bytes(subject)), ("@most", (long)most));

    /// <summary>Requests by the host's id, oldest first: several hosts may have given the same.</summary>
    public static Statement ByRequestId(string requestId) => new(
        Select + "WHERE request_id = @request_id ORDER BY id", ("@request_id", requestId));

    /// <summary>The number of the newest request; 0 where there is none.</summary>
    public static Statement Newest { get; } = new("SELECT COALESCE(MAX(id), 0) FROM request");

    /// <summary>Whether a request is newer than one of a number.</summary>
    public static Statement IsNewer(string ledgerId, long number) => new(
        "SELECT 1 FROM request WHERE ledger_id = @ledger_id AND id > @number", ("@ledger_id", Bytes(ledgerId)), ("@number", number));

    /// <summary>The ledger's ids of the requests that somebody works on, or did when it ended.</summary>
    public static Statement Owned { get; } = new(
        $"SELECT ledger_id FROM request WHERE owner IS NOT NULL AND state NOT IN ({Numbers([.. Enum.GetValues<RequestState>().Where(StateTransitions.IsEnd)])})");

    /// <summary>Whether an owner has requests left.</summary>
    public static Statement HasRequests(long owner) => new("SELECT 1 FROM request WHERE owner = @owner LIMIT 1", ("@owner", owner));

    /// <summary>The process that works on requests under a number.</summary>
    public static Statement Owner(long owner) => new("SELECT id, machine, process, since FROM owner WHERE id = @owner", ("@owner", owner));

    /// <summary>When an owner began to work on a request.</summary>
    public static Statement HeldSince(string ledgerId, long owner) => new(
        """
        SELECT MIN(at) FROM step WHERE request = (SELECT id FROM request WHERE ledger_id = @ledger_id) AND owner = @owner
        """,
        ("@ledger_id", Bytes(ledgerId)),
        ("@owner", owner));

    /// <summary>Counts the requests of each state, and of those without an answer also of each owner. The index of the states is enough for most.</summary>
    public static Statement CountStates { get; } = new(
        """
        SELECT state, NULL, count(*) FROM request WHERE state > 3 GROUP BY state
        UNION ALL SELECT state, owner, count(*) FROM request WHERE state <= 3 GROUP BY state, owner
        """);

    /// <summary>Adds a process that works on requests, and selects its number.</summary>
    public static Statement AddOwner(string machine, int process, long since) => new(
        "INSERT INTO owner (machine, process, since) VALUES (@machine, @process, @since) RETURNING id",
        ("@machine", machine),
        ("@process", (long)process),
        ("@since", since));

    /// <summary>Selects a page of all requests by their numbers: damage to anything else does not hide one.</summary>
    /// <param name="after">The last one of the page before, or the least number there is.</param>
    /// <param name="size">The length of a page.</param>
    public static Statement All(long after, int size) => new(
        SelectListed + "WHERE id > @id ORDER BY id LIMIT @size", ("@id", after), ("@size", (long)size));

    /// <summary>Selects a page of requests in the order of their claims; those of one moment in that of their rows.</summary>
    /// <param name="query">Which are wanted.</param>
    /// <param name="after">The last one of the page before.</param>
    /// <param name="size">The length of a page.</param>
    public static Statement Page(LedgerQuery query, ListPlace after, int size)
    {
        var where = new List<string> { "(started, row_index, id) > (@started, @row_index, @id)" };
        var values = new List<(string, object?)>
        {
            ("@started", after.Started), ("@row_index", after.Index), ("@id", after.Id), ("@size", (long)size),
        };
        if (query.States.Count > 0)
        {
            where.Add($"state IN ({Numbers(query.States)})");
        }

        if (query.Since is { } since)
        {
            where.Add("started >= @since");
            values.Add(("@since", since));
        }

        if (query.Before is { } before)
        {
            where.Add("updated < @before");
            values.Add(("@before", before));
        }

        if (!query.WithSuperseded)
        {
            where.Add(query.EvenSuperseded.Count == 0 ? $"NOT {HasNewer}" : $"(state IN ({Numbers(query.EvenSuperseded)}) OR NOT {HasNewer})");
        }

        return new Statement($"{SelectListed}WHERE {string.Join(" AND ", where)} ORDER BY started, row_index, id LIMIT @size", [.. values]);
    }

    /// <summary>Reads a request, and looks whether its checksums fit.</summary>
    public static StoredRequest Read(DbDataReader reader)
    {
        try
        {
            return ReadColumns(reader);
        }
        catch (Exception error) when (error is InvalidCastException or InvalidOperationException or FormatException or OverflowException)
        {
            // A column of another type than the schema's, or nothing where there has to be something.
            return new StoredRequest
            {
                LedgerId = reader.GetValue(0) is byte[] id ? Convert.ToHexStringLower(id) : "",
                Provider = "",
                BaseUri = "",
                Model = "",
                Input = "",
                IsDamaged = true,
            };
        }
    }

    private static StoredRequest ReadColumns(DbDataReader reader)
    {
        var request = new StoredRequest
        {
            LedgerId = Hex(reader, 0)!,
            Row = Hex(reader, 1),
            Subject = Hex(reader, 2),
            InputHash = Hex(reader, 3),
            Generation = (int)reader.GetInt64(4),
            Provider = reader.GetString(5),
            BaseUri = reader.GetString(6),
            Model = reader.GetString(7),
            Key = Text(reader, 8),
            Index = (int)reader.GetInt64(9),
            Directory = Text(reader, 10),
            Input = reader.GetString(11),
            Settings = Text(reader, 12),
            Started = reader.GetInt64(13),
            Progress = new RequestProgress
            {
                State = (RequestState)reader.GetInt64(15),
                Attempt = (int)reader.GetInt64(16),
                Owner = Number(reader, 17),
                RequestId = Text(reader, 18),
                Accepted = Number(reader, 19),
                Updated = reader.GetInt64(20),
                Error = Text(reader, 21),
                ErrorType = Text(reader, 22),
                Refusal = Text(reader, 23),
                Seed = Number(reader, 24),
                Delivery = Text(reader, 25),
                Steps = (int)reader.GetInt64(26),
            },
        };
        var isWhole = reader.GetInt64(14) == RequestChecksum.OfContent(request)
            && reader.GetInt64(27) == RequestChecksum.OfProgress(request.LedgerId, request.Progress)
            && Enum.IsDefined(request.Progress.State);
        return isWhole ? request : request with { IsDamaged = true };
    }

    /// <summary>An id as it is kept: 16 bytes for 32 hexadecimal digits.</summary>
    public static byte[]? Bytes(string? id) => id is null ? null : Convert.FromHexString(id);

    /// <summary>The type of a value that may be null.</summary>
    public static DbType TypeOf(string name) => name switch
    {
        "@row_id" or "@subject" or "@input_hash" => DbType.Binary,
        "@owner" or "@accepted" or "@seed" => DbType.Int64,
        _ => DbType.String,
    };

    private static (string, object?)[] Values(string ledgerId, RequestProgress progress) =>
    [
        ("@ledger_id", Bytes(ledgerId)),
        ("@state", (long)progress.State),
        ("@attempt", (long)progress.Attempt),
        ("@owner", progress.Owner),
        ("@request_id", progress.RequestId),
        ("@accepted", progress.Accepted),
        ("@updated", progress.Updated),
        ("@error", progress.Error),
        ("@error_type", progress.ErrorType),
        ("@refusal", progress.Refusal),
        ("@seed", progress.Seed),
        ("@delivery", progress.Delivery),
        ("@steps", (long)progress.Steps),
        ("@progress_check", RequestChecksum.OfProgress(ledgerId, progress)),
    ];

    private static string Numbers(IReadOnlyList<RequestState> states) =>
        string.Join(", ", states.Select(state => ((int)state).ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static string? Hex(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : Convert.ToHexStringLower((byte[])reader.GetValue(column));

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static long? Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
}
