<#
.SYNOPSIS
    Runs the Pester suite in this PowerShell and ends with its counts.
.DESCRIPTION
    Pester is the one that the build has restored. No other module of this machine is found, and no proxy used.
.EXAMPLE
    dotnet pwsh -NoProfile tests/Pester/Invoke-Suite.ps1 -Path tests/Pester/Life.Tests.ps1
#>
[CmdletBinding()]
param(
    [string[]] $Path = $PSScriptRoot
)

$ErrorActionPreference = 'Stop'
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
