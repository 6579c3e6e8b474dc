<#
.SYNOPSIS
    Runs the Pester suite in this PowerShell and ends with its counts.
.DESCRIPTION
    Pester is the one that the build has restored. No other module of this machine is found, and no proxy used.
    With -Jobs as many processes take the files from one list, and what each of them says is shown when it has ended.
.EXAMPLE
    dotnet pwsh -NoProfile tests/Pester/Invoke-Suite.ps1 -Path tests/Pester/Life.Tests.ps1
.EXAMPLE
    dotnet pwsh -NoProfile tests/Pester/Invoke-Suite.ps1 -Jobs 2
#>
[CmdletBinding()]
param(
    [string[]] $Path = $PSScriptRoot,

    [ValidateRange(1, 16)]
    [int] $Jobs = 1,

    # Where several processes claim the files that they run; -Jobs makes it.
    [string] $Claims
)

$ErrorActionPreference = 'Stop'

# Starts the processes, and adds up what they have counted.
function Invoke-Job {
    . (Join-Path $PSScriptRoot '../../build/ChildPowerShell.ps1')

    # A test calls most things a few times. To compile them again, for speed, would take a third of the processor.
    $env:DOTNET_TC_CallCounting = 0
    $place = New-Item -ItemType Directory (Join-Path ([System.IO.Path]::GetTempPath()) "imagen4-suite-$([guid]::NewGuid())")
    $list = @($Path).ForEach{ "'$($_.Replace("'", "''"))'" } -join ','
    $command = "& '$($PSCommandPath.Replace("'", "''"))' -Path $list -Claims '$($place.FullName.Replace("'", "''"))'; exit `$LASTEXITCODE"
    $ended = 1..$Jobs | ForEach-Object -ThrottleLimit $Jobs -Parallel {
        $said = & $using:PwshProgram @using:PwshArguments -NoProfile -Command $using:command 2>&1
        [pscustomobject]@{ Said = @($said).ForEach{ "$_" }; ExitCode = $LASTEXITCODE }
    }
    Remove-Item $place -Recurse

    $sum = @{ Passed = 0; Failed = 0; Skipped = 0 }
    foreach ($job in $ended) {
        $job.Said
        if ("$($job.Said.Where({ $_ }, 'Last'))" -match '^Pester: (?<passed>\d+) passed, (?<failed>\d+) failed, (?<skipped>\d+) skipped') {
            foreach ($name in @($sum.Keys)) {
                $sum[$name] += [int]$Matches[$name]
            }
        }
        else {
            Write-Output "[-] A process of the suite did not come to its end: exit code $($job.ExitCode)"
            $sum.Failed++
        }
    }

    Write-Output "Pester: $($sum.Passed) passed, $($sum.Failed) failed, $($sum.Skipped) skipped"
    exit [int]($sum.Failed -gt 0)
}

if ($Jobs -gt 1) {
    Invoke-Job
}

$env:PSModulePath = Join-Path $PSHOME Modules

# The tests ask the emulator with Invoke-RestMethod, which would send even that through a proxy.
Get-ChildItem Env: | Where-Object Name -Match '_proxy$' | Remove-Item
$pester = dotnet msbuild (Join-Path $PSScriptRoot '../Conventions/Conventions.csproj') -getProperty:PesterManifest
if ($LASTEXITCODE -ne 0 -or -not (Test-Path $pester)) {
    throw "Pester is not restored ($pester). Run ./build.ps1 Build."
}

Import-Module $pester
$configuration = New-PesterConfiguration
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = if ($env:CI) { 'Normal' } else { 'Detailed' }
$configuration.Output.RenderMode = 'Plaintext'

# The long ones first, so that no process is left alone with one at the end: those whose tests start many processes, then by their
# size. Whoever creates the file of a claim runs its tests.
$long = 'Canary', 'Life', 'Isolation', 'New-ImagenImage.Records', 'Help', 'Package', 'Pump', 'SharedLedger', 'ImagenEmulator'
$sum = @{ Passed = 0; Failed = 0; Skipped = 0 }
$files = Get-ChildItem $Path -Recurse -Filter *.Tests.ps1 |
    Sort-Object { ($_.Name -replace '\.Tests\.ps1$') -in $long }, Length -Descending
foreach ($file in $files) {
    if ($Claims) {
        try {
            [System.IO.File]::Open((Join-Path $Claims $file.Name), 'CreateNew').Dispose()
        }
        catch [System.IO.IOException] {
            continue
        }
    }

    $configuration.Run.Path = $file.FullName
    $result = Invoke-Pester -Configuration $configuration
    if (-not $result) {
        throw "Pester did not run $file."
    }

    # A container that fails to load runs none of its tests; that is a failure, not an absence.
    $sum.Passed += $result.PassedCount
    $sum.Failed += $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
    $sum.Skipped += $result.SkippedCount
}

Write-Output "Pester: $($sum.Passed) passed, $($sum.Failed) failed, $($sum.Skipped) skipped"
exit [int]($sum.Failed -gt 0)
