using System.Globalization;
using Imagen4.Core.Ledger.States;

namespace Imagen4.Core.Ledger.Store;

/// <summary>
/// The statements that read a ledger, in the SQL that SQLite and PostgreSQL both take. A limit is part of the text: SQLite compiles a
/// statement again whenever the value of its limit is set.
/// </summary>
internal static class LedgerQueries
{
    // Of a request whose progress is lost, what it is is still read: it is damaged, and not unknown.
    private const string Join = "LEFT JOIN progress ON progress.request = request.id";
    private const string From = $"FROM request {Join}";

    private const string Select = $"SELECT {RequestColumns.Content}, {RequestColumns.Progress} {From} ";

    private const string HasNewer =
        "(row_id IS NOT NULL AND EXISTS (SELECT 1 FROM request AS newer "
        + "WHERE newer.row_id = request.row_id AND newer.generation > request.generation))";

    private const string SelectListed = $"SELECT {RequestColumns.Content}, {RequestColumns.Progress}, id";

    // Another table may count its keys from 1, too, so the same key in another directory is only then the same row when its input is the
    // same, or when it is for most keys of the two directories: then the table was moved, and this row of it edited.
    private const string SameTables =
        "WITH same_table AS MATERIALIZED (SELECT request.directory AS older, newer.directory AS newer FROM request "
        + "JOIN request AS newer ON newer.subject = request.subject "
        + "WHERE request.row_key IS NOT NULL AND newer.id > request.id AND newer.directory <> request.directory "
        + "GROUP BY request.directory, newer.directory "
        + "HAVING COUNT(DISTINCT CASE WHEN newer.input_hash = request.input_hash THEN request.subject END) "
        + "> COUNT(DISTINCT CASE WHEN newer.input_hash <> request.input_hash THEN request.subject END)) ";

    private const string HasNewerElsewhere =
        "(subject IS NOT NULL AND EXISTS (SELECT 1 FROM request AS newer WHERE newer.subject = request.subject AND newer.id > request.id "
        + "AND (newer.input_hash = request.input_hash OR newer.directory = request.directory "
        + "OR EXISTS (SELECT 1 FROM same_table WHERE same_table.older = request.directory AND same_table.newer = newer.directory))))";

    /// <summary>The states of requests to which nothing more happens, as a list.</summary>
    internal static readonly string Ended = Numbers([.. Enum.GetValues<RequestState>().Where(StateTransitions.IsEnd)]);

    private static readonly string Open = Numbers([.. Enum.GetValues<RequestState>().Where(state => !StateTransitions.IsEnd(state))]);

    /// <summary>The answer that is kept of a host's request, and the number of its request.</summary>
    public static Statement SyncResult(string address, string name) => new(
        "SELECT body, request FROM result WHERE address = @address AND name = @name", ("@address", address), ("@name", name));

    /// <summary>The bytes of a piece of one of its images.</summary>
    public static Statement Image(long request, int number, int piece) => new(
        "SELECT bytes FROM result_image WHERE request = @request AND number = @number",
        ("@request", request),
        ("@number", PieceNumber(number, piece)));

    /// <summary>The number under which a piece of an image is kept: that of the image for the first, which may be all of it.</summary>
    public static long PieceNumber(int number, int piece) => number + ((long)piece << 32);

    /// <summary>The address that a file has at a host's storage.</summary>
    public static Statement Upload(UploadPlace place) => new(
        "SELECT address, valid_until, upload_check, content_type FROM upload "
            + "WHERE storage = @storage AND account = @account AND sha256 = @digest "
            + (place.ContentType is null ? "" : "AND content_type = @content_type ") + "ORDER BY valid_until DESC LIMIT 1",
        place.ContentType is { } type ? [.. Names(place), ("@content_type", type)] : Names(place));

    /// <summary>The values that name a file at a host's storage.</summary>
    public static (string, object?)[] Names(UploadPlace place) =>
    [
        ("@storage", place.Storage),
        ("@account", RequestColumns.Bytes(place.Account)),
        ("@digest", RequestColumns.Bytes(place.Sha256)),
    ];

    /// <summary>A request by the ledger's own id.</summary>
    public static Statement ByLedgerId(string ledgerId) => new(
        Select + "WHERE ledger_id = @ledger_id", ("@ledger_id", RequestColumns.Bytes(ledgerId)));

    /// <summary>
    /// The newest request of a row, and those that are alike: the newest ones of its subject, found by another index. The column after
    /// the others is 1 for those. In one statement, so that both are seen at the same moment.
    /// </summary>
    public static Statement NewestOfRow(string row, string subject, int most) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT {RequestColumns.Content}, {RequestColumns.Progress}, 0
            FROM (SELECT * FROM request WHERE row_id = @row ORDER BY generation DESC LIMIT 1) AS request {Join}
            UNION ALL SELECT {RequestColumns.Content}, {RequestColumns.Progress}, 1
            FROM (SELECT * FROM request WHERE subject = @subject ORDER BY id DESC LIMIT {most}) AS request {Join}
            """),
        ("@row", RequestColumns.Bytes(row)),
        ("@subject", RequestColumns.Bytes(subject)));

    /// <summary>The newest request of a row.</summary>
    public static Statement NewestOfRow(string row) => new(
        Select + "WHERE row_id = @row ORDER BY generation DESC LIMIT 1", ("@row", RequestColumns.Bytes(row)));

    /// <summary>The requests of a row, oldest first.</summary>
    public static Statement OfRow(string row) => new(
        Select + "WHERE row_id = @row ORDER BY generation", ("@row", RequestColumns.Bytes(row)));

    /// <summary>
    /// The newest requests of a row whatever its directory, and the newest ones with its input whatever their row, newest first. Each is
    /// found by an index of its own.
    /// </summary>
    public static Statement Alike(string subject, string inputHash, int most) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Select}WHERE id IN (
                SELECT id FROM (SELECT id FROM request WHERE subject = @subject ORDER BY id DESC LIMIT {most}) AS same
                UNION SELECT id FROM (SELECT id FROM request WHERE input_hash = @input_hash ORDER BY id DESC LIMIT {most}) AS equal)
            ORDER BY id DESC
            """),
        ("@subject", RequestColumns.Bytes(subject)),
        ("@input_hash", RequestColumns.Bytes(inputHash)));

    /// <summary>The requests that have saved an image of these bytes, and their rows; no row of one that was forgotten.</summary>
    public static Statement OfImage(string digest) => new(
        "SELECT saved_image.ledger_id, request.row_id FROM saved_image "
            + "LEFT JOIN request ON request.ledger_id = saved_image.ledger_id WHERE sha256 = @digest",
        ("@digest", RequestColumns.Bytes(digest)));

    /// <summary>Requests by the host's id, oldest first: several hosts may have given the same.</summary>
    public static Statement ByRequestId(string requestId) => new(
        Select + "WHERE id IN (SELECT request FROM progress WHERE request_id = @request_id) ORDER BY id", ("@request_id", requestId));

    /// <summary>The names that the images of a request have in a directory.</summary>
    public static Statement FileNames(string ledgerId, string directory) => new(
        "SELECT image, name FROM file_name "
            + "WHERE request = (SELECT id FROM request WHERE ledger_id = @ledger_id) AND directory = @directory",
        ("@ledger_id", RequestColumns.Bytes(ledgerId)),
        ("@directory", directory));

    /// <summary>The number of the newest request; 0 where there is none.</summary>
    public static Statement Newest { get; } = new("SELECT COALESCE(MAX(id), 0) FROM request");

    /// <summary>The newest requests, newest first.</summary>
    public static Statement NewestOfAll(int most) => new(
        string.Create(CultureInfo.InvariantCulture, $"{Select}ORDER BY id DESC LIMIT {most}"));

    /// <summary>Whether a request is newer than one of a number.</summary>
    public static Statement IsNewer(string ledgerId, long number) => new(
        "SELECT 1 FROM request WHERE ledger_id = @ledger_id AND id > @number", ("@ledger_id", RequestColumns.Bytes(ledgerId)),
            ("@number", number));

    /// <summary>The ledger's ids of the requests that somebody works on, or did when it ended.</summary>
    public static Statement Owned { get; } = new(
        $"SELECT ledger_id FROM request WHERE id IN (SELECT request FROM progress WHERE state IN ({Open}) AND owner IS NOT NULL)");

    /// <summary>Whether an owner has requests left.</summary>
    public static Statement HasRequests(long owner) => new(
        $"SELECT 1 FROM progress WHERE state IN ({Open}) AND owner = @owner LIMIT 1", ("@owner", owner));

    /// <summary>The process that works on requests under a number.</summary>
    public static Statement Owner(long owner) => new("SELECT id, machine, process, since FROM owner WHERE id = @owner", ("@owner", owner));

    /// <summary>When an owner began to work on a request.</summary>
    public static Statement HeldSince(string ledgerId, long owner) => new(
        """
        SELECT MIN(at) FROM step WHERE request = (SELECT id FROM request WHERE ledger_id = @ledger_id) AND owner = @owner
        """,
        ("@ledger_id", RequestColumns.Bytes(ledgerId)),
        ("@owner", owner));

    /// <summary>The steps of a request, oldest first.</summary>
    public static Statement Steps(string ledgerId) => new(
        """
        SELECT at, state, attempt, owner FROM step
        WHERE request = (SELECT id FROM request WHERE ledger_id = @ledger_id) ORDER BY number
        """,
        ("@ledger_id", RequestColumns.Bytes(ledgerId)));

    /// <summary>Counts the requests of each state, and of those without an answer also of each owner. The index of the states is
    /// enough.</summary>
    public static Statement CountStates { get; } = new(
        """
        SELECT state, NULL, count(*) FROM progress WHERE state > 3 GROUP BY state
        UNION ALL SELECT state, owner, count(*) FROM progress WHERE state <= 3 GROUP BY state, owner
        """);

    /// <summary>Selects a page of all requests by their numbers: damage to anything else does not hide one.</summary>
    /// <param name="after">The last one of the page before, or the least number there is.</param>
    /// <param name="size">The length of a page.</param>
    public static Statement All(long after, int size) => new(
        string.Create(CultureInfo.InvariantCulture, $"{SelectListed}, {HasNewer} {From} WHERE id > @id ORDER BY id LIMIT {size}"),
        ("@id", after));

    /// <summary>Selects a page of requests in the order of their claims; those of one moment in that of their rows.</summary>
    /// <param name="query">Which are wanted.</param>
    /// <param name="after">The last one of the page before.</param>
    /// <param name="size">The length of a page.</param>
    public static Statement Page(LedgerQuery query, ListPlace after, int size)
    {
        var where = new List<string> { "(started, row_index, id) > (@started, @row_index, @id)" };
        var values = new List<(string, object?)>
        {
            ("@started", after.Started), ("@row_index", after.Index), ("@id", after.Id),
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

        if (query.Until is { } until)
        {
            where.Add("started <= @until");
            values.Add(("@until", until));
        }

        if (query.Before is { } before)
        {
            where.Add("updated < @before");
            values.Add(("@before", before));
        }

        var elsewhere = query.SupersededElsewhere.Count > 0;
        var hasNewer = !elsewhere ? HasNewer
            : $"({HasNewer} OR (state IN ({Numbers(query.SupersededElsewhere)}) AND {HasNewerElsewhere}))";
        if (!query.WithSuperseded)
        {
            where.Add(query.EvenSuperseded.Count == 0 ? $"NOT {hasNewer}"
                : $"(state IN ({Numbers(query.EvenSuperseded)}) OR NOT {hasNewer})");
        }

        return new Statement(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{(elsewhere ? SameTables : "")}{SelectListed}, {hasNewer} {From} WHERE {string.Join(" AND ", where)} "
                    + $"ORDER BY started, row_index, id LIMIT {size}"),
            [.. values]);
    }

    private static string Numbers(IReadOnlyList<RequestState> states) =>
        string.Join(", ", states.Select(state => ((int)state).ToString(CultureInfo.InvariantCulture)));
}
