<#
.SYNOPSIS
    How long a gallery takes to write, how large it is and what it takes of the memory: with its images in it, and with links to them.
.DESCRIPTION
    How it behaves in a browser is tested in tests/Imagen4.Browser.Tests, with as many images.
#>
[CmdletBinding()]
param(
    [ValidateRange(10, 100000)]
    [int] $Images = 2000
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../Imagen4.psd1')
$null = Start-ImagenEmulator -GenerationTime 0
$folder = Join-Path ([IO.Path]::GetTempPath()) "imagen4-bench-$PID"
try {
    # A few images, each of them many times: how they came to be is no part of the figure.
    $results = @(1..10 | ForEach-Object { "row $_" } | New-ImagenImage -Provider emulator -OutputDirectory $folder)
    $process = Get-Process -Id $PID
    foreach ($link in $true, $false) {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $page = 1..$Images | ForEach-Object { $results[$_ % 10] } | Export-ImagenGallery "$folder/$link.html" -Link:$link -PassThru
        $watch.Stop()
        $process.Refresh()
        '{0} images {1}: {2:F1} s, {3:F1} MiB, {4:F0} MiB of memory at the most' -f
            $Images, ($link ? 'linked' : 'embedded'), $watch.Elapsed.TotalSeconds, ($page.Length / 1MB), ($process.PeakWorkingSet64 / 1MB)
    }
}
finally {
    Stop-ImagenEmulator
    Remove-Item $folder -Recurse -Force -ErrorAction Ignore
}
