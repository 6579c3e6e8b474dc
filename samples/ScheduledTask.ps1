<#
.SYNOPSIS
    A batch for a scheduled task: a CSV of prompts to images in a folder, with tables of results and problems.
.DESCRIPTION
    It can be run again at any time. It continues where it was, and pays once for each row.

    Exit codes:
    0   every row is delivered
    1   some rows failed; problems.csv has them
    2   nothing could be submitted, or submitting ended early (no key, a locked account, no such file, no such column)
    3   rows are in doubt: Get-ImagenRequest -State InDoubt lists them, Resolve-ImagenRequest settles them
.EXAMPLE
    pwsh -NoProfile -File ScheduledTask.ps1 -Csv prompts.csv -OutputDirectory images -ReportDirectory reports -Provider fal
#>
#Requires -Version 7.6
[CmdletBinding()]
param(
    # The rows: a CSV with a column named prompt.
    [string] $Csv,

    # Where the images go. The same folder each time: another one makes new rows, which are paid for.
    [string] $OutputDirectory,

    # Where results.csv and problems.csv go. Each run writes them anew.
    [string] $ReportDirectory = $OutputDirectory,

    # The host. Without it the default provider is used.
    [string] $Provider
)

# A mandatory parameter that is missing would be asked for, and nobody is there to answer.
if (-not $Csv -or -not $OutputDirectory) {
    Write-Output 'Nothing was submitted: -Csv and -OutputDirectory are needed.'
    exit 2
}

$ErrorActionPreference = 'Stop'
$results = @()
$problems = @()
$ended = $null
try {
    if (-not (Get-Command New-ImagenImage -ErrorAction Ignore)) {
        $checkout = Join-Path $PSScriptRoot '../Imagen4.psd1'
        Import-Module ((Test-Path $checkout) ? $checkout : 'Imagen4')
    }

    $null = New-Item $ReportDirectory -ItemType Directory -Force
    $given = $Provider ? @{ Provider = $Provider } : @{}

    # -OutVariable has the objects also when an error ends the command.
    $rows = Import-Csv $Csv
    $null = $rows | New-ImagenImage @given -OutputDirectory $OutputDirectory -OutVariable results -ErrorVariable problems -ErrorAction SilentlyContinue
}
catch {
    $ended = $_
}

try {
    $failed = @($problems | Where-Object { $_ -is [Management.Automation.ErrorRecord] }) + $ended | Where-Object { $_ }
    @($results) | Sort-Object Index | Export-Csv (Join-Path $ReportDirectory results.csv)
    $failed | Select-Object @(
        @{ Name = 'ErrorId'; Expression = { ($_.FullyQualifiedErrorId -split ',')[0] } }
        @{ Name = 'Key'; Expression = { $_.TargetObject.key } }
        @{ Name = 'Prompt'; Expression = { $_.TargetObject.prompt } }
        @{ Name = 'Message'; Expression = { $_.Exception.Message } }
        @{ Name = 'Advice'; Expression = { $_.ErrorDetails.RecommendedAction } }
    ) | Export-Csv (Join-Path $ReportDirectory problems.csv)
}
catch {
    # A table that cannot be written does not hide how the batch went.
    Write-Warning "The tables could not be written to ${ReportDirectory}: $_"
}

$delivered = @($results | Where-Object State -EQ Delivered)
$inDoubt = @($results | Where-Object State -EQ InDoubt)
Write-Output "Delivered: $($delivered.Count). Problems: $(@($failed).Count). In doubt: $($inDoubt.Count)."
if ($inDoubt) {
    Write-Output 'Get-ImagenRequest -State InDoubt lists what is in doubt.'
    exit 3
}

if ($ended) {
    Write-Output "Submitting ended: $ended"
    exit 2
}

exit $(if ($failed) { 1 } else { 0 })
