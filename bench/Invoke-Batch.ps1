<#
.SYNOPSIS
    One batch with the module, in a process of its own, as a script would run it: a CSV file in, images out. Prints its figures as JSON.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [uri] $Address,
    [Parameter(Mandatory)] [string] $Csv,
    [Parameter(Mandatory)] [string] $OutputDirectory,
    [int] $ThrottleLimit = 40,

    # Measures how soon the end of each request was noticed: a row then takes memory of this script.
    [switch] $Lag
)

$ErrorActionPreference = 'Stop'
$watch = [Diagnostics.Stopwatch]::StartNew()
$process = [Diagnostics.Process]::GetCurrentProcess()
$before = $process.TotalProcessorTime.TotalSeconds
$idle = $process.PeakWorkingSet64 / 1MB

Import-Module (Join-Path $PSScriptRoot '../Imagen4.psd1')
$delivered = 0
$noticed = [System.Collections.Generic.List[object]]::new()
Import-Csv $Csv | New-ImagenImage -Provider emulator -OutputDirectory $OutputDirectory -ThrottleLimit $ThrottleLimit |
    ForEach-Object {
        $delivered += $_.State -eq 'Delivered'
        if ($Lag) {
            $noticed.Add([pscustomobject]@{ Id = $_.RequestId; At = $_.CompletedAt })
        }
    }

$seconds = $watch.Elapsed.TotalSeconds
$process.Refresh()
$handles = (Test-Path /proc/self/fd) ? @(Get-ChildItem /proc/self/fd).Count : $process.HandleCount
$figures = @{
    seconds   = $seconds
    processor = $process.TotalProcessorTime.TotalSeconds - $before
    mebibytes = $process.PeakWorkingSet64 / 1MB
    idle      = $idle
    delivered = $delivered
    handles   = $handles
}

# When the host was done, by its own clock, which is this machine's.
if ($Lag) {
    $ended = @{}
    $jobs = Invoke-RestMethod "$($Address)_emulator/jobs" -NoProxy
    foreach ($job in $jobs) {
        $ended[$job.request_id] = $job.ended_at
    }

    $figures.lag = @($noticed | Where-Object { $_.At -and $ended[$_.Id] } | ForEach-Object { ($_.At - $ended[$_.Id]).TotalMilliseconds })
}

$figures | ConvertTo-Json -Compress
