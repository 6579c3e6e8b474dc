<#
.SYNOPSIS
    A batch with the module and with what else there is, in turns: wall-clock time, processor time, memory.
.DESCRIPTION
    Every program runs the same rows at the same emulator, which gives out files as large as those of real models. What each prints is
    measured in its own process, without the start of its runtime. The bare loop does the least that a client can do, and is the limit.
    Machines differ, and the same machine does from hour to hour: only the ratios within one run are worth quoting.
.OUTPUTS
    One object for each program and generation time, with the medians of all rounds and the ratios to the bare loop.
#>
[CmdletBinding()]
param(
    [ValidateRange(10, 100000)]
    [int] $Rows = 200,

    [ValidateRange(1, 100)]
    [int] $Rounds = 3,

    [ValidateRange(1, 1000)]
    [int] $AtOnce = 40,

    [double[]] $GenerationTime = (1.3, 0.01),

    [ValidateRange(1, 100000000)]
    [int] $Bytes = 1500000,

    # The ones to run; by default every one that is installed.
    [string[]] $Program
)

$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot '../build/ChildPowerShell.ps1')
$model = 'fal-ai/imagen4/preview'
$client = Join-Path $PSScriptRoot '../tests/Imagen4.Emulator.Tests/js'
$folder = Join-Path ([IO.Path]::GetTempPath()) "imagen4-bench-$PID"
$prompt = "A lighthouse [emulator:bytes=$Bytes]"
$env:IMAGEN4_HOME = Join-Path $folder home
$null = New-Item $env:IMAGEN4_HOME -ItemType Directory -Force
$csv = Join-Path $folder rows.csv
1..$Rows | ForEach-Object { [pscustomobject]@{ key = "row-$_"; prompt = "$prompt $_" } } | Export-Csv $csv

$programs = [ordered]@{
    bare                 = {
        param($address, $out)
        $built = Join-Path $PSScriptRoot 'BareLoop/bin/Release/net10.0/BareLoop.dll'
        dotnet exec $built $address $model $Rows $AtOnce $out $prompt
    }
    Imagen4              = {
        param($address, $out)
        & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $PSScriptRoot Invoke-Batch.ps1) $address $csv $out $AtOnce -Lag
    }
    'Imagen4, polling'   = {
        param($address, $out)
        $noStream = @{ operation = 'stream'; kind = 'status'; status = 404; count = -1 } | ConvertTo-Json
        $null = Invoke-RestMethod "$($address)_emulator/faults" -Method Post -ContentType application/json -Body $noStream -NoProxy
        & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $PSScriptRoot Invoke-Batch.ps1) $address $csv $out $AtOnce -Lag
    }
    'fal-js, streaming'  = {
        param($address, $out)
        node (Join-Path $PSScriptRoot batch.mjs) $client $address $model $Rows $AtOnce $out $prompt streaming
    }
    'fal-js, polling'    = {
        param($address, $out)
        node (Join-Path $PSScriptRoot batch.mjs) $client $address $model $Rows $AtOnce $out $prompt polling
    }
    'ForEach -Parallel'  = {
        param($address, $out)
        & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $PSScriptRoot Invoke-ParallelBatch.ps1) $address $model $csv $out $AtOnce
    }
}

if (-not (Get-Command node -ErrorAction Ignore) -or -not (Test-Path (Join-Path $client node_modules))) {
    Write-Warning "NOT RUN: fal's own JavaScript client. Node.js is not installed, or its packages are not (./build.ps1 Bench installs them)."
    $programs.Remove('fal-js, streaming')
    $programs.Remove('fal-js, polling')
}

function Get-Median([double[]] $Values) {
    $sorted = @($Values | Sort-Object)
    $middle = [int][math]::Floor($sorted.Count / 2)
    $sorted.Count % 2 ? $sorted[$middle] : ($sorted[$middle - 1] + $sorted[$middle]) / 2
}

Import-Module (Join-Path $PSScriptRoot '../Imagen4.psd1')
try {
    $runs = foreach ($seconds in $GenerationTime) {
        foreach ($round in 1..$Rounds) {
            foreach ($name in $programs.Keys | Where-Object { -not $Program -or $_ -in $Program }) {
                # A new one each time: what it remembers of the run before would be part of the figure.
                $emulator = Start-ImagenEmulator -GenerationTime $seconds -Slots $AtOnce
                $used = (Get-Process -Id $emulator.ProcessId).TotalProcessorTime.TotalSeconds
                $out = Join-Path $folder "out-$round"
                Remove-Item $env:IMAGEN4_HOME/ledger.db* -ErrorAction Ignore
                $figures = & $programs[$name] $emulator.BaseUri $out | Select-Object -Last 1 | ConvertFrom-Json
                $images = @(Get-ChildItem $out -File -Recurse -ErrorAction Ignore).Count
                $bills = (Invoke-RestMethod "$($emulator.BaseUri)_emulator/summary" -NoProxy).bills
                $asked = @(Invoke-RestMethod "$($emulator.BaseUri)_emulator/requests" -NoProxy | ForEach-Object { $_ } | Where-Object path -Like '*/status*').Count
                $used = (Get-Process -Id $emulator.ProcessId).TotalProcessorTime.TotalSeconds - $used
                Stop-ImagenEmulator
                Remove-Item $out -Recurse -Force -ErrorAction Ignore
                if ($images -ne $Rows -or $bills -ne $Rows) {
                    throw "$name saved $images images for $bills bills, not $Rows."
                }

                $figures | Select-Object @{ n = 'Program'; e = { $name } }, @{ n = 'Generation'; e = { $seconds } }, seconds, processor, mebibytes,
                    idle, lag, @{ n = 'Asked'; e = { $asked } }, @{ n = 'Emulator'; e = { $used } }
            }
        }
    }
}
finally {
    Stop-ImagenEmulator -WarningAction Ignore
    Remove-Item $folder -Recurse -Force -ErrorAction Ignore
}

foreach ($group in $runs | Group-Object Generation, Program) {
    $first = $group.Group[0]
    $bare = @($runs | Where-Object { $_.Program -eq 'bare' -and $_.Generation -eq $first.Generation })
    $lag = @($group.Group.lag | Where-Object { $null -ne $_ })
    [pscustomobject]@{
        Program     = $first.Program
        Generation  = $first.Generation
        Seconds     = Get-Median $group.Group.seconds
        Ratio       = $bare ? (Get-Median $group.Group.seconds) / (Get-Median $bare.seconds) : $null
        Processor   = Get-Median $group.Group.processor
        ProcessorRatio = $bare ? (Get-Median $group.Group.processor) / (Get-Median $bare.processor) : $null
        Mebibytes   = Get-Median $group.Group.mebibytes
        Above       = $first.idle ? (Get-Median @($group.Group | ForEach-Object { $_.mebibytes - $_.idle })) : $null
        Lag         = $lag ? (Get-Median $lag) : $null
        Asked       = Get-Median $group.Group.Asked
        Emulator    = Get-Median $group.Group.Emulator
        Runs        = @($group.Group | Select-Object seconds, processor, mebibytes)
    }
}
