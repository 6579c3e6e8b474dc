namespace Imagen4.Core.Ledger.Store;

/// <summary>The tables, in the words of each database.</summary>
internal static class LedgerSchema
{
    /// <summary>The version of the tables that this module writes. An older one is brought forward, a newer one refused.</summary>
    public const int Version = 1;

    // Ids are 16 bytes. Checksums and times are 64 bits. What is only kept and never searched is text.
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
        );
        CREATE UNIQUE INDEX request_claim ON request (row_id, generation) WHERE row_id IS NOT NULL;
        CREATE INDEX request_subject ON request (subject) WHERE subject IS NOT NULL;
        CREATE INDEX request_key ON request (row_key) WHERE row_key IS NOT NULL;
        CREATE INDEX request_host_id ON request (request_id) WHERE request_id IS NOT NULL;
        CREATE INDEX request_state ON request (state);
        CREATE INDEX request_started ON request (started, row_index);
        CREATE INDEX request_owner ON request (owner) WHERE owner IS NOT NULL;
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

    /// <summary>For SQLite.</summary>
    public static string Sqlite { get; } = In(number: "integer PRIMARY KEY", bytes: "blob", whole: "integer", clustered: " WITHOUT ROWID");

    /// <summary>For PostgreSQL, with the schema and its version: what a database administrator may run beforehand.</summary>
    public static string PostgresScript { get; } =
        $"""
        CREATE SCHEMA IF NOT EXISTS imagen4;
        SET LOCAL search_path TO imagen4;
        CREATE TABLE version (number bigint NOT NULL);
        INSERT INTO version VALUES ({Version});
        {In(number: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", bytes: "bytea", whole: "bigint", clustered: "")}
        """;

    private static string In(string number, string bytes, string whole, string clustered) => Tables
        .Replace("{number}", number, StringComparison.Ordinal)
        .Replace("{bytes}", bytes, StringComparison.Ordinal)
        .Replace("{long}", whole, StringComparison.Ordinal)
        .Replace("{clustered}", clustered, StringComparison.Ordinal);
}
