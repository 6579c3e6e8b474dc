# The package as ./build.ps1 Pack makes it: what is in it, and that it can be published, installed and used. The user's own
# repositories and modules are not touched: everything runs in a home of its own.

BeforeDiscovery {
    # Windows finds the home by asking the system, whatever the environment says; a build machine's home is nobody's.
    $isHomeOwn = -not $IsWindows -or $env:CI
    if (-not $isHomeOwn) {
        Write-Warning 'NOT RUN: installing the package. On Windows it would go into your own modules; with CI=true it does.'
    }
}

Describe 'The package' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        . $PSScriptRoot/../../build/ChildPowerShell.ps1
        $root = [System.IO.Path]::GetFullPath((Join-Path $PSScriptRoot ../..))
        $folder = Join-Path $TestDrive out
        function New-TestPackage([string]$Into) {
            $said = & $PwshProgram @PwshArguments -NoProfile -File (Join-Path $root build/New-Package.ps1) -OutputDirectory $Into `
                -ProjectUri https://github.com/example/imagen4 2>&1
            $LASTEXITCODE | Should -Be 0 -Because "$said"
        }
        New-TestPackage $folder
        $module = Join-Path $folder Imagen4
        $manifest = Import-PowerShellDataFile (Join-Path $module Imagen4.psd1)
        $version = $manifest.ModuleVersion
        $nupkg = Join-Path $folder "Imagen4.$version.nupkg"
        $bill = Get-Content (Join-Path $module Imagen4.cdx.json) -Raw | ConvertFrom-Json
        $files = Get-ChildItem $module -Recurse -File | ForEach-Object { [System.IO.Path]::GetRelativePath($module, $_.FullName).Replace('\', '/') }
    }

    It 'is the same, byte for byte, when it is made again' {
        $again = Join-Path $TestDrive again
        New-TestPackage $again
        (Get-FileHash (Join-Path $again "Imagen4.$version.nupkg")).Hash | Should -Be (Get-FileHash $nupkg).Hash
        Remove-Item $again -Recurse
    }

    It 'has what a repository shows, with the notes of the change log' {
        $shown = $manifest.PrivateData.PSData
        $shown.ProjectUri | Should -Be 'https://github.com/example/imagen4'
        $shown.IconUri | Should -Be "https://github.com/example/imagen4/raw/v$version/src/module/icon.png"
        $shown.LicenseUri | Should -Match '^https://'
        $shown.Tags | Should -Contain PSEdition_Core
        $shown.ReleaseNotes | Should -Match 'New-ImagenImage'
        $shown.ReleaseNotes.Length | Should -BeLessThan 35000 -Because 'the Gallery takes no more'
        $zip = [System.IO.Compression.ZipFile]::OpenRead($nupkg)
        try {
            $text = [System.IO.StreamReader]::new($zip.GetEntry('Imagen4.nuspec').Open()).ReadToEnd()
            ([xml]$text).package.metadata.projectUrl | Should -Be 'https://github.com/example/imagen4'
            ([xml]$text).package.metadata.releaseNotes | Should -Match 'New-ImagenImage'
        }
        finally {
            $zip.Dispose()
        }
    }

    It 'has an address of its project only where one was given' {
        (Import-PowerShellDataFile (Join-Path $root Imagen4.psd1)).PrivateData.PSData.Keys | Should -Not -Contain ProjectUri
    }

    It 'has the address of each page for Get-Help -Online' {
        $help = [xml](Get-Content (Join-Path $module en-US/Imagen4.PowerShell.dll-Help.xml) -Raw)
        $commands = @($help.DocumentElement.SelectNodes("*[local-name()='command']"))
        $commands | Should -Not -BeNullOrEmpty
        foreach ($command in $commands) {
            $link = @($command.relatedLinks.navigationLink)[0]
            $link.linkText | Should -Be 'Online Version'
            $link.uri | Should -Be "https://github.com/example/imagen4/blob/v$version/docs/$($command.details.name).md"
            Join-Path $root "docs/$($command.details.name).md" | Should -Exist
        }
        $said = Invoke-Pwsh "Import-Module '$module/Imagen4.psd1'; (Get-Help New-ImagenImage).relatedLinks.navigationLink[0].uri"
        $said | Should -Be "https://github.com/example/imagen4/blob/v$version/docs/New-ImagenImage.md"
    }

    It 'has the checksum of every file, and one of its own beside it' {
        $sums = Get-Content (Join-Path $module SHA256SUMS)
        foreach ($line in $sums) {
            $sum, $name = $line -split '  ', 2
            (Get-FileHash (Join-Path $module $name)).Hash | Should -Be $sum -Because $name
        }
        @($sums -replace '^\S+  ') + 'SHA256SUMS' | Sort-Object | Should -Be ($files | Sort-Object)
        Get-Content (Join-Path $folder SHA256SUMS) | Should -Be "$((Get-FileHash $nupkg).Hash.ToLowerInvariant())  Imagen4.$version.nupkg"
    }

    It 'says of every library which package it is of, in its notices and in its bill of materials' {
        $notices = Get-Content (Join-Path $module ThirdPartyNotices.txt)
        $listed = $bill.components.components.name
        $foreign = $files -match '^lib/(core|emulator)/' -match '\.(dll|so|dylib)$' -notmatch '/Imagen4\.'
        $foreign.Count | Should -BeGreaterThan 20
        $listed | Sort-Object | Should -Be ($foreign | Sort-Object)
        $foreign | Should -BeIn $notices
    }

    It 'names the versions that the lock files have, and the words of their licences' {
        $locked = @{}
        foreach ($project in 'Imagen4.Core', 'Imagen4.Emulator') {
            $lock = Get-Content (Join-Path $root "src/$project/packages.lock.json") -Raw | ConvertFrom-Json -AsHashtable
            $lock.dependencies.'net10.0'.GetEnumerator().ForEach{ $locked[$_.Key] = $_.Value.resolved }
        }
        $notices = Get-Content (Join-Path $module ThirdPartyNotices.txt) -Raw
        foreach ($component in $bill.components) {
            $component.version | Should -Be $locked[$component.name] -Because $component.name
            $component.purl | Should -Be "pkg:nuget/$($component.name)@$($component.version)"
            $component.licenses.license | Should -Not -BeNullOrEmpty
            $notices | Should -Match "(?m)^$([regex]::Escape("$($component.name) $($component.version)"))$"
        }
        foreach ($words in 'Permission is hereby granted, free of charge', 'Apache License', 'Copyright (c) 2002-2026, Npgsql', 'BSD 3-Clause License', 'SQLite is Public Domain') {
            $notices | Should -Match ([regex]::Escape($words))
        }
    }

    It 'has a bill of materials whose references lead somewhere' {
        $bill.bomFormat, $bill.specVersion | Should -Be 'CycloneDX', '1.6'
        $bill.metadata.component.version | Should -Be $version
        $known = @($bill.metadata.component.'bom-ref') + $bill.components.'bom-ref'
        $bill.dependencies.ref | Sort-Object | Should -Be ($known | Sort-Object)
        $bill.dependencies.dependsOn | Should -BeIn $known
    }

    It 'has a file behind every link of its documents, and every sample that the README uses' {
        $broken = foreach ($page in Get-ChildItem $module -Recurse -Filter *.md) {
            foreach ($link in [regex]::Matches((Get-Content $page -Raw), '\]\((?!\w+:|#)(?<to>[^)#\s]+)')) {
                if (-not (Test-Path (Join-Path $page.DirectoryName $link.Groups['to'].Value))) {
                    "$($page.Name): $($link.Groups['to'].Value)"
                }
            }
        }
        $broken | Should -BeNullOrEmpty
        $used = [regex]::Matches((Get-Content (Join-Path $module README.md) -Raw), 'samples/[\w./]+\.\w+').Value | Sort-Object -Unique
        $used | Should -Contain 'samples/prompts.csv'
        $used | Should -BeIn $files
    }

    # What is new in the package is looked at by whoever adds it to the list.
    It 'has what is on the list and a page for every cmdlet, and nothing else' {
        $listed = @(Get-Content (Join-Path $PSScriptRoot Package.Files.txt)) + @($manifest.CmdletsToExport.ForEach{ "docs/$_.md" })

        # For which platforms depends on who packs.
        $compiled = '^lib/core/[a-z]+(-musl)?-(x64|x86|arm64|arm)/Imagen4\.Core\.dll$'
        $files | Where-Object { $_ -cnotin $listed -and $_ -cnotmatch $compiled } | Should -BeNullOrEmpty -Because 'it is not on the list'
        $listed | Where-Object { $_ -cnotin $files } | Should -BeNullOrEmpty -Because 'it is on the list'
        $zip = [System.IO.Compression.ZipFile]::OpenRead($nupkg)
        try {
            $own = '^(_rels/\.rels|package/services/metadata/core-properties/\w+\.psmdcp|\[Content_Types\]\.xml|Imagen4\.nuspec)$'
            $packed = $zip.Entries.FullName | ForEach-Object { [uri]::UnescapeDataString($_) } | Where-Object { $_ -notmatch $own }
            $packed | Sort-Object | Should -Be ($files | Sort-Object)
        }
        finally {
            $zip.Dispose()
        }
    }

    It 'has nothing that works in a checkout only' {
        $files | Where-Object { $_ -match '(^|/)(bin|obj)/|\.cs(proj)?$|\.pdb$|Export-Help' } | Should -BeNullOrEmpty
    }

    It 'is published to a folder, installed from there and found by its name, and makes an image' -Skip:(-not $isHomeOwn) {
        $own = New-Item (Join-Path $TestDrive user) -ItemType Directory
        $shelf = New-Item (Join-Path $TestDrive shelf) -ItemType Directory
        $saved = @{}
        $variables = @{
            HOME = $own; XDG_DATA_HOME = $null; XDG_CONFIG_HOME = $null; XDG_CACHE_HOME = $null; PSModulePath = $null
            IMAGEN4_HOME = (Join-Path $own state); IMAGEN4_PROVIDER = $null; IMAGEN4_EMULATOR = $null; IMAGEN4_LEDGER = $null
            DOTNET_CLI_HOME = $null
        }
        foreach ($name in $variables.Keys) {
            $saved[$name] = [Environment]::GetEnvironmentVariable($name)
            [Environment]::SetEnvironmentVariable($name, $variables[$name])
        }
        try {
            $script = @"
`$ErrorActionPreference = 'Stop'
Register-PSResourceRepository -Name Imagen4Shelf -Uri '$shelf'
try {
    Publish-PSResource -NupkgPath '$nupkg' -Repository Imagen4Shelf
    Find-PSResource Imagen4 -Repository Imagen4Shelf | ForEach-Object { "found `$(`$_.Name) `$(`$_.Version)" }
    Install-PSResource Imagen4 -Repository Imagen4Shelf -TrustRepository -Quiet

    # As the README has it.
    Register-PSResourceRepository Imagen4Folder -Uri '$folder'
    Install-PSResource Imagen4 -Repository Imagen4Folder -TrustRepository -Reinstall -Quiet
}
finally {
    Unregister-PSResourceRepository Imagen4Shelf, Imagen4Folder -ErrorAction Ignore
}
"@
            $said = & $PwshProgram @PwshArguments -NoProfile -Command $script 2>&1 | Out-String
            $said | Should -Match "found Imagen4 $version" -Because $said
            $LASTEXITCODE | Should -Be 0 -Because $said
            $script = @"
`$ErrorActionPreference = 'Stop'
Import-Module Imagen4
"from `$((Get-Module Imagen4).ModuleBase)"
`$null = Start-ImagenEmulator
New-ImagenImage 'a red fox' -OutputDirectory '$(Join-Path $own images)' | ForEach-Object { "`$(`$_.State) `$(`$_.Path)" }
Stop-ImagenEmulator
(Get-Help New-ImagenImage).Synopsis
"@
            $said = & $PwshProgram @PwshArguments -NoProfile -Command $script 2>&1 | Out-String
            $said | Should -Match '(?m)^from .*Imagen4[\\/]' -Because $said
            if (-not $IsWindows) {
                $said | Should -Match "(?m)^from $([regex]::Escape($own))"
            }
            $said | Should -Match '(?m)^Delivered ' -Because $said
            $said | Should -Match 'Submits' -Because 'the help is in the package'
            Get-ChildItem (Join-Path $own images) -File | Should -HaveCount 1
        }
        finally {
            if ($IsWindows) {
                & $PwshProgram @PwshArguments -NoProfile -Command 'Uninstall-PSResource Imagen4 -ErrorAction Ignore'
            }
            foreach ($name in $saved.Keys) {
                [Environment]::SetEnvironmentVariable($name, $saved[$name])
            }
        }
    }
}
