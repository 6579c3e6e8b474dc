using System.Data.Common;

namespace Imagen4.Core.Ledger.Store;

/// <summary>A statement with its values.</summary>
internal sealed record Statement(string Sql, params (string Name, object? Value)[] Values);

/// <summary>Every statement of the ledger, in the SQL that SQLite (3.35 and later) and PostgreSQL both take.</summary>
internal static class LedgerSql
{
    private const string Content =
        "ledger_id, row_id, subject, input_hash, generation, provider, base_uri, model, row_key, row_index, directory, input, settings, started, content_check";

    private const string Progress =
        "state, attempt, owner, request_id, accepted, updated, error, error_type, delivery, steps, progress_check";

    /// <summary>The select of whole requests; what follows says which.</summary>
    public const string Select = $"SELECT {Content}, {Progress} FROM request ";

    private const string SelectWithId = $"SELECT {Content}, {Progress}, id FROM request ";

    /// <summary>The column of the number that <see cref="Page"/> adds.</summary>
    public const int IdColumn = 26;

    /// <summary>Claims a row: inserts its next generation, unless somebody else has.</summary>
    public static Statement Claim(StoredRequest request) => new(
        $"""
        INSERT INTO request ({Content}, {Progress})
        VALUES (@ledger_id, @row_id, @subject, @input_hash, @generation, @provider, @base_uri, @model, @row_key, @row_index, @directory,
            @input, @settings, @started, @content_check, @state, @attempt, @owner, @request_id, @accepted, @updated, @error, @error_type,
            @delivery, @steps, @progress_check)
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
        ]);

    /// <summary>Changes a request, if it is still as it was seen.</summary>
    public static Statement Advance(string ledgerId, RequestProgress seen, RequestProgress next) => new(
        """
        UPDATE request SET state = @state, attempt = @attempt, owner = @owner, request_id = @request_id, accepted = @accepted,
            updated = @updated, error = @error, error_type = @error_type, delivery = @delivery, steps = @steps, progress_check = @progress_check
        WHERE ledger_id = @ledger_id AND progress_check = @seen
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

    /// <summary>Keeps the answer of a host that says it once.</summary>
    public static Statement KeepResult(string ledgerId, byte[] body) => new(
        "INSERT INTO result (request, body) SELECT id, @body FROM request WHERE ledger_id = @ledger_id ON CONFLICT (request) DO NOTHING",
        ("@ledger_id", Bytes(ledgerId)),
        ("@body", body));

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

    /// <summary>Selects a page of requests in the order of their claims.</summary>
    /// <param name="query">Which are wanted.</param>
    /// <param name="after">The last one of the page before, or 0.</param>
    /// <param name="size">The length of a page.</param>
    public static Statement Page(LedgerQuery query, long after, int size)
    {
        var where = new List<string> { "id > @after" };
        var values = new List<(string, object?)> { ("@after", after), ("@size", (long)size) };
        if (query.States.Count > 0)
        {
            where.Add($"state IN ({string.Join(", ", query.States.Select(state => ((int)state).ToString(System.Globalization.CultureInfo.InvariantCulture)))})");
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
            where.Add("(row_id IS NULL OR NOT EXISTS (SELECT 1 FROM request AS newer WHERE newer.row_id = request.row_id AND newer.generation > request.generation))");
        }

        return new Statement($"{SelectWithId}WHERE {string.Join(" AND ", where)} ORDER BY id LIMIT @size", [.. values]);
    }

    /// <summary>Reads a request, and whether a checksum does not fit what is read.</summary>
    public static (StoredRequest Request, bool IsDamaged) Read(DbDataReader reader)
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
                Delivery = Text(reader, 23),
                Steps = (int)reader.GetInt64(24),
            },
        };
        var isWhole = reader.GetInt64(14) == RequestChecksum.OfContent(request)
            && reader.GetInt64(25) == RequestChecksum.OfProgress(request.LedgerId, request.Progress)
            && Enum.IsDefined(request.Progress.State);
        return (request, !isWhole);
    }

    /// <summary>An id as it is kept: 16 bytes for 32 hexadecimal digits.</summary>
    public static byte[]? Bytes(string? id) => id is null ? null : Convert.FromHexString(id);

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
        ("@delivery", progress.Delivery),
        ("@steps", (long)progress.Steps),
        ("@progress_check", RequestChecksum.OfProgress(ledgerId, progress)),
    ];

    private static string? Hex(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : Convert.ToHexStringLower((byte[])reader.GetValue(column));

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static long? Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
}
