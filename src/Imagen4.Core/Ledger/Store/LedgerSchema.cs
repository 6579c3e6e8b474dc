namespace Imagen4.Core.Ledger.Store;

/// <summary>The tables, in the words of each database.</summary>
internal static class LedgerSchema
{
    /// <summary>The version of the tables that this module writes. An older one is brought forward, a newer one refused.</summary>
    public const int Version = 4;

    /// <summary>The oldest version whose requests can be read as they are: a command that only reads changes nothing.</summary>
    public const int OldestRead = 1;

    // What is written once stands apart from what is written at every step, so that a step costs the same whatever the prompt is. Ids are
    // 16 bytes. Checksums and times are 64 bits. What is only kept and never searched is text. No index is partial: SQLite compiles
    // statements on a table that has one again whenever they get new values.
    private const string Tables =
        """
        CREATE TABLE owner (
            id {number},
            machine text NOT NULL,
            process {long} NOT NULL,
            since {long} NOT NULL
        );
        CREATE TABLE request (
            id {number},
            ledger_id {bytes} NOT NULL UNIQUE,
            row_id {bytes},
            subject {bytes},
            input_hash {bytes},
            generation {long} NOT NULL,
            provider text NOT NULL,
            base_uri text NOT NULL,
            model text NOT NULL,
            row_key text,
            row_index {long} NOT NULL,
            directory text,
            input text NOT NULL,
            settings text,
            started {long} NOT NULL,
            content_check {long} NOT NULL,
            UNIQUE (row_id, generation)
        );
        CREATE INDEX request_subject ON request (subject);
        CREATE INDEX request_started ON request (started, row_index);
        CREATE TABLE progress (
            request {long} PRIMARY KEY REFERENCES request ON DELETE CASCADE,
            state {long} NOT NULL,
            attempt {long} NOT NULL,
            owner {long} REFERENCES owner,
            request_id text,
            accepted {long},
            updated {long} NOT NULL,
            error text,
            error_type text,
            refusal text,
            seed {long},
            delivery text,
            steps {long} NOT NULL,
            progress_check {long} NOT NULL
        ){roomy};
        CREATE INDEX progress_state ON progress (state, owner);
        CREATE INDEX progress_host_id ON progress (request_id);
        CREATE TABLE step (
            request {long} NOT NULL REFERENCES request ON DELETE CASCADE,
            number {long} NOT NULL,
            at {long} NOT NULL,
            state {long} NOT NULL,
            attempt {long} NOT NULL,
            owner {long},
            PRIMARY KEY (request, number)
        ){clustered};
        CREATE TABLE result (
            request {long} PRIMARY KEY REFERENCES request ON DELETE CASCADE,
            address text NOT NULL,
            name text NOT NULL,
            body {bytes} NOT NULL,
            UNIQUE (address, name)
        );
        CREATE TABLE result_image (
            request {long} NOT NULL REFERENCES result ON DELETE CASCADE,
            number {long} NOT NULL,
            bytes {bytes} NOT NULL,
            PRIMARY KEY (request, number)
        ){clustered};
        """;

    // What a file is called by its host's storage depends on its type as well as on what is in it.
    private const string Uploads =
        """
        CREATE TABLE upload (
            storage text NOT NULL,
            account {bytes} NOT NULL,
            sha256 {bytes} NOT NULL,
            content_type text NOT NULL,
            address text NOT NULL,
            valid_until {long} NOT NULL,
            upload_check {long} NOT NULL,
            PRIMARY KEY (storage, account, sha256, content_type)
        ){clustered};
        """;

    // The names that requests have in a directory, so that no two have the same.
    private const string Names =
        """
        CREATE TABLE file_name (
            directory text NOT NULL,
            name text NOT NULL,
            request {long} NOT NULL REFERENCES request ON DELETE CASCADE,
            image {long} NOT NULL,
            PRIMARY KEY (directory, name)
        ){clustered};
        CREATE INDEX file_name_request ON file_name (request);
        """;

    /// <summary>The version that has names of files, and requests that the host is known to generate.</summary>
    public const int WithNames = 3;

    // By what was sent, a row is found that was paid for under another key. By what was saved, a file is known whatever it is
    // called, also when its request has been forgotten.
    private const string Images =
        """
        CREATE INDEX request_input ON request (input_hash);
        CREATE TABLE saved_image (
            sha256 {bytes} NOT NULL,
            ledger_id {bytes} NOT NULL,
            PRIMARY KEY (sha256, ledger_id)
        ){clustered};
        """;

    /// <summary>The version that has the images that were saved.</summary>
    public const int WithImages = 4;

    // What each version has beyond the one before, from the first.
    private static readonly string[] Versions = [Tables, Uploads, Names, Images];

    /// <summary>Brings the tables to this version, for SQLite.</summary>
    /// <param name="version">Their version; 0 where there are none.</param>
    public static string SqliteSince(long version) => string.Join('\n', Versions.Skip((int)version).Select(InSqlite));

    /// <summary>For PostgreSQL, with the schema and its version: what a database administrator may run beforehand.</summary>
    public static string PostgresScript { get; } =
        $"""
        CREATE SCHEMA IF NOT EXISTS imagen4;
        SET LOCAL search_path TO imagen4;
        CREATE TABLE version (number bigint NOT NULL);
        INSERT INTO version VALUES ({Version});
        {string.Join('\n', Versions.Select(InPostgres))}
        """;

    /// <summary>Brings the tables to this version, for PostgreSQL.</summary>
    /// <param name="version">Their version, at least 1.</param>
    public static string PostgresSince(long version) =>
        $"""
        SET LOCAL search_path TO imagen4;
        {string.Join('\n', Versions.Skip((int)version).Select(InPostgres))}
        UPDATE version SET number = {Version};
        """;

    private static string InSqlite(string tables) => In(
        tables, number: "integer PRIMARY KEY", bytes: "blob", whole: "integer", clustered: " WITHOUT ROWID", roomy: "");

    private static string InPostgres(string tables) => In(
        tables,
        number: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        bytes: "bytea",
        whole: "bigint",
        clustered: "",
        roomy: " WITH (fillfactor = 70)");

    private static string In(string tables, string number, string bytes, string whole, string clustered, string roomy) => tables
        .Replace("{number}", number, StringComparison.Ordinal)
        .Replace("{bytes}", bytes, StringComparison.Ordinal)
        .Replace("{long}", whole, StringComparison.Ordinal)
        .Replace("{clustered}", clustered, StringComparison.Ordinal)
        .Replace("{roomy}", roomy, StringComparison.Ordinal);
}
