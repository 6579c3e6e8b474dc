<#
.SYNOPSIS
    The main job on the local emulator: a CSV of prompts becomes images on disk. No key, no network, no bill.
#>
[CmdletBinding()]
param(
    [string] $OutputDirectory = './out/demo'
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../Imagen4.psd1')

# Named at every call: without a running emulator the demo ends, and never goes on with a host that costs money.
$emulator = Start-ImagenEmulator
Write-Output "The emulator runs on $($emulator.BaseUri) - open it in a browser to watch."

$results = Import-Csv (Join-Path $PSScriptRoot 'prompts.csv') |
    New-ImagenImage -Provider emulator -OutputDirectory $OutputDirectory -ErrorVariable problems -ErrorAction SilentlyContinue
$results | Sort-Object Index | Format-Table Index, Key, State, @{ Name = 'Images'; Expression = { $_.Images.Count } }, Path

foreach ($problem in $problems) {
    Write-Output "Not delivered: $($problem.Exception.Message)"
}

$bills = (Invoke-RestMethod $emulator.BillLogUri) -split "`n" | Where-Object { $_ }
$images = $results.Images | Where-Object Path
Write-Output "$($results.Count) rows, $(@($bills).Count) paid requests, $(@($images).Count) images in $OutputDirectory"
Stop-ImagenEmulator
