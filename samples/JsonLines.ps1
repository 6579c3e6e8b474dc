<#
.SYNOPSIS
    JSON Lines in, JSON Lines out: one line of input is one row, and one line of output is what became of it.
.DESCRIPTION
    For programs in any language, and for tools such as jq. The output has the rows that were sent, as they end, failed ones too;
    errors and warnings are on the error stream. The exit code is 1 if a row failed.
.EXAMPLE
    pwsh -NoProfile -File JsonLines.ps1 -Path prompts.jsonl -OutputDirectory images > results.jsonl
.EXAMPLE
    cat prompts.jsonl | pwsh -NoProfile -File JsonLines.ps1 -OutputDirectory images | jq -r .Path
#>

#Requires -Version 7.6
[CmdletBinding()]
param(
    # Where the images go.
    [Parameter(Mandatory)]
    [string] $OutputDirectory,

    # The rows; without it they are read from standard input.
    [string] $Path,

    # The host. Without it the default provider is used.
    [string] $Provider
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command New-ImagenImage -ErrorAction Ignore)) {
    $checkout = Join-Path $PSScriptRoot '../Imagen4.psd1'
    Import-Module ((Test-Path $checkout) ? $checkout : 'Imagen4')
}

# Standard error, so that nothing gets between the lines of the output.
filter Write-StandardError {
    [Console]::Error.WriteLine("$_")
}

# A line that is no JSON is a problem of its own; the others are rows all the same.
function ConvertFrom-Line([string] $Line) {
    try {
        ConvertFrom-Json $Line -DateKind String
    }
    catch {
        $script:broken++
        "Not JSON: $Line" | Write-StandardError
    }
}

function Read-Line([string] $File) {
    if ($File) {
        return [IO.File]::ReadLines((Convert-Path -LiteralPath $File))
    }

    while ($null -ne ($line = [Console]::In.ReadLine())) {
        $line
    }
}

$given = $Provider ? @{ Provider = $Provider } : @{}
$problems = @()
$broken = 0
Read-Line $Path | Where-Object { $_ } | ForEach-Object { ConvertFrom-Line $_ } |
    New-ImagenImage @given -OutputDirectory $OutputDirectory -ErrorVariable problems -ErrorAction SilentlyContinue -WarningVariable warnings -WarningAction SilentlyContinue |
    ForEach-Object { $_ | ConvertTo-Json -Compress -Depth 4 }

$warnings | Write-StandardError
$problems.ForEach{ $_.Exception.Message } | Write-StandardError
exit [int]($problems.Count + $broken -gt 0)
