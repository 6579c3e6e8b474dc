<#
.SYNOPSIS
    Lays the package out in a folder, and makes the .nupkg for a PowerShell repository beside it.
.DESCRIPTION
    The module has to be built. The package has the module with its help, the documents and the samples that work with it, the
    notices of what it ships of others, a bill of materials (CycloneDX) and checksums. What the Gallery shows is filled into
    the manifest: the release notes from CHANGELOG.md and, where it is given, the address of the project.
.PARAMETER ProjectUri
    Where the repository is, such as https://github.com/owner/name. Without it, the package has no such address.
.EXAMPLE
    build/New-Package.ps1 -OutputDirectory out -ProjectUri https://github.com/owner/name
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $OutputDirectory,

    [uri] $ProjectUri,

    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
. (Join-Path $PSScriptRoot ShippedPackage.ps1)
. (Join-Path $PSScriptRoot Nupkg.ps1)
$root = Split-Path $PSScriptRoot

# The section of this version, else of what has not been released yet.
function Get-ReleaseNote([string]$Version) {
    $sections = @((Get-Content (Join-Path $root CHANGELOG.md) -Raw) -split '(?m)^## ' | Select-Object -Skip 1)
    $section = @($sections -match "^$([regex]::Escape($Version))\b") + @($sections -match '^Unreleased') | Select-Object -First 1
    if (-not $section) {
        throw "CHANGELOG.md has no section for $Version."
    }

    ($section -split "`n", 2)[1].Trim()
}

# The manifest of the checkout has the lines that the package adds to after this one.
function Add-Metadata([string]$Manifest, [System.Collections.IDictionary]$Values) {
    $text = Get-Content $Manifest -Raw
    $lines = $Values.Keys | ForEach-Object { "            $_ = '$([System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($Values[$_]))'" }
    $filled = $text -replace '(?m)^ +LicenseUri = .*$', { "$_`n$($lines -join "`n")" }
    if ($filled -eq $text) {
        throw "$Manifest has no LicenseUri to put the rest after."
    }

    [System.IO.File]::WriteAllText($Manifest, $filled)
}

$package = Join-Path $OutputDirectory Imagen4
Remove-Item $package -Recurse -Force -ErrorAction Ignore
$package = (New-Item $package -ItemType Directory -Force).FullName
foreach ($part in 'Imagen4.psd1', 'lib', 'en-US', 'LICENSE', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs', 'samples', 'src/module/icon.png') {
    Copy-Item (Join-Path $root $part) $package -Recurse
}

# These work in a checkout only.
Remove-Item (Join-Path $package docs/Export-Help.ps1)
Remove-Item (Join-Path $package samples/BatchFromCSharp), (Join-Path $package samples/Directory.Build.props) -Recurse

$manifest = Join-Path $package Imagen4.psd1
$version = (Import-PowerShellDataFile $manifest).ModuleVersion
$metadata = [ordered]@{ ReleaseNotes = Get-ReleaseNote $version }
if ($ProjectUri) {
    $metadata.ProjectUri = "$ProjectUri".TrimEnd('/')
    if ($ProjectUri.Host -eq 'github.com') {
        $metadata.IconUri = "$($metadata.ProjectUri)/raw/v$version/src/module/icon.png"
    }
}
else {
    Write-Warning 'The package has no address of its project (ProjectUri): none was given.'
}

Add-Metadata $manifest $metadata
$null = Test-ModuleManifest $manifest

$shipped = @(Get-ShippedPackage $root $Configuration $package)
[System.IO.File]::WriteAllText((Join-Path $package ThirdPartyNotices.txt), ((Get-NoticeText $shipped) -join "`n") + "`n")
$bill = (Get-BillOfMaterials $shipped $package $version) -replace "`r`n", "`n"
[System.IO.File]::WriteAllText((Join-Path $package Imagen4.cdx.json), "$bill`n")

# As sha256sum -c reads them; the list itself comes last.
$files = Get-ChildItem $package -Recurse -File | ForEach-Object { Get-RelativePath $package $_.FullName }
$sums = Get-Sorted $files | ForEach-Object { "$((Get-FileHash (Join-Path $package $_) -Algorithm SHA256).Hash.ToLowerInvariant())  $_" }
[System.IO.File]::WriteAllText((Join-Path $package SHA256SUMS), ($sums -join "`n") + "`n")

$nupkg = New-Nupkg $package (Resolve-Path $OutputDirectory)
$sum = (Get-FileHash $nupkg -Algorithm SHA256).Hash.ToLowerInvariant()

# Not beside it under its own name: a folder repository would take that for a package.
[System.IO.File]::WriteAllText((Join-Path $nupkg.DirectoryName SHA256SUMS), "$sum  $($nupkg.Name)`n")
Write-Information "The package is in $package and in $nupkg" -InformationAction Continue
