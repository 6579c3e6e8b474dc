# Dot-sourced by New-Package.ps1: the NuGet packages of which the module ships files, what their licences say, and the bill of
# materials. What is shipped is read from what the build has written (*.deps.json) and from the packages themselves.

# Every package with files in the folder: Name, Version, Sha512 of the package, DependsOn, Files (paths in the folder), Folder.
# A file that is neither ours nor of a package is an error: it would be shipped without its licence, or by mistake.
function Get-ShippedPackage([string]$Root, [string]$Configuration, [string]$Package) {
    $cache = dotnet nuget locals global-packages --list --force-english-output | ForEach-Object { $_ -replace '^global-packages: ' }
    $found = [System.Collections.Generic.SortedDictionary[string, hashtable]]::new([System.StringComparer]::Ordinal)
    foreach ($part in @{ Folder = 'lib/core'; Project = 'Imagen4.Core' }, @{ Folder = 'lib/emulator'; Project = 'Imagen4.Emulator' }) {
        $written = Join-Path $Root "src/$($part.Project)/bin/$Configuration/net10.0/$($part.Project).deps.json"
        $graph = Get-Content $written -Raw | ConvertFrom-Json -AsHashtable
        $libraries = @($graph.targets.Values)[0]
        $folder = Join-Path $Package $part.Folder
        $unknown = [System.Collections.Generic.HashSet[string]]::new(
            [string[]](Get-ChildItem $folder -Recurse -File -Exclude Imagen4.* | ForEach-Object { Get-RelativePath $folder $_.FullName }))
        foreach ($key in $libraries.Keys | Where-Object { $graph.libraries[$_].type -eq 'package' }) {
            $library = $libraries[$key]

            # Assemblies are laid out flat, native libraries by platform.
            $names = @($library.runtime ?? @{}).Keys.ForEach{ Split-Path $_ -Leaf } + @($library.runtimeTargets ?? @{}).Keys
            $names = @(Get-Sorted ($names | Where-Object { $_ -and $unknown.Remove($_) }))
            if (-not $names) {
                continue
            }

            $name, $version = $key -split '/'
            if (-not $found.ContainsKey($key)) {
                $found[$key] = @{
                    Name = $name; Version = $version; Files = @(); DependsOn = @{}
                    Sha512 = [Convert]::ToHexString([Convert]::FromBase64String($graph.libraries[$key].sha512.Substring(7))).ToLowerInvariant()
                    Folder = Join-Path $cache $graph.libraries[$key].path
                }
            }

            $found[$key].Files += @($names).ForEach{ "$($part.Folder)/$_" }
            foreach ($other in ($library.dependencies ?? @{}).Keys) {
                $found[$key].DependsOn["$other/$($library.dependencies[$other])"] = $true
            }
        }

        if ($unknown.Count -gt 0) {
            throw "Files of $($part.Folder) are of no package, and not ours: $($unknown -join ', '). Delete lib and build again."
        }
    }

    $found.Values | ForEach-Object { Add-Licence $_ }
}

# Reads what the package itself says: Licence (an SPDX expression, or nothing), LicenceText, Copyright, Notices.
function Add-Licence([hashtable]$Package) {
    $about = ([xml](Get-Content (Join-Path $Package.Folder "$($Package.Name.ToLowerInvariant()).nuspec") -Raw)).package.metadata
    $Package.Copyright = $about.copyright
    $Package.ProjectUri = $about.projectUrl
    $Package.Licence = if ($about.license.type -eq 'expression') { $about.license.InnerText }
    $file = if ($about.license.type -eq 'file') {
        Join-Path $Package.Folder $about.license.InnerText
    }
    else {
        (Get-ChildItem $Package.Folder -File | Where-Object Name -Match '^licen[cs]e(\.(md|txt))?$').FullName ??
            (Join-Path $PSScriptRoot "licences/$($Package.Licence).txt")
    }
    if (-not (Test-Path $file)) {
        throw "$($Package.Name) $($Package.Version) comes without the text of its licence ($($Package.Licence)): $file has to have it."
    }

    $Package.LicenceText = Read-PlainText $file
    $notices = Get-ChildItem $Package.Folder -File | Where-Object Name -Match '^third-?party-?notices\.txt$'
    $Package.Notices = if ($notices) { Read-PlainText $notices.FullName }
    $Package
}

function Read-PlainText([string]$Path) {
    ((Get-Content $Path -Raw) -replace "`r`n?", "`n").Trim()
}

# In the same order on every machine.
function Get-Sorted([string[]]$Names) {
    $sorted = @($Names | Where-Object { $_ })
    [array]::Sort($sorted, [System.StringComparer]::Ordinal)
    $sorted
}

function Get-RelativePath([string]$From, [string]$Path) {
    [System.IO.Path]::GetRelativePath($From, $Path).Replace('\', '/')
}

# The notices as one text: each package with its copyright, each licence and each list of further notices once.
function Get-NoticeText([hashtable[]]$Packages) {
    $line = '-' * 80
    'Imagen4 includes files of these packages. Each is followed by its licence; further notices of theirs are at the end.'
    foreach ($group in Get-Group $Packages LicenceText) {
        "`n$line`n"
        foreach ($package in $group) {
            @("$($package.Name) $($package.Version)", $package.Copyright, $package.ProjectUri) + $package.Files | Where-Object { $_ }
            ''
        }

        "Licence: $($group[0].Licence ?? 'as follows')`n"
        $group[0].LicenceText
    }

    foreach ($group in Get-Group $Packages Notices) {
        "`n$line`n"
        "Further notices of these packages: $($group.ForEach{ $_.Name } -join ', ')`n"
        $group[0].Notices
    }
}

# The packages that say the same, in the order of the first of them.
function Get-Group([hashtable[]]$Packages, [string]$Property) {
    $groups = [ordered]@{}
    foreach ($package in $Packages | Where-Object { $_[$Property] }) {
        $groups[$package[$Property]] = @($groups[$package[$Property]] | Where-Object { $_ }) + $package
    }

    $groups.Values | ForEach-Object { , $_ }
}

# A CycloneDX document: each package with its address, licence and checksum, in it the files that are shipped of it. It has no
# time and no random number, so that the same package has the same document.
function Get-BillOfMaterials([hashtable[]]$Packages, [string]$Folder, [string]$Version) {
    $references = @{}
    $Packages.ForEach{ $references["$($_.Name)/$($_.Version)"] = "pkg:nuget/$($_.Name)@$($_.Version)" }
    $module = "pkg:nuget/Imagen4@$Version"
    $components = foreach ($package in $Packages) {
        $reference = $references["$($package.Name)/$($package.Version)"]
        $licence = $package.Licence ? @{ id = $package.Licence } : [ordered]@{ name = "$($package.Name) licence"; text = @{ content = $package.LicenceText } }
        [ordered]@{
            type = 'library'; 'bom-ref' = $reference; name = $package.Name; version = $package.Version
            hashes = @([ordered]@{ alg = 'SHA-512'; content = $package.Sha512 })
            licenses = @(@{ license = $licence })
            copyright = $package.Copyright; purl = $reference
            components = @($package.Files.ForEach{ Get-FileComponent $Folder $_ })
        }
    }

    $own = Get-ChildItem (Join-Path $Folder lib) -Recurse -File -Include Imagen4.*.dll | ForEach-Object { Get-RelativePath $Folder $_.FullName }
    $self = [ordered]@{
        type = 'library'; 'bom-ref' = $module; name = 'Imagen4'; version = $Version; licenses = @(@{ license = @{ id = 'MIT' } })
        components = @(Get-Sorted $own | ForEach-Object { Get-FileComponent $Folder $_ })
    }
    $dependencies = @([ordered]@{ ref = $module; dependsOn = @(Get-Sorted $references.Values) }) + $Packages.ForEach{
        $others = $_.DependsOn.Keys | ForEach-Object { $references[$_] } | Where-Object { $_ }
        [ordered]@{ ref = $references["$($_.Name)/$($_.Version)"]; dependsOn = @(Get-Sorted $others) }
    }
    [ordered]@{
        bomFormat = 'CycloneDX'; specVersion = '1.6'; version = 1; metadata = @{ component = $self }
        components = @($components); dependencies = $dependencies
    } | ConvertTo-Json -Depth 10
}

function Get-FileComponent([string]$Folder, [string]$Path) {
    $hash = (Get-FileHash (Join-Path $Folder $Path) -Algorithm SHA256).Hash.ToLowerInvariant()
    [ordered]@{ type = 'file'; 'bom-ref' = "file:$Path"; name = $Path; hashes = @([ordered]@{ alg = 'SHA-256'; content = $hash }) }
}
