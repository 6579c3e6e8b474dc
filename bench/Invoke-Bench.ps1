<#
.SYNOPSIS
    All figures in one run: prints them as tables, and writes them as JSON and the batches as a plot.
.DESCRIPTION
    Figures of different runs do not compare: machines differ, and the same machine does from hour to hour. The ratios within one do.
#>
[CmdletBinding()]
param(
    # Where figures.json and batch.svg go.
    [string] $OutputDirectory = (Join-Path $PSScriptRoot '../out/bench'),

    [ValidateRange(1, 100)]
    [int] $Rounds = 3,

    # How many rows the steps of the scaling have.
    [int[]] $Steps = (1000, 10000)
)

$ErrorActionPreference = 'Stop'
$null = New-Item $OutputDirectory -ItemType Directory -Force

# Whatever ends the run, what has been measured is kept.
function Add-Figures([string] $Name, [string] $Title, [object[]] $Rows) {
    $figures[$Name] = $Rows
    $figures | ConvertTo-Json -Depth 6 | Set-Content (Join-Path $OutputDirectory figures.json)
    Write-Information "`n$Title" -InformationAction Continue
    $columns = $Rows[0].psobject.Properties.Name | Where-Object { $_ -notin 'Runs', 'Lags' } | ForEach-Object {
        $name = [string]$_
        @{ Name = $name; Expression = { $_.$name -is [double] ? [math]::Round($_.$name, 2) : $_.$name }.GetNewClosure() }
    }
    Write-Information ($Rows | Format-Table $columns -AutoSize | Out-String -Width 200).Trim() -InformationAction Continue
}

# One bar for each program, as long as its ratio to the bare loop.
function Get-Plot([object[]] $Batches) {
    $bar = 22
    $y = 40
    $lines = foreach ($group in $Batches | Group-Object Generation | Sort-Object { [double]$_.Name } -Descending) {
        "<text x='10' y='$y' class='head'>200 rows, $([double]$group.Name) s a generation</text>"
        $y += 10
        foreach ($batch in $group.Group | Sort-Object Ratio) {
            $width = [int](60 * [math]::Min($batch.Ratio, 8))
            $class = $batch.Program -eq 'Imagen4' ? 'own' : 'other'
            "<text x='10' y='$($y + 15)'>$([Security.SecurityElement]::Escape($batch.Program))</text>"
            "<rect x='170' y='$y' width='$width' height='16' class='$class'/>"
            "<text x='$(176 + $width)' y='$($y + 13)'>$($batch.Ratio.ToString('F2', [cultureinfo]::InvariantCulture)) ×, $($batch.Seconds.ToString('F1', [cultureinfo]::InvariantCulture)) s</text>"
            $y += $bar
        }

        $y += 30
    }

    @"
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 $y" role="img" aria-label="Wall-clock time of a batch, as a multiple of the bare loop's">
<style>text { font: 13px sans-serif; fill: #24292f } .head { font-weight: bold } .own { fill: #2f6f4f } .other { fill: #9aa4ad }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }</style>
<text x="10" y="18" class="head">Wall-clock time, as a multiple of a bare HTTP loop's (shorter is better)</text>
$($lines -join "`n")
</svg>
"@
}

$figures = [ordered]@{}
Add-Figures batch 'A batch of 200 rows with images of 1.5 MB, 40 at once; ratios to the bare loop' @(& (Join-Path $PSScriptRoot Measure-Batch.ps1) -Rounds $Rounds)
Get-Plot $figures.batch | Set-Content (Join-Path $OutputDirectory batch.svg)

# What the emulator itself can do: nothing measured against it can be faster.
Add-Figures ceiling 'The emulator''s own ceiling: the bare loop, generations that take no time, small images' @(& (Join-Path $PSScriptRoot Measure-Batch.ps1) -Rounds 1 -Rows 2000 -GenerationTime 0 -Bytes 1 -Program bare |
        Select-Object @{ n = 'RowsPerSecond'; e = { 2000 / $_.Seconds } }, @{ n = 'EmulatorMillisecondsRow'; e = { $_.Emulator / 2 } })

Add-Figures scale 'A row in batches of different sizes; milliseconds, MiB, bytes' @(& (Join-Path $PSScriptRoot Measure-Scale.ps1) -Rows $Steps)

Add-Figures transfer 'Large results, beside curl and beside small ones' @(& (Join-Path $PSScriptRoot Measure-Transfer.ps1))

Add-Figures import 'What an import adds to the start of PowerShell, in milliseconds' @(& (Join-Path $PSScriptRoot Measure-Import.ps1))

Write-Information '' -InformationAction Continue
& (Join-Path $PSScriptRoot Measure-Gallery.ps1)

Write-Information "`nThe figures are in $(Join-Path $OutputDirectory figures.json), the plot in batch.svg beside it." -InformationAction Continue
