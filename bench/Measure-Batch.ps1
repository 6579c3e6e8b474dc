<#
.SYNOPSIS
    How fast a batch runs on an emulator that generates at once: what the module itself costs for each row.
#>
[CmdletBinding()]
param(
    [ValidateRange(10, 100000)]
    [int] $Rows = 1000
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../Imagen4.psd1')
$null = Start-ImagenEmulator -GenerationTime 0 -Slots 64
$folder = Join-Path ([IO.Path]::GetTempPath()) "imagen4-bench-$PID"
try {
    $null = 'warm up' | New-ImagenImage -Provider emulator -OutputDirectory $folder
    $process = Get-Process -Id $PID
    $before = $process.TotalProcessorTime
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $results = 1..$Rows | ForEach-Object { "row $_" } | New-ImagenImage -Provider emulator -OutputDirectory $folder
    $watch.Stop()
    $process.Refresh()
    $delivered = @($results | Where-Object State -EQ Delivered).Count
    '{0} of {1} rows delivered in {2:F1} s: {3:F0} rows/s, {4:F1} ms of processor time a row, {5:F0} MiB at the most' -f
        $delivered, $Rows, $watch.Elapsed.TotalSeconds, ($Rows / $watch.Elapsed.TotalSeconds),
        (($process.TotalProcessorTime - $before).TotalMilliseconds / $Rows), ($process.PeakWorkingSet64 / 1MB)
}
finally {
    Stop-ImagenEmulator
    Remove-Item $folder -Recurse -Force -ErrorAction Ignore
}
