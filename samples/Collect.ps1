<#
.SYNOPSIS
    Fetches the images of requests that were submitted earlier and have ended, and says which are still in progress.
.DESCRIPTION
    The ledger knows the requests, so no list of them is needed. Run it as often as you like: what is delivered is not fetched again.
.EXAMPLE
    pwsh -NoProfile -File Collect.ps1 -OutputDirectory images
#>

#Requires -Version 7.6
[CmdletBinding()]
param(
    # Where the images go.
    [Parameter(Mandatory)]
    [string] $OutputDirectory,

    # Waits for what is still in progress.
    [switch] $Wait
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command Receive-ImagenResult -ErrorAction Ignore)) {
    $checkout = Join-Path $PSScriptRoot '../Imagen4.psd1'
    Import-Module ((Test-Path $checkout) ? $checkout : 'Imagen4')
}

Get-ImagenRequest -Unfinished | Receive-ImagenResult -Wait:$Wait -OutputDirectory $OutputDirectory -ErrorAction Continue
$left = @(Get-ImagenRequest -Unfinished)
if ($left) {
    Write-Warning "Requests still in progress: $($left.Count). Run this again later."
}
