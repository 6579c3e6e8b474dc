<#
.SYNOPSIS
    What importing the module adds to the start of PowerShell: pairs of fresh processes, with and without it, in turn.
#>
[CmdletBinding()]
param(
    [ValidateRange(3, 100)]
    [int] $Runs = 15
)

. (Join-Path $PSScriptRoot '../build/ChildPowerShell.ps1')
$manifest = (Resolve-Path (Join-Path $PSScriptRoot '../Imagen4.psd1')).Path

function Measure-Start([string] $Command) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    & $PwshProgram @PwshArguments -NoProfile -Command $Command
    $watch.Elapsed.TotalMilliseconds
}

$pairs = foreach ($run in 0..$Runs) {
    [pscustomobject]@{
        Run    = $run
        Bare   = Measure-Start 'exit'
        Module = Measure-Start "Import-Module '$manifest'; exit"
    }
}

# The first pair warms the file cache and does not count.
$added = $pairs | Where-Object Run -GT 0 | ForEach-Object { $_.Module - $_.Bare } | Sort-Object
$median = $added[[int][math]::Floor($added.Count / 2)]
'Import adds {0:F0} ms (median of {1} pairs; {2:F0} to {3:F0})' -f $median, $Runs, $added[0], $added[-1]
