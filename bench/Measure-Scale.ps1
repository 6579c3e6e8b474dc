<#
.SYNOPSIS
    What a row takes in batches of different sizes: time, processor, memory and open files must not grow with the batch.
.DESCRIPTION
    Each batch runs in a process of its own, at an emulator that generates at once and gives out small images.
.OUTPUTS
    One object for each size, with how its time a row compares to that of the size before.
#>
[CmdletBinding()]
param(
    [int[]] $Rows = (1000, 10000, 100000),

    [ValidateRange(1, 5000)]
    [int] $AtOnce = 40
)

$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot '../build/ChildPowerShell.ps1')
$folder = Join-Path ([IO.Path]::GetTempPath()) "imagen4-scale-$PID"
$env:IMAGEN4_HOME = Join-Path $folder home
Import-Module (Join-Path $PSScriptRoot '../Imagen4.psd1')
$before = $null
try {
    foreach ($count in $Rows) {
        $null = New-Item $env:IMAGEN4_HOME -ItemType Directory -Force
        $csv = Join-Path $folder rows.csv
        1..$count | ForEach-Object { [pscustomobject]@{ key = "row-$_"; prompt = "A lighthouse [emulator:pixels=16] $_" } } | Export-Csv $csv
        $emulator = Start-ImagenEmulator -GenerationTime 0 -Slots 1000
        $figures = & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $PSScriptRoot Invoke-Batch.ps1) $emulator.BaseUri $csv (Join-Path $folder out) $AtOnce |
            Select-Object -Last 1 | ConvertFrom-Json
        $ledger = (Get-ChildItem $env:IMAGEN4_HOME -Filter ledger.db* | Measure-Object Length -Sum).Sum
        Stop-ImagenEmulator
        Remove-Item $folder -Recurse -Force -ErrorAction Ignore
        if ($figures.delivered -ne $count) {
            throw "$($figures.delivered) of $count rows were delivered."
        }

        $perRow = 1000 * $figures.seconds / $count
        [pscustomobject]@{
            Rows            = $count
            Seconds         = $figures.seconds
            MillisecondsRow = $perRow
            Ratio           = $before ? $perRow / $before : $null
            ProcessorRow    = 1000 * $figures.processor / $count
            Mebibytes       = $figures.mebibytes
            Above           = $figures.mebibytes - $figures.idle
            Handles         = $figures.handles
            LedgerBytesRow  = $ledger / $count
        }

        $before = $perRow
    }
}
finally {
    Stop-ImagenEmulator -WarningAction Ignore
    Remove-Item $folder -Recurse -Force -ErrorAction Ignore
}
