<#
.SYNOPSIS
    A batch for a scheduled task: a CSV of prompts to images in a folder, with a log and tables of results and problems.
.DESCRIPTION
    It can be run again at any time. It continues where it was, and pays once for each row. It never asks for anything.

    Exit codes:
    0   every row is delivered
    1   some rows failed; problems.csv has them
    2   nothing could be submitted, or submitting ended early (no key, a locked account, no such file, one without rows, a mistake in every row, Ctrl+C)
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

    # Where results.csv and problems.csv go, which each run writes anew, and batch.log, to which each run adds its lines.
    [string] $ReportDirectory = $OutputDirectory,

    # The host. Without it the default provider is used.
    [string] $Provider,

    # Keeps a page with the images, gallery.html, in the output directory.
    [switch] $Gallery
)

# A mandatory parameter that is missing would be asked for, and nobody is there to answer.
if (-not $Csv -or -not $OutputDirectory) {
    Write-Output 'Nothing was submitted: -Csv and -OutputDirectory are needed.'
    exit 2
}

$ErrorActionPreference = 'Stop'
$results = @()
$problems = @()
$summary = @()
$wrong = @()
$ended = $null
$isStopped = $true

# A task ends with the process; in a session it is the session's script.
$isProcess = [Environment]::GetCommandLineArgs() | Where-Object { (Split-Path $_ -Leaf) -eq (Split-Path $PSCommandPath -Leaf) }
$start = $PWD.ProviderPath
$log = Join-Path $ReportDirectory batch.log

# A spreadsheet runs what begins like a formula, in full-width characters too. With a blank before it, it does not, and Import-Csv | New-ImagenImage still knows the row.
filter Protect-Cell {
    $row = $_ | Select-Object -Property *
    foreach ($cell in $row.PSObject.Properties) {
        if ($cell.Value -is [string] -and $cell.Value -match '^\s*[=+@\-\uFF1D\uFF0B\uFF20\uFF0D]') {
            $cell.Value = " $($cell.Value)"
        }
    }
    $row
}

function Write-TaskLog([string] $Line) {
    Write-Output $Line
    try {
        Add-Content -LiteralPath $log "$([datetime]::Now.ToString('yyyy-MM-dd HH:mm:ss')) $Line"
    }
    catch {
        # A log that cannot be written does not hide how the batch went.
        Write-Warning "The log could not be written to ${ReportDirectory}: $_"
    }
}

try {
    if (-not (Get-Command New-ImagenImage -ErrorAction Ignore)) {
        $checkout = Join-Path $PSScriptRoot '../Imagen4.psd1'
        Import-Module ((Test-Path $checkout) ? $checkout : 'Imagen4')
    }

    $null = New-Item $ReportDirectory -ItemType Directory -Force
    $given = @{ Gallery = $Gallery }
    if ($Provider) {
        $given.Provider = $Provider
    }

    # -OutVariable has the objects also when an error ends the command.
    $rows = Import-Csv -LiteralPath $Csv -WarningAction SilentlyContinue
    if (-not (Get-Content -LiteralPath $Csv | Where-Object { $_.Trim() } | Select-Object -First 1)) {
        throw "$Csv is empty."
    }
    if (-not $rows) {
        throw "$Csv has a header and no rows."
    }

    # Warnings go into the log as they come: one of them says that rows are about to be paid for again.
    $what = @{ OutVariable = 'results'; ErrorVariable = 'problems'; InformationVariable = 'summary'; ErrorAction = 'SilentlyContinue'; WarningAction = 'Continue' }
    $rows | New-ImagenImage @given -OutputDirectory $OutputDirectory @what 3>&1 6> $null |
        Where-Object { $_ -is [Management.Automation.WarningRecord] } |
        ForEach-Object { Write-TaskLog "Warning: $_" }
    $isStopped = $false
}
catch {
    $ended = $_
    $isStopped = $false
}
finally {
    # After Ctrl+C or SIGINT, no command runs any more, and PowerShell itself would end with 0.
    if ($isStopped -and $isProcess) {
        # What the console has, too: how many requests go on, and the command that fetches them.
        foreach ($line in @($summary) + 'Stopped. The next run continues.') {
            [IO.File]::AppendAllText([IO.Path]::Combine($start, $log), "$([datetime]::Now.ToString('yyyy-MM-dd HH:mm:ss')) $line`n")
        }
        [Environment]::Exit(2)
    }
}

# The line a batch ends with: the counts, the images and the cost.
$summary | ForEach-Object { Write-TaskLog "$_" }

try {
    $failed = @($problems | Where-Object { $_ -is [Management.Automation.ErrorRecord] }) + $ended | Where-Object { $_ }
    # One error may be about several rows.
    $wrong = @(foreach ($problem in $failed) {
        foreach ($row in @($problem.TargetObject ?? '')) {
            [pscustomobject]@{
                # What this script throws has no id, but its text.
                ErrorId = $problem.FullyQualifiedErrorId -eq $problem.Exception.Message ? 'InvalidInput' : ($problem.FullyQualifiedErrorId -split ',')[0]
                Key     = $row.key
                Prompt  = $row.prompt
                Message = $problem.Exception.Message
                Advice  = $problem.ErrorDetails.RecommendedAction
            }
        }
    })
    @($results) | Sort-Object Index | Protect-Cell | Export-Csv -LiteralPath (Join-Path $ReportDirectory results.csv)
    $wrong | Protect-Cell | Export-Csv -LiteralPath (Join-Path $ReportDirectory problems.csv)
}
catch {
    # Neither does a table.
    Write-Warning "The tables could not be written to ${ReportDirectory}: $_"
}

$delivered = @($results | Where-Object State -EQ Delivered)
$inDoubt = @($results | Where-Object State -EQ InDoubt)
$failed | Where-Object { $_ -ne $ended } | ForEach-Object { Write-TaskLog "Problem: $($_.Exception.Message)" }
Write-TaskLog "Delivered: $($delivered.Count). Problems: $($wrong.Count). In doubt: $($inDoubt.Count)."
if ($inDoubt) {
    $inDoubt | ForEach-Object { Write-TaskLog "In doubt: row $($_.Index), '$($_.Prompt -replace '[\p{Cc}\p{Cf}]', ' ')', request $($_.RequestId ?? $_.LedgerId)" }
    Write-TaskLog 'Get-ImagenRequest -State InDoubt | Resolve-ImagenRequest settles what is in doubt.'
    exit 3
}

if ($ended) {
    Write-TaskLog "Submitting ended: $ended"
    exit 2
}

# What the next run would say again, whatever the host does.
$mistakes = 'InvalidInput', 'ModelNotAvailable'
if ($failed -and -not ($results | Where-Object ErrorType -NE ModelNotAvailable) -and -not ($wrong | Where-Object ErrorId -NotIn $mistakes)) {
    Write-TaskLog 'Nothing was submitted: every row has a mistake.'
    exit 2
}

exit $(if ($failed) { 1 } else { 0 })
