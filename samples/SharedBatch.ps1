<#
.SYNOPSIS
    One of several machines at the same batch: whichever takes a row first submits it, and each row is paid for once.
.DESCRIPTION
    All machines name the same ledger, a PostgreSQL database, with IMAGEN4_LEDGER or -Ledger. Each goes through the rows in an order of
    its own, so that they spread over the machines. A row that another machine has is waited for; when a machine dies, the others go on
    with its rows. Rows need a column named key, and images the same path on every machine: docs/shared-ledger.md says why.

    Exit codes: 0 every row is delivered, 1 some rows failed, 3 rows are in doubt.
.EXAMPLE
    pwsh -NoProfile -File SharedBatch.ps1 -Csv /data/prompts.csv -OutputDirectory /data/images -Ledger postgres://imagen@db.example/imagen
#>

#Requires -Version 7.6
[CmdletBinding()]
param(
    # The rows: a CSV with the columns key and prompt.
    [Parameter(Mandatory)]
    [string] $Csv,

    # Where the images go: the same path on every machine.
    [Parameter(Mandatory)]
    [string] $OutputDirectory,

    # The database; without it IMAGEN4_LEDGER names it. The password is in PGPASSWORD, a secret or the password file.
    [string] $Ledger,

    # The host. Without it the default provider is used.
    [string] $Provider
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command New-ImagenImage -ErrorAction Ignore)) {
    $checkout = Join-Path $PSScriptRoot '../Imagen4.psd1'
    Import-Module ((Test-Path $checkout) ? $checkout : 'Imagen4')
}

if ($Ledger) {
    Set-ImagenLedger $Ledger
}

if ((Get-ImagenLedger).Kind -ne 'PostgreSQL') {
    throw 'The ledger is on this machine alone: other machines would pay for the same rows. Name a database with -Ledger or IMAGEN4_LEDGER.'
}

$rows = @(Import-Csv -LiteralPath $Csv)
if ($rows | Where-Object { -not $_.key }) {
    throw "Every row of $Csv needs a key: equal rows without one are counted on each machine anew."
}

$given = $Provider ? @{ Provider = $Provider } : @{}
$results = @($rows | Sort-Object { Get-Random } | New-ImagenImage @given -OutputDirectory $OutputDirectory -ErrorAction Continue)
$results | Group-Object State -NoElement | ForEach-Object { "$($_.Name): $($_.Count)" }
if ($results.State -contains 'InDoubt') {
    exit 3
}

exit [int](@($results | Where-Object State -EQ Delivered).Count -lt $rows.Count)
