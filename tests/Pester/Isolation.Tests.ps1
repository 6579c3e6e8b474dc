# The module beside another one that brings other versions of the same packages; imported again, from elsewhere, as a copy.

Describe 'Isolation' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home) -NoEmulator

        # Built outside the repository, so that neither its settings nor its solution are touched.
        $source = Join-Path $TestDrive OtherSource
        $null = New-Item $source -ItemType Directory
        Copy-Item (Join-Path $PSScriptRoot OtherModule *) $source -Exclude bin, obj
        $folder = Join-Path $TestDrive OtherModule
        $log = dotnet build $source -c Release -o $folder --nologo -p:RestoreLockedMode=true 2>&1 | Out-String
        $LASTEXITCODE | Should -Be 0 -Because $log
        $other = Join-Path $folder OtherModule.dll

        # Uses both modules for real: one makes a client, the other an image. Each line that is printed is looked at.
        $importOurs = "Import-Module '$ModuleManifest' -ErrorAction Stop"
        $importOther = "Import-Module '$other' -ErrorAction Stop"
        $useOther = '$o = Get-OtherClient; "other $($o.Http) $($o.Injection) $(Get-OtherDatabase)"'
        $useOurs = '$null = Start-ImagenEmulator; (New-ImagenImage "a fox" -Wait).State; [Imagen4.ImagenRequest].FullName'

        $askOurs = '"sqlite $((Get-ImagenLedger).DatabaseVersion)"'
        $core = Get-Content (Join-Path $PSScriptRoot ../../src/Imagen4.Core/packages.lock.json) -Raw | ConvertFrom-Json
        $bundled = $core.dependencies.'net10.0'.SQLite.resolved
        function Get-Line([string[]]$Script, [string]$From = $TestDrive) {
            (Invoke-Pwsh ($Script -join "`n") -WorkingDirectory $From) -split "`r?`n"
        }

        $whichCore = "[AppDomain]::CurrentDomain.GetAssemblies().Where{ `$_.GetName().Name -eq 'Imagen4.Core' }.Location"
        function New-ModuleCopy([string]$In) {
            $copy = New-Item -ItemType Directory (Join-Path $TestDrive $In Imagen4)
            Copy-Item $ModuleManifest $copy
            Copy-Item -Recurse (Join-Path (Split-Path $ModuleManifest) lib) $copy
            $copy
        }

        # What a session is like after the import alone.
        $imported = Invoke-Pwsh @"
$importOurs
[ordered]@{
    Loaded   = @([AppDomain]::CurrentDomain.GetAssemblies().ForEach{ `$_.GetName().Name } -match '^(Polly|Npgsql|SQLite|BouncyCastle|Microsoft\.(Extensions|Data)\.)')
    Type     = [Imagen4.ImagenResult]::new().GetType().FullName
    Commands = @((Get-Command -Module Imagen4).Name | Sort-Object)
    Path     = (Get-Module Imagen4).Path
} | ConvertTo-Json
"@ | ConvertFrom-Json
    }
    AfterAll { Exit-ImagenTest $test }

    It 'both modules bring the same packages in other versions' {
        $ours = Join-Path (Split-Path $ModuleManifest) lib core
        foreach ($name in 'Microsoft.Data.Sqlite', 'Microsoft.Extensions.Logging.Abstractions') {
            $versions = $folder, $ours | ForEach-Object { [System.Reflection.AssemblyName]::GetAssemblyName((Join-Path $_ "$name.dll")).Version.Major }
            $versions[0] | Should -BeLessThan 10 -Because $name
            $versions[1] | Should -Be 10 -Because $name
        }
    }

    It 'both work in one session: <order>' -ForEach @(
        @{ order = 'this one first'; script = { $importOurs, $importOther, $useOurs, $askOurs, $useOther } }
        @{ order = 'the other one first'; script = { $importOther, $importOurs, $useOther, $useOurs, $askOurs } }
        @{ order = 'this one used before the other is imported'; script = { $importOurs, $useOurs, $askOurs, $importOther, $useOther } }
        @{ order = 'the other one used before this is imported'; script = { $importOther, $useOther, $importOurs, $useOurs, $askOurs } }
    ) {
        # Each has the SQLite it brings: the version of the other one's is older.
        $lines = Get-Line (& $script) | Sort-Object
        $lines[0, 1, 3] | Should -Be 'Completed', 'Imagen4.ImagenRequest', "sqlite $bundled"
        $lines[2] | Should -Match '^other 7 7 3\.4\d\.\d+$'
        $lines | Should -HaveCount 4
    }

    It 'the packages of each are in a context of its own' {
        $lines = Get-Line $importOther, $importOurs, $useOther, $useOurs, @'
[AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'Microsoft.Data.Sqlite' } |
    ForEach-Object { "$([System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_).Name) $($_.GetName().Version.Major)" } | Sort-Object
"model $([System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext([Imagen4.ImagenRequest].Assembly).Name)"
'@
        $lines[-3..-1] | Should -Be 'Default 8', 'Imagen4 10', 'model Default'
    }

    It 'Import-Module -Force, and Remove-Module with an import after it, leave everything working' {
        $lines = Get-Line $importOurs, $useOurs, "$importOurs -Force", $useOurs, 'Remove-Module Imagen4', '(Get-Command New-ImagenImage -ErrorAction Ignore).Count', $importOurs, $useOurs
        $lines | Should -Be 'Completed', 'Imagen4.ImagenRequest', 'Completed', 'Imagen4.ImagenRequest', '0', 'Completed', 'Imagen4.ImagenRequest'
    }

    It 'the types are there before any command has run' {
        $imported.Type | Should -Be 'Imagen4.ImagenResult'
    }

    It 'importing loads neither packages nor the HTTP stack' {
        $imported.Loaded | Should -HaveCount 0
    }

    It 'exports exactly what the manifest says' {
        $imported.Commands | Should -Be ((Import-PowerShellDataFile $ModuleManifest).CmdletsToExport | Sort-Object)
        (Test-ModuleManifest $ModuleManifest).Version | Should -Not -BeNullOrEmpty
    }

    It 'is imported by the path that Get-Module says, again and in a session that does not have it' {
        $again = 'Import-Module (Get-Module Imagen4).Path -ErrorAction Stop'
        $lines = Get-Line "Import-Module '$($imported.Path)' -ErrorAction Stop", $useOurs, $again, $useOurs, '(Get-Module Imagen4).Path'
        $lines | Should -Be 'Completed', 'Imagen4.ImagenRequest', 'Completed', 'Imagen4.ImagenRequest', $ModuleManifest
    }

    It 'is imported by a relative path from another folder' {
        $from = (Get-Item $PSScriptRoot).FullName
        Get-Line "Import-Module ../../Imagen4.psd1 -ErrorAction Stop", $useOurs -From $from | Should -Be 'Completed', 'Imagen4.ImagenRequest'
    }

    It 'takes the core that was compiled for this platform' {
        $compiled = Get-ChildItem (Join-Path (Split-Path $ModuleManifest) lib core * Imagen4.Core.dll)
        if (-not $compiled) {
            Set-ItResult -Skipped -Because 'NOT RUN: the compiler of this SDK was not to be had when the module was built'
            return
        }

        Get-Line $importOurs, $useOurs, $whichCore | Select-Object -Last 1 | Should -BeIn $compiled.FullName
    }

    It 'does without one that is not for this platform after all' {
        $copy = New-ModuleCopy other
        foreach ($platform in Get-ChildItem (Join-Path $copy lib core runtimes) -Name) {
            $folder = New-Item -ItemType Directory (Join-Path $copy lib core $platform) -Force
            Set-Content (Join-Path $folder Imagen4.Core.dll) 'not an assembly'
        }

        $lines = Get-Line "Import-Module '$copy' -ErrorAction Stop", $useOurs, $whichCore
        $lines | Should -Be 'Completed', 'Imagen4.ImagenRequest', (Join-Path $copy lib core Imagen4.Core.dll)
    }

    It 'works as a copy (manifest and lib) in another place, by name too' {
        $copy = New-ModuleCopy 'my modules'
        $lines = Get-Line "`$env:PSModulePath = '$(Split-Path $copy)' + [System.IO.Path]::PathSeparator + `$env:PSModulePath", $useOurs, '(Get-Module Imagen4).ModuleBase'
        $lines | Should -Be 'Completed', 'Imagen4.ImagenRequest', $copy.FullName
    }
}
