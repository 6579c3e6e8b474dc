<#
.SYNOPSIS
    The tasks of the project.
.DESCRIPTION
    Build   builds everything and lays the module out, so that Import-Module ./Imagen4.psd1 works
    Test    every test: xunit, Pester, and fal's own JavaScript client where Node.js is
    Demo    the main job on the local emulator: samples/prompts.csv to images in ./out, without a key or a network
    Bench   figures, beside what else there is: a batch with a bare loop, with fal's JavaScript client and with a script; batches of
            different sizes; an import; a gallery. They are printed, and in ./out/bench
    Torture the reliability figures: batches at a host that fails, batches that are killed, many processes at the same
            rows, a damaged ledger, a large one, on SQLite and on PostgreSQL; hours, or with -Short a few minutes
    Fuzz    gives every parser inputs that were changed at random, for some minutes; what is read wrongly is kept in ./out/fuzz
    Mutate  changes the code of names, addresses, outcomes and the ledger, one place at a time, and prints which share of the changes
            a test notices; hours, or with -Area one of them
    Analyze runs PSScriptAnalyzer, which has to be installed, on every script
    Docs    makes the help in src/module/en-US from the pages in ./docs; needs Microsoft.PowerShell.PlatyPS
    Pack    lays the package out in ./out/Imagen4, and makes the .nupkg for a PowerShell repository beside it
.PARAMETER Minutes
    How long Fuzz goes on.
.PARAMETER Area
    What Mutate changes: the name of a file of tests/Mutation. Without it, all of them.
.PARAMETER ProjectUri
    The address of the repository, which Pack writes into the package. Without it, the package has none.
.PARAMETER Platform
    What else the core of the package is compiled for ahead of time, besides this machine: win-x64, linux-arm64, osx-arm64 and so on.
    The package runs on any platform; where it is not compiled ahead, a new process has its first request out a little later.
.EXAMPLE
    ./build.ps1 Demo
.EXAMPLE
    dotnet tool restore && dotnet pwsh ./build.ps1 Demo

    The same from any shell, with nothing installed but the .NET SDK.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Bench', 'Torture', 'Fuzz', 'Mutate', 'Analyze', 'Docs', 'Pack')]
    [string[]] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    [switch] $Short,

    [double] $Minutes = 10,

    [ValidateSet('addresses', 'ledger', 'names', 'outcomes')]
    [string[]] $Area = ('names', 'addresses', 'outcomes', 'ledger'),

    [uri] $ProjectUri,

    [string[]] $Platform
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$root = $PSScriptRoot

# A module's assemblies stay loaded until the process ends, so whatever imports it runs in a process of its own.
. (Join-Path $root 'build/ChildPowerShell.ps1')
. (Join-Path $root 'build/PostgresServer.ps1')

function Invoke-Build([string] $Project) {
    Write-Information "Building $Project" -InformationAction Continue

    # A compiler lives for seconds. Without profiling itself on the way, and without the garbage collector of servers, it takes
    # less of the processor.
    $before = $env:DOTNET_TieredPGO, $env:DOTNET_gcServer
    $env:DOTNET_TieredPGO = $env:DOTNET_gcServer = 0
    try {
        dotnet build (Join-Path $root $Project) --configuration $Configuration --nologo --verbosity quiet
    }
    finally {
        $env:DOTNET_TieredPGO, $env:DOTNET_gcServer = $before
    }
}

# Compiles the core ahead of time for a platform. The module also runs without that: where the compiler cannot be had, a warning says so.
function Optimize-Core([string] $For) {
    $folder = Join-Path $root "lib/core/$For"
    if ($For -and (Test-Path (Join-Path $folder Imagen4.Core.dll))) {
        return
    }

    $PSNativeCommandUseErrorActionPreference = $false
    $target = $For ? @('--runtime', $For) : @()
    $said = dotnet publish (Join-Path $root build/ReadyToRun) --configuration $Configuration --nologo --verbosity quiet @target 2>&1
    if ($LASTEXITCODE -ne 0) {
        Write-Warning "NOT COMPILED AHEAD OF TIME: the core$($For ? " for $For" : ''). A new process starts more slowly. $($said | Select-Object -First 1)"
    }
}

# Puts fal's own JavaScript client where the emulator's tests look for it. Node.js is optional: what is missing is returned, and said.
function Install-JavaScriptClient {
    $PSNativeCommandUseErrorActionPreference = $false
    if (-not (Get-Command node -ErrorAction Ignore) -or -not (Get-Command npm -ErrorAction Ignore)) {
        return 'Node.js with npm is not installed'
    }

    $folder = Join-Path $root 'tests/Imagen4.Emulator.Tests/js'
    $installed = Get-Item (Join-Path $folder 'node_modules/.package-lock.json') -Force -ErrorAction Ignore
    if ($installed.LastWriteTimeUtc -gt (Get-Item (Join-Path $folder 'package-lock.json')).LastWriteTimeUtc) {
        return
    }

    $said = npm ci --prefix $folder --no-audit --no-fund --loglevel error 2>&1
    if ($LASTEXITCODE -ne 0) {
        "npm ci failed: $said"
    }
}

function Invoke-TestTask {
    # A suite that fails does not keep the others from running.
    $PSNativeCommandUseErrorActionPreference = $false
    $withoutClient = Install-JavaScriptClient

    # Isolation.Tests.ps1 builds it elsewhere; what it needs is fetched now, so that no test needs a network.
    dotnet restore (Join-Path $root 'tests/Pester/OtherModule') --locked-mode --verbosity quiet
    dotnet test (Join-Path $root 'Imagen4.PowerShell.sln') --configuration $Configuration --no-build --nologo --filter 'Runs!=Alone'
    $failed = @(if ($LASTEXITCODE -ne 0) { 'xunit' })

    # The tests that change what a process shares take turns, which leaves most of the machine to Pester.
    $said = New-TemporaryFile
    $alone = Start-Process dotnet @(
        'test', "`"$(Join-Path $root 'tests/Imagen4.Core.Tests')`"", '--configuration', $Configuration, '--no-build', '--nologo', '--filter', 'Runs=Alone'
    ) -RedirectStandardOutput $said -PassThru
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'tests/Pester/Invoke-Suite.ps1') -Jobs (2 * [Environment]::ProcessorCount)
    $failed += @(if ($LASTEXITCODE -ne 0) { 'Pester' })
    $alone.WaitForExit()
    Get-Content $said
    Remove-Item $said
    $failed += @(if ($alone.ExitCode -ne 0) { 'xunit, alone' })
    if ($withoutClient) {
        Write-Warning "NOT RUN: the emulator with fal's own JavaScript client. $withoutClient."
    }

    if (-not (Find-PostgresProgram)) {
        Write-Warning "NOT RUN: the ledger on PostgreSQL. The server's programs (initdb, postgres) are not installed."
    }

    if (-not (Get-Command chromium, chromium-browser, google-chrome, google-chrome-stable, chrome.exe -ErrorAction Ignore)) {
        Write-Warning 'NOT RUN: the gallery and the emulator''s page in a browser. Chromium is not installed.'
    }

    if ($failed) {
        throw "Tests failed: $($failed -join ', ')."
    }
}

function Invoke-DemoTask {
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'samples/Demo.ps1') -OutputDirectory (Join-Path $root 'out/demo')
}

function Invoke-BenchTask {
    Invoke-Build 'bench/BareLoop'
    $withoutClient = Install-JavaScriptClient
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'bench/Invoke-Bench.ps1')
    if ($withoutClient) {
        Write-Warning "NOT RUN: fal's own JavaScript client. $withoutClient."
    }
}

function Invoke-TortureTask {
    $program = Join-Path $root "tests/Imagen4.Torture/bin/$Configuration/net10.0/Imagen4.Torture.dll"
    $emulator = Join-Path $root "src/Imagen4.Emulator/bin/$Configuration/net10.0/Imagen4.Emulator.dll"
    if ($Short) {
        Invoke-WithSmallHeap { dotnet exec $program faults $emulator 400 2 }
        dotnet exec $program kills $emulator 12 1 short
        dotnet exec $program downloads $emulator 20 1 --jobs 2
        dotnet exec $program flips 1000 1
        if (Test-TorturePostgres) {
            Invoke-WithSmallHeap { dotnet exec $program faults $emulator 200 1 --ledger postgres }
            dotnet exec $program kills $emulator 6 1 short --ledger postgres
        }

        return
    }

    foreach ($ledger in @('sqlite') + @(if (Test-TorturePostgres) { 'postgres' })) {
        dotnet exec $program faults $emulator 10000 20 --ledger $ledger
        dotnet exec $program kills $emulator 1000 1 --jobs 4 --ledger $ledger
        dotnet exec $program downloads $emulator 1000 1 --jobs 4 --ledger $ledger
        dotnet exec $program crowd $emulator 200 16 --ledger $ledger
        dotnet exec $program throughput 20000 --ledger $ledger
    }

    dotnet exec $program flips 20000 1
    dotnet exec $program history 200000
}

# Hosts that fail must not fill the memory: 64 MiB of heap are enough for a batch at them.
function Invoke-WithSmallHeap([scriptblock]$Run) {
    $env:DOTNET_GCHeapHardLimit = '0x4000000'
    try {
        & $Run
    }
    finally {
        $env:DOTNET_GCHeapHardLimit = $null
    }
}

# Whether it can run on PostgreSQL; where it cannot, that is said.
function Test-TorturePostgres {
    if (Find-PostgresProgram) {
        return $true
    }

    Write-Warning "NOT RUN: torture on PostgreSQL. The server's programs (initdb, postgres) are not installed."
    $false
}

function Invoke-FuzzTask {
    $program = Join-Path $root "tests/Imagen4.Fuzz/bin/$Configuration/net10.0/Imagen4.Fuzz.dll"
    dotnet exec $program run (Join-Path $root 'out/fuzz') $Minutes.ToString([cultureinfo]::InvariantCulture)
}

# Each area has its own tests: with every test of the core for every change, it would take days.
function Invoke-MutateTask {
    $settings = Join-Path $root 'tests/Mutation'
    Push-Location (Join-Path $root 'tests/Imagen4.Core.Tests')
    try {
        foreach ($name in $Area) {
            dotnet stryker --config-file (Join-Path $settings "$name.json") --output (Join-Path $root "out/mutation/$name") --skip-version-check
        }
    }
    finally {
        Pop-Location
    }
}

function Invoke-AnalyzeTask {
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'build/Test-Script.ps1')
}

function Invoke-DocsTask {
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'docs/Export-Help.ps1')
}

function Invoke-PackTask {
    # From another shell, a list comes as one text.
    foreach ($one in $Platform -split ',' -ne '') {
        Optimize-Core $one
    }

    $project = $ProjectUri ? @('-ProjectUri', $ProjectUri) : @()
    & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root 'build/New-Package.ps1') -OutputDirectory (Join-Path $root out) `
        -Configuration $Configuration @project
}

# Everything is built but for what needs the module alone: that is half of it, and without the tests' packages.
$moduleAlone = 'Demo', 'Bench', 'Analyze', 'Docs', 'Pack'
Invoke-Build (@($Task | Where-Object { $_ -notin $moduleAlone }) ? 'Imagen4.PowerShell.sln' : 'src/Imagen4.PowerShell')
if (-not (Test-Path (Join-Path $root lib/core/*/Imagen4.Core.dll))) {
    Optimize-Core
}

foreach ($name in $Task | Where-Object { $_ -ne 'Build' }) {
    & "Invoke-${name}Task"
}
