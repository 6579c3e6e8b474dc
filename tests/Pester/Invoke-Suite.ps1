<#
.SYNOPSIS
    Runs the Pester suite in this PowerShell and ends with its counts.
.DESCRIPTION
    Pester is the one that the build has restored. No other module of this machine is found, and no proxy used.
    With -Jobs the files are dealt out to as many processes, and what each of them says is shown when it has ended.
.EXAMPLE
    dotnet pwsh -NoProfile tests/Pester/Invoke-Suite.ps1 -Path tests/Pester/Life.Tests.ps1
.EXAMPLE
    dotnet pwsh -NoProfile tests/Pester/Invoke-Suite.ps1 -Jobs 2
#>
[CmdletBinding()]
param(
    [string[]] $Path = $PSScriptRoot,

    [ValidateRange(1, 16)]
    [int] $Jobs = 1
)

$ErrorActionPreference = 'Stop'

# Deals the files out, the long ones first, and adds up what the processes have counted.
function Invoke-Job {
    . (Join-Path $PSScriptRoot '../../build/ChildPowerShell.ps1')
    $files = @(Get-ChildItem $Path -Recurse -Filter *.Tests.ps1 | Sort-Object Length -Descending)
    $shares = @(0..($Jobs - 1)).ForEach{ $job = $_; , @(0..($files.Count - 1)).Where{ $_ % $Jobs -eq $job }.ForEach{ $files[$_].FullName } }
    $command = "& '$($PSCommandPath.Replace("'", "''"))' -Path "
    $ended = $shares.Where{ $_ } | ForEach-Object -ThrottleLimit $Jobs -Parallel {
        $list = @($_).ForEach{ "'$($_.Replace("'", "''"))'" } -join ','
        $said = & $using:PwshProgram @using:PwshArguments -NoProfile -Command ($using:command + $list + '; exit $LASTEXITCODE') 2>&1
        [pscustomobject]@{ Said = @($said).ForEach{ "$_" }; ExitCode = $LASTEXITCODE }
    }

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
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = if ($env:CI) { 'Normal' } else { 'Detailed' }
$configuration.Output.RenderMode = 'Plaintext'
$result = Invoke-Pester -Configuration $configuration
if (-not $result) {
    throw 'Pester did not run.'
}

# A container that fails to load runs none of its tests; that is a failure, not an absence.
$failed = $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
Write-Output "Pester: $($result.PassedCount) passed, $failed failed, $($result.SkippedCount) skipped"
exit [int]($failed -gt 0)
