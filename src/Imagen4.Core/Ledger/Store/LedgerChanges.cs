namespace Imagen4.Core.Ledger.Store;

/// <summary>
/// The statements that change a ledger, in the SQL that SQLite (3.35 and later) and PostgreSQL both take. Each can be run twice: a
/// group whose commit was not answered is written again.
/// </summary>
internal static class LedgerChanges
{
    private const string IsAsSeen =
        "AND EXISTS (SELECT 1 FROM progress "
        + "WHERE request = (SELECT id FROM request WHERE ledger_id = @seen_id) AND progress_check = @seen)";

    // Two doubts that are settled side by side must not both be the same request.
    private const string HasOwnId =
        "AND NOT EXISTS (SELECT 1 FROM progress AS other JOIN request AS its ON its.id = other.request "
        + "JOIN request AS own ON own.id = progress.request "
        + "WHERE other.request_id = @request_id AND other.request <> progress.request AND its.base_uri = own.base_uri)";

    // Rows of several directories are different rows, and those without one are any of them.
    private const string HasNoneNewer =
        "AND NOT EXISTS (SELECT 1 FROM request WHERE subject = @subject "
        + "AND id > COALESCE((SELECT id FROM request WHERE ledger_id = @newest), 0))";

    private const string OfLedgerId = "request = (SELECT id FROM request WHERE ledger_id = @ledger_id)";

    /// <summary>
    /// Claims a row: inserts its next generation, unless somebody else has, or the row is no longer as it was seen. A request that
    /// was forgotten meanwhile must not let two processes both take the row's next one.
    /// </summary>
    /// <param name="request">The next generation.</param>
    /// <param name="seen">The newest request of the row, which must be unchanged; null where its generation alone matters.</param>
    /// <param name="unless">What must not be there: a request of its subject that is newer; null where that does not matter.</param>
    public static Statement Claim(StoredRequest request, StoredRequest? seen, NewerThan? unless = null) => new(
        $"""
        INSERT INTO request ({RequestColumns.Content})
        SELECT @ledger_id, @row_id, @subject, @input_hash, @generation, @provider, @base_uri, @model, @row_key, @row_index, @directory,
            @input, @settings, @started, @content_check
        WHERE NOT EXISTS (SELECT 1 FROM request WHERE row_id = @row_id AND generation >= @generation)
            {(seen is null ? "" : IsAsSeen)}
            {(unless is null ? "" : HasNoneNewer)}
        ON CONFLICT DO NOTHING
        """,
        [
            ("@ledger_id", RequestColumns.Bytes(request.LedgerId)),
            ("@row_id", RequestColumns.Bytes(request.Row)),
            ("@subject", RequestColumns.Bytes(request.Subject)),
            ("@input_hash", RequestColumns.Bytes(request.InputHash)),
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
            .. seen is null
                ? []
                : ((string, object?)[])[("@seen_id", RequestColumns.Bytes(seen.LedgerId)), ("@seen", RequestChecksum.OfProgress(seen))],
            .. unless is null ? [] : ((string, object?)[])[("@newest", RequestColumns.Bytes(unless.LedgerId))],
        ])
        {
            IsExclusive = unless is not null,
        };

    /// <summary>Writes how far a request has come that was just claimed, if it was.</summary>
    public static Statement Begin(StoredRequest claimed, long check) => new(
        $"""
        INSERT INTO progress (request, {RequestColumns.Progress})
        SELECT id, @state, @attempt, @owner, @request_id, @accepted, @updated, @error, @error_type, @refusal, @seed, @delivery, @steps,
            @progress_check
        FROM request WHERE ledger_id = @ledger_id
        ON CONFLICT DO NOTHING
        """,
        RequestColumns.Values(claimed.LedgerId, claimed.Progress, check));

    /// <summary>Keeps a request as it was seen until the transaction ends: nobody may forget it while its row is claimed anew.</summary>
    public static Statement Hold(StoredRequest seen) => new(
        $"UPDATE progress SET updated = updated WHERE {OfLedgerId} AND progress_check = @seen",
        ("@ledger_id", RequestColumns.Bytes(seen.LedgerId)),
        ("@seen", RequestChecksum.OfProgress(seen)));

    /// <summary>Changes a request, if it is still as it was seen.</summary>
    /// <param name="ledgerId">The request.</param>
    /// <param name="seen">The checksum of how far it was seen to be.</param>
    /// <param name="next">As it is to be.</param>
    /// <param name="check">The checksum of that.</param>
    /// <param name="withResult">Whether only together with the answer that is kept of it, under the request id it gets.</param>
    /// <param name="hasOwnId">Whether only if no other request of its host has the id that it gets.</param>
    public static Statement Advance(
        string ledgerId, long seen, RequestProgress next, long check, bool withResult = false, bool hasOwnId = false) => new(
        $"""
        UPDATE progress SET state = @state, attempt = @attempt, owner = @owner, request_id = @request_id, accepted = @accepted,
            updated = @updated, error = @error, error_type = @error_type, refusal = @refusal, seed = @seed, delivery = @delivery,
            steps = @steps, progress_check = @progress_check
        WHERE {OfLedgerId} AND progress_check = @seen
            {(withResult ? "AND EXISTS (SELECT 1 FROM result WHERE result.request = progress.request AND result.name = @request_id)" : "")}
            {(hasOwnId ? HasOwnId : "")}
        """,
        [.. RequestColumns.Values(ledgerId, next, check), ("@seen", seen)]);

    /// <summary>Takes a request from whoever works on it, if it is still as it was seen and the row's next one has just been
    /// claimed.</summary>
    /// <param name="seen">The request as it was seen.</param>
    /// <param name="taken">As it is to be.</param>
    /// <param name="check">The checksum of that.</param>
    /// <param name="next">The ledger's id of the next one.</param>
    public static Statement Supersede(StoredRequest seen, RequestProgress taken, long check, string next) => new(
        $"""
        UPDATE progress SET owner = @owner, updated = @updated, steps = @steps, progress_check = @progress_check
        WHERE {OfLedgerId} AND progress_check = @seen AND EXISTS (SELECT 1 FROM request WHERE ledger_id = @next)
        """,
        ("@ledger_id", RequestColumns.Bytes(seen.LedgerId)),
        ("@owner", taken.Owner),
        ("@updated", taken.Updated),
        ("@steps", (long)taken.Steps),
        ("@progress_check", check),
        ("@seen", RequestChecksum.OfProgress(seen)),
        ("@next", RequestColumns.Bytes(next)));

    /// <summary>Adds the step that a claim or a change has just made, if it was made.</summary>
    public static Statement AddStep(string ledgerId, long made) => new(
        $"""
        INSERT INTO step (request, number, at, state, attempt, owner)
        SELECT request, steps, updated, state, attempt, owner FROM progress WHERE {OfLedgerId} AND progress_check = @progress_check
        ON CONFLICT DO NOTHING
        """,
        ("@ledger_id", RequestColumns.Bytes(ledgerId)),
        ("@progress_check", made));

    /// <summary>Forgets a request with its steps and its result, if it is still as it was seen.</summary>
    public static Statement Remove(StoredRequest seen) => new(
        $"DELETE FROM request WHERE id = (SELECT request FROM progress WHERE {OfLedgerId} AND progress_check = @seen)",
        ("@ledger_id", RequestColumns.Bytes(seen.LedgerId)),
        ("@seen", RequestChecksum.OfProgress(seen)));

    /// <summary>Forgets a request that is damaged, whatever it says: there is no state that it could be compared with.</summary>
    public static Statement RemoveDamaged(string ledgerId) => new(
        "DELETE FROM request WHERE ledger_id = @ledger_id", ("@ledger_id", RequestColumns.Bytes(ledgerId)));

    /// <summary>Keeps the answer of a host that says it once, if its request is still as it was seen and no other answer has its
    /// name.</summary>
    public static Statement KeepResult(string ledgerId, long seen, StoredResult result) => new(
        $"""
        INSERT INTO result (request, address, name, body)
        SELECT request, @address, @name, @body FROM progress WHERE {OfLedgerId} AND progress_check = @seen
        ON CONFLICT DO NOTHING
        """,
        ("@ledger_id", RequestColumns.Bytes(ledgerId)),
        ("@seen", seen),
        ("@address", result.Address),
        ("@name", result.Name),
        ("@body", result.Description));

    /// <summary>Keeps a piece of an image of such an answer, if the request has come to the step that belongs to it.</summary>
    public static Statement KeepImage(string ledgerId, long made, int number, int piece, LateBytes bytes) => new(
        $"""
        INSERT INTO result_image (request, number, bytes)
        SELECT request, @number, @bytes FROM progress WHERE {OfLedgerId} AND progress_check = @made
        ON CONFLICT DO NOTHING
        """,
        ("@ledger_id", RequestColumns.Bytes(ledgerId)),
        ("@made", made),
        ("@number", LedgerQueries.PieceNumber(number, piece)),
        ("@bytes", bytes));

    /// <summary>Keeps the address that a file has got at a host's storage, in the place of an earlier one.</summary>
    public static Statement KeepUpload(StoredUpload upload) => new(
        """
        INSERT INTO upload (storage, account, sha256, content_type, address, valid_until, upload_check)
        VALUES (@storage, @account, @digest, @content_type, @address, @valid_until, @upload_check)
        ON CONFLICT (storage, account, sha256, content_type)
        DO UPDATE SET address = @address, valid_until = @valid_until, upload_check = @upload_check
        """,
        [
            .. LedgerQueries.Names(upload.Place),
            ("@content_type", upload.Place.ContentType),
            ("@address", upload.Address),
            ("@valid_until", upload.ValidUntil),
            ("@upload_check", RequestChecksum.OfUpload(upload)),
        ]);

    /// <summary>Forgets the addresses that have ended: a ledger must not grow with every file there ever was.</summary>
    public static Statement ForgetUploadsBefore(long now) => new("DELETE FROM upload WHERE valid_until < @now", ("@now", now));

    /// <summary>Forgets the address of a file, if it still has that one.</summary>
    public static Statement ForgetUpload(StoredUpload upload) => new(
        "DELETE FROM upload WHERE storage = @storage AND account = @account AND sha256 = @digest AND address = @address",
        [.. LedgerQueries.Names(upload.Place), ("@address", upload.Address)]);

    /// <summary>Gives an image of a request its name in a directory, where it has none there and nothing else has that name.</summary>
    public static Statement NameFile(string ledgerId, string directory, int image, string name) => new(
        """
        INSERT INTO file_name (directory, name, request, image)
        SELECT @directory, @name, id, @image FROM request
        WHERE ledger_id = @ledger_id AND NOT EXISTS (SELECT 1 FROM file_name AS other
            WHERE other.request = request.id AND other.directory = @directory AND other.image = @image)
        ON CONFLICT DO NOTHING
        """,
        ("@ledger_id", RequestColumns.Bytes(ledgerId)),
        ("@directory", directory),
        ("@name", name),
        ("@image", (long)image));

    /// <summary>Takes an image's name in a directory from it.</summary>
    public static Statement UnnameFile(string ledgerId, string directory, int image) => new(
        $"DELETE FROM file_name WHERE {OfLedgerId} AND directory = @directory AND image = @image",
        ("@ledger_id", RequestColumns.Bytes(ledgerId)),
        ("@directory", directory),
        ("@image", (long)image));

    /// <summary>
    /// Takes a name in a directory from the earlier requests of a row that have ended: the newest one overwrites what they have saved.
    /// </summary>
    public static Statement ReleaseName(string ledgerId, string directory, string name) => new(
        $"""
        DELETE FROM file_name WHERE directory = @directory AND name = @name AND request IN (
            SELECT earlier.id FROM request AS earlier JOIN request AS newest ON newest.row_id = earlier.row_id
            JOIN progress ON progress.request = earlier.id
            WHERE newest.ledger_id = @ledger_id AND earlier.id <> newest.id AND progress.state IN ({LedgerQueries.Ended}))
        """,
        ("@ledger_id", RequestColumns.Bytes(ledgerId)),
        ("@directory", directory),
        ("@name", name));

    /// <summary>Keeps that a request saves an image of these bytes.</summary>
    public static Statement KeepSaved(string ledgerId, string sha256) => new(
        "INSERT INTO saved_image (sha256, ledger_id) VALUES (@digest, @ledger_id) ON CONFLICT DO NOTHING",
        ("@digest", RequestColumns.Bytes(sha256)),
        ("@ledger_id", RequestColumns.Bytes(ledgerId)));

    /// <summary>Adds a process that works on requests, and selects its number.</summary>
    public static Statement AddOwner(string machine, int process, long since) => new(
        "INSERT INTO owner (machine, process, since) VALUES (@machine, @process, @since) RETURNING id",
        ("@machine", machine),
        ("@process", (long)process),
        ("@since", since));
}
