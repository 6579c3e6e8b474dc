-- The tables of a ledger that several machines share, for a database administrator: PostgreSQL 12 or later.
-- The module creates them by itself on first use, where its role may create a schema. Where it may not, run this once, before:
--
--     psql -v ON_ERROR_STOP=1 -d DATABASE -f docs/ledger.sql
--
-- and give the role that the module uses (here: imagen) the rights it needs:
--
-- GRANT USAGE ON SCHEMA imagen4 TO imagen;
-- GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA imagen4 TO imagen;
--
-- Sessions hold advisory locks while they work, so connect to the server itself, or to a pooler in session mode. Prompts are in
-- the tables: who may read them is up to you.

BEGIN;
CREATE SCHEMA IF NOT EXISTS imagen4;
SET LOCAL search_path TO imagen4;
CREATE TABLE version (number bigint NOT NULL);
INSERT INTO version VALUES (4);
CREATE TABLE owner (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    machine text NOT NULL,
    process bigint NOT NULL,
    since bigint NOT NULL
);
CREATE TABLE request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ledger_id bytea NOT NULL UNIQUE,
    row_id bytea,
    subject bytea,
    input_hash bytea,
    generation bigint NOT NULL,
    provider text NOT NULL,
    base_uri text NOT NULL,
    model text NOT NULL,
    row_key text,
    row_index bigint NOT NULL,
    directory text,
    input text NOT NULL,
    settings text,
    started bigint NOT NULL,
    content_check bigint NOT NULL,
    UNIQUE (row_id, generation)
);
CREATE INDEX request_subject ON request (subject);
CREATE INDEX request_started ON request (started, row_index);
CREATE TABLE progress (
    request bigint PRIMARY KEY REFERENCES request ON DELETE CASCADE,
    state bigint NOT NULL,
    attempt bigint NOT NULL,
    owner bigint REFERENCES owner,
    request_id text,
    accepted bigint,
    updated bigint NOT NULL,
    error text,
    error_type text,
    refusal text,
    seed bigint,
    delivery text,
    steps bigint NOT NULL,
    progress_check bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX progress_state ON progress (state, owner);
CREATE INDEX progress_host_id ON progress (request_id);
CREATE TABLE step (
    request bigint NOT NULL REFERENCES request ON DELETE CASCADE,
    number bigint NOT NULL,
    at bigint NOT NULL,
    state bigint NOT NULL,
    attempt bigint NOT NULL,
    owner bigint,
    PRIMARY KEY (request, number)
);
CREATE TABLE result (
    request bigint PRIMARY KEY REFERENCES request ON DELETE CASCADE,
    address text NOT NULL,
    name text NOT NULL,
    body bytea NOT NULL,
    UNIQUE (address, name)
);
CREATE TABLE result_image (
    request bigint NOT NULL REFERENCES result ON DELETE CASCADE,
    number bigint NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (request, number)
);
CREATE TABLE upload (
    storage text NOT NULL,
    account bytea NOT NULL,
    sha256 bytea NOT NULL,
    content_type text NOT NULL,
    address text NOT NULL,
    valid_until bigint NOT NULL,
    upload_check bigint NOT NULL,
    PRIMARY KEY (storage, account, sha256, content_type)
);
CREATE TABLE file_name (
    directory text NOT NULL,
    name text NOT NULL,
    request bigint NOT NULL REFERENCES request ON DELETE CASCADE,
    image bigint NOT NULL,
    PRIMARY KEY (directory, name)
);
CREATE INDEX file_name_request ON file_name (request);
CREATE INDEX request_input ON request (input_hash);
CREATE TABLE saved_image (
    sha256 bytea NOT NULL,
    ledger_id bytea NOT NULL,
    PRIMARY KEY (sha256, ledger_id)
);
COMMIT;

-- Tables of an older version (SELECT number FROM imagen4.version) are brought to this one by the module itself, where its role owns
-- them. Where it does not, run the statements of your version as their owner, in one transaction, and grant the rights again.
--
-- From version 1:
--
--     SET LOCAL search_path TO imagen4;
--     CREATE TABLE upload (
--         storage text NOT NULL,
--         account bytea NOT NULL,
--         sha256 bytea NOT NULL,
--         content_type text NOT NULL,
--         address text NOT NULL,
--         valid_until bigint NOT NULL,
--         upload_check bigint NOT NULL,
--         PRIMARY KEY (storage, account, sha256, content_type)
--     );
--     CREATE TABLE file_name (
--         directory text NOT NULL,
--         name text NOT NULL,
--         request bigint NOT NULL REFERENCES request ON DELETE CASCADE,
--         image bigint NOT NULL,
--         PRIMARY KEY (directory, name)
--     );
--     CREATE INDEX file_name_request ON file_name (request);
--     CREATE INDEX request_input ON request (input_hash);
--     CREATE TABLE saved_image (
--         sha256 bytea NOT NULL,
--         ledger_id bytea NOT NULL,
--         PRIMARY KEY (sha256, ledger_id)
--     );
--     UPDATE version SET number = 4;
--
-- From version 2:
--
--     SET LOCAL search_path TO imagen4;
--     CREATE TABLE file_name (
--         directory text NOT NULL,
--         name text NOT NULL,
--         request bigint NOT NULL REFERENCES request ON DELETE CASCADE,
--         image bigint NOT NULL,
--         PRIMARY KEY (directory, name)
--     );
--     CREATE INDEX file_name_request ON file_name (request);
--     CREATE INDEX request_input ON request (input_hash);
--     CREATE TABLE saved_image (
--         sha256 bytea NOT NULL,
--         ledger_id bytea NOT NULL,
--         PRIMARY KEY (sha256, ledger_id)
--     );
--     UPDATE version SET number = 4;
--
-- From version 3:
--
--     SET LOCAL search_path TO imagen4;
--     CREATE INDEX request_input ON request (input_hash);
--     CREATE TABLE saved_image (
--         sha256 bytea NOT NULL,
--         ledger_id bytea NOT NULL,
--         PRIMARY KEY (sha256, ledger_id)
--     );
--     UPDATE version SET number = 4;
--
