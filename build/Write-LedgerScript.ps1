<#
.SYNOPSIS
    Writes docs/ledger.sql: the tables of a shared ledger, as the module itself would create them.
.DESCRIPTION
    Run it after LedgerSchema.cs has changed, with the module built. A test compares the two.
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
$root = Split-Path $PSScriptRoot
Import-Module (Join-Path $root Imagen4.psd1)

# Whatever uses the core loads it.
$null = Get-ImagenLedger
$core = [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq 'Imagen4.Core' }[0]
$schema = $core.GetType('Imagen4.Core.Ledger.Store.LedgerSchema')
$tables = $schema.GetProperty('PostgresScript').GetValue($null)
$version = $schema.GetField('Version').GetRawConstantValue()
$upgrades = 1..($version - 1) | ForEach-Object {
    "-- From version ${_}:"
    '--'
    $schema.GetMethod('PostgresSince').Invoke($null, @([long]$_)) -split "`n" | ForEach-Object { "--     $_".TrimEnd() }
    '--'
}
Set-Content (Join-Path $root docs/ledger.sql) -NoNewline @"
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
$tables
COMMIT;

-- Tables of an older version (SELECT number FROM imagen4.version) are brought to this one by the module itself, where its role owns
-- them. Where it does not, run the statements of your version as their owner, in one transaction, and grant the rights again.
--
$($upgrades -join "`n")

"@
