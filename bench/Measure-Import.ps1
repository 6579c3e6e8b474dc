<#
.SYNOPSIS
    What importing the module adds to the start of PowerShell, beside a binary module with one cmdlet that does nothing.
.DESCRIPTION
    Fresh processes in turn: without a module, with the trivial one, with this one. The difference to the first is what an import adds.
.OUTPUTS
    One object for each module, with the median, the smallest and the largest of what it adds, in milliseconds, and the ratio of the medians.
#>
[CmdletBinding()]
param(
    [ValidateRange(3, 100)]
    [int] $Runs = 15
)

$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot '../build/ChildPowerShell.ps1')
$folder = Join-Path ([IO.Path]::GetTempPath()) "imagen4-import-$PID"
$trivial = Join-Path $folder 'Trivial/Trivial.psd1'
$null = New-Item (Split-Path $trivial) -ItemType Directory -Force

function Measure-Start([string] $Command) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    & $PwshProgram @PwshArguments -NoProfile -Command $Command
    $watch.Elapsed.TotalMilliseconds
}

try {
    # In a process of its own: what this one has compiled, it has loaded.
    $source = 'using System.Management.Automation; [Cmdlet("Get", "Nothing")] public class GetNothingCommand : Cmdlet { }'
    & $PwshProgram @PwshArguments -NoProfile -Command "
        Add-Type -TypeDefinition '$source' -OutputAssembly '$folder/Trivial/Trivial.dll' -OutputType Library
        New-ModuleManifest '$trivial' -RootModule Trivial.dll -CmdletsToExport Get-Nothing -FunctionsToExport @() -AliasesToExport @()"
    $modules = [ordered]@{
        trivial = $trivial
        Imagen4 = (Resolve-Path (Join-Path $PSScriptRoot '../Imagen4.psd1')).Path
    }

    $measured = foreach ($run in 0..$Runs) {
        $bare = Measure-Start 'exit'
        foreach ($name in $modules.Keys) {
            [pscustomobject]@{ Run = $run; Module = $name; Added = (Measure-Start "Import-Module '$($modules[$name])'; exit") - $bare }
        }
    }
}
finally {
    Remove-Item $folder -Recurse -Force -ErrorAction Ignore
}

# The first round warms the file cache and does not count.
$added = $measured | Where-Object Run -GT 0 | Group-Object Module -AsHashTable
$median = { param($name) @($added[$name].Added | Sort-Object)[[int][math]::Floor($Runs / 2)] }
foreach ($name in $modules.Keys) {
    $range = $added[$name].Added | Measure-Object -Minimum -Maximum
    [pscustomobject]@{
        Module       = $name
        Milliseconds = & $median $name
        Least        = $range.Minimum
        Most         = $range.Maximum
        Ratio        = (& $median $name) / (& $median trivial)
    }
}
