# Where SQLite's library comes from: the module's own, else the system's, else an error that says what was tried.

BeforeDiscovery {
    $name = if ($IsWindows) { 'winsqlite3' } elseif ($IsMacOS) { 'libsqlite3.dylib' } else { 'libsqlite3.so.0' }
    $library = [IntPtr]::Zero
    $systemIsThere = [System.Runtime.InteropServices.NativeLibrary]::TryLoad($name, [ref]$library)
    if (-not $systemIsThere) {
        Write-Warning "NOT RUN: the ledger with the system's own SQLite. There is no $name here."
    }
}

Describe 'The library of SQLite' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home) -NoEmulator
        $platforms = 'win-x64', 'win-x86', 'win-arm64', 'linux-x64', 'linux-arm64', 'linux-arm', 'linux-musl-x64', 'linux-musl-arm64', 'osx-x64', 'osx-arm64'
        $lib = Join-Path (Split-Path $ModuleManifest) lib

        # Where there is a file, it is opened, and with it the library.
        $null = New-Item (Join-Path $env:IMAGEN4_HOME ledger.db) -Force
        $copy = (New-Item -ItemType Directory (Join-Path $TestDrive Imagen4)).FullName
        Copy-Item $ModuleManifest $copy
        Copy-Item -Recurse $lib $copy
        Remove-Item -Recurse (Join-Path $copy lib core runtimes)
        $withoutLibrary = "Import-Module '$(Join-Path $copy Imagen4.psd1)' -ErrorAction Stop"

        # The loader looks there first; a file that is no library is the end of its search.
        function Invoke-WithSystemLibrary([string]$Library, [string]$Script) {
            $folder = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
            Copy-Item $Library (Join-Path $folder libsqlite3.so.0)
            $before = $env:LD_LIBRARY_PATH
            $env:LD_LIBRARY_PATH = $folder
            try {
                Invoke-Pwsh $Script
            }
            finally {
                $env:LD_LIBRARY_PATH = $before
            }
        }
    }
    AfterAll { Exit-ImagenTest $test }

    It 'lies in the module for every platform that PowerShell runs on, and for no other' {
        $files = Get-ChildItem (Join-Path $lib core runtimes) -Recurse -File
        $files.Directory.Parent.Name | Sort-Object | Should -Be ($platforms | Sort-Object)
        $files.Directory.Name | Sort-Object -Unique | Should -Be 'native'
        $files.Name | Sort-Object -Unique | Should -Be 'e_sqlite3.dll', 'libe_sqlite3.dylib', 'libe_sqlite3.so'
        ($files | Measure-Object Length -Sum).Sum | Should -BeLessThan 16MB
    }

    It 'where it is missing, the system''s own is taken' -Skip:(-not $systemIsThere) {
        $env:IMAGEN4_HOME = Join-Path $TestDrive system
        $said = Invoke-Pwsh "$withoutLibrary; `$null = Start-ImagenEmulator; `$null = New-ImagenImage 'a fox' -Wait; (Get-ImagenLedger).DatabaseVersion"
        $said | Should -Match '^3\.\d+\.\d+$'
    }

    It 'where the system has none either, the error says what was tried, and names IMAGEN4_LEDGER' -Skip:(-not $IsLinux) {
        $said = Invoke-WithSystemLibrary $ModuleManifest @"
$withoutLibrary
Get-ImagenLedger -ErrorVariable problem -ErrorAction SilentlyContinue | Select-Object -ExpandProperty Location
`$problem.FullyQualifiedErrorId
`$problem.Exception.Message
"@
        $lines = $said -split "`r?`n"
        $lines[0] | Should -Be (Join-Path $env:IMAGEN4_HOME ledger.db)
        $lines[1] | Should -Be 'LedgerUnavailable,Imagen4.PowerShell.Commands.GetImagenLedgerCommand'
        $lines[2] | Should -BeLike (
            "SQLite's library could not be loaded on *; tried: e_sqlite3 ($(Join-Path $copy lib core runtimes)), libsqlite3.so.0. " +
            'Install SQLite 3.35 or later, or name a PostgreSQL database in IMAGEN4_LEDGER.')
    }

    It 'without a library nothing is submitted, and that is one error' -Skip:(-not $IsLinux) {
        $said = Invoke-WithSystemLibrary $ModuleManifest @"
$withoutLibrary
`$emulator = Start-ImagenEmulator
try { 'one', 'two' | New-ImagenImage -Wait -ErrorVariable problems -ErrorAction SilentlyContinue } catch { `$_.FullyQualifiedErrorId; `$_.ErrorDetails.RecommendedAction }
@(`$problems | Where-Object Exception -IsNot [System.Management.Automation.ActionPreferenceStopException]).Count
@(Invoke-RestMethod "`$(`$emulator.BaseUri)_emulator/requests" | ForEach-Object { `$_ }).Count
"@
        $lines = $said -split "`r?`n"
        $lines[0] | Should -Be 'LedgerUnavailable,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $lines[1] | Should -BeLike '*IMAGEN4_LEDGER*'
        $lines[-1] | Should -Be '0'
    }

    It 'what only has its name is not taken for it' -Skip:(-not $IsLinux) {
        $other = Join-Path ([System.Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory()) libSystem.Native.so
        $said = Invoke-WithSystemLibrary $other "$withoutLibrary; Get-ImagenLedger -ErrorVariable problem -ErrorAction SilentlyContinue | Out-Null; `$problem.Exception.Message"
        $said | Should -BeLike '*, libsqlite3.so.0, which is not SQLite. Install SQLite *'
    }
}
