<#
.SYNOPSIS
    Submits again what has failed, once for each row, and leaves alone what would be refused again.
.DESCRIPTION
    The ledger knows the rows, their inputs and where their images go. A row that the host refused for what it asks for is reported
    and not sent: edit it first. A row in doubt is not sent either: Resolve-ImagenRequest settles it.
.EXAMPLE
    pwsh -NoProfile -File RetryFailed.ps1 -Since (Get-Date).AddDays(-1) -OutputDirectory images
#>
#Requires -Version 7.6
[CmdletBinding(SupportsShouldProcess)]
param(
    # Where the images go: the folder of the batch.
    [Parameter(Mandatory)]
    [string] $OutputDirectory,

    # Requests before this are left alone.
    [datetime] $Since = (Get-Date).Date
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command New-ImagenImage -ErrorAction Ignore)) {
    $checkout = Join-Path $PSScriptRoot '../Imagen4.psd1'
    Import-Module ((Test-Path $checkout) ? $checkout : 'Imagen4')
}

$failed = @(Get-ImagenRequest -State Failed, Cancelled -Since $Since)
Write-Output "To be submitted again: $($failed.Count)."
$failed | New-ImagenImage -OutputDirectory $OutputDirectory -ErrorAction Continue
