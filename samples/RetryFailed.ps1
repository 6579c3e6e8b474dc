<#
.SYNOPSIS
    Submits again what has failed, once for each row, and leaves alone what would be refused again.
.DESCRIPTION
    The ledger knows the rows, their inputs and where their images go. A row that the host refused for what it asks for is reported
    and not sent: edit it first. A row in doubt is not sent either: Resolve-ImagenRequest settles it. What you have cancelled stays so.
.EXAMPLE
    pwsh -NoProfile -File RetryFailed.ps1 -OutputDirectory images -Days 1
#>

#Requires -Version 7.6
[CmdletBinding(SupportsShouldProcess)]
param(
    # Where the images go: the folder of the batch.
    [Parameter(Mandatory)]
    [string] $OutputDirectory,

    # How many days back. Older requests are left alone.
    [ValidateRange(1, 3650)]
    [int] $Days = 1
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command New-ImagenImage -ErrorAction Ignore)) {
    $checkout = Join-Path $PSScriptRoot '../Imagen4.psd1'
    Import-Module ((Test-Path $checkout) ? $checkout : 'Imagen4')
}

$failed = @(Get-ImagenRequest -State Failed, Rejected -Since (Get-Date).AddDays(-$Days))
Write-Output "Failed: $($failed.Count)."
$failed | New-ImagenImage -OutputDirectory $OutputDirectory -ErrorAction Continue
