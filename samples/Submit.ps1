<#
.SYNOPSIS
    Submits a CSV of prompts and returns at once. Collect.ps1 fetches the images later.
.DESCRIPTION
    The host works on while nothing of yours runs. Rows that an earlier run has submitted are not submitted again.
.EXAMPLE
    pwsh -NoProfile -File Submit.ps1 -Csv prompts.csv
#>

#Requires -Version 7.6
[CmdletBinding()]
param(
    # The rows: a CSV with a column named prompt. A column named key makes rows easy to find again.
    [Parameter(Mandatory)]
    [string] $Csv,

    # The host. Without it the default provider is used.
    [string] $Provider
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command New-ImagenImage -ErrorAction Ignore)) {
    $checkout = Join-Path $PSScriptRoot '../Imagen4.psd1'
    Import-Module ((Test-Path $checkout) ? $checkout : 'Imagen4')
}

$given = $Provider ? @{ Provider = $Provider } : @{}
$requests = @(Import-Csv -LiteralPath $Csv | New-ImagenImage @given -ErrorAction Continue)
Write-Output "Accepted: $(@($requests | Where-Object State -In InQueue, InProgress, Completed, Delivered).Count) of $($requests.Count)."
