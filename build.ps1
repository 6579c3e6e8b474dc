<#
.SYNOPSIS
    The tasks of the project.
.DESCRIPTION
    Build   builds everything and lays the module out, so that Import-Module ./Imagen4.psd1 works
    Test    every test: xunit and Pester
    Demo    the main job on the local emulator: samples/prompts.csv to images in ./out, without a key or a network
    Bench   figures: how long an import takes, how fast a batch runs
    Torture the reliability figures: batches at a host that fails, batches that are killed, a damaged ledger, a large one;
            about an hour, or with -Short under a minute
    Docs    makes the help in src/module/en-US from the pages in ./docs; needs Microsoft.PowerShell.PlatyPS
    Pack    lays the package out in ./out/Imagen4
.EXAMPLE
    ./build.ps1 Demo
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Bench', 'Torture', 'Docs', 'Pack')]
    [string[]] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    [switch] $Short
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$root = $PSScriptRoot
$manifest = Join-Path $root 'Imagen4.psd1'

# A module's assemblies stay loaded until the process ends, so whatever imports it runs in a process of its own.
. (Join-Path $root 'build/ChildPowerShell.ps1')

function Invoke-BuildTask {
    dotnet build (Join-Path $root 'Imagen4.PowerShell.sln') --configuration $Configuration --nologo --verbosity quiet
}

function Invoke-TestTask {
    dotnet test (Join-Path $root 'Imagen4.PowerShell.sln') --configuration $Configuration --no-build --nologo
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'tests/Pester/Invoke-Suite.ps1')
}

function Invoke-DemoTask {
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'samples/Demo.ps1') -OutputDirectory (Join-Path $root 'out/demo')
}

function Invoke-BenchTask {
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'bench/Measure-Import.ps1')
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'bench/Measure-Batch.ps1')
}

function Invoke-TortureTask {
    $program = Join-Path $root "tests/Imagen4.Torture/bin/$Configuration/net10.0/Imagen4.Torture.dll"
    $emulator = Join-Path $root "src/Imagen4.Emulator/bin/$Configuration/net10.0/Imagen4.Emulator.dll"
    if ($Short) {
        dotnet exec $program faults $emulator 400 2
        dotnet exec $program kills $emulator 12 1 short
        dotnet exec $program flips 4000 1
        return
    }

    dotnet exec $program faults $emulator 10000 20
    dotnet exec $program kills $emulator 1000 1
    dotnet exec $program flips 100000 1
    dotnet exec $program fold 100000
}

function Invoke-DocsTask {
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'docs/Export-Help.ps1')
}

function Invoke-PackTask {
    $package = Join-Path $root 'out/Imagen4'
    Remove-Item $package -Recurse -Force -ErrorAction Ignore
    $null = New-Item $package -ItemType Directory
    foreach ($part in 'Imagen4.psd1', 'lib', 'en-US', 'LICENSE', 'README.md', 'CHANGELOG.md') {
        $source = Join-Path $root $part
        if (Test-Path $source) {
            Copy-Item $source $package -Recurse
        }
    }

    $null = Test-ModuleManifest (Join-Path $package 'Imagen4.psd1')
    Write-Information "The package is in $package" -InformationAction Continue
}

foreach ($name in $Task) {
    if ($name -ne 'Build') {
        Invoke-BuildTask
    }

    & "Invoke-${name}Task"
}
