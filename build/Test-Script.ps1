<#
.SYNOPSIS
    Runs PSScriptAnalyzer, which has to be installed, on every script of the repository: all of its rules that are on by default,
    those of the PowerShell Gallery among them. What is published is excused from none of them.
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
if (-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
    throw 'PSScriptAnalyzer is missing. Install-PSResource PSScriptAnalyzer installs it.'
}

# Of scripts that are not published: PowerShell 7 reads UTF-8 without a mark; Join-Path with more than two parts reads well without
# names; the analyser does not see that a function reads a parameter of its script; a function inside a script is no command,
# and Postgres is no plural.
$exclude = @(
    'PSUseBOMForUnicodeEncodedFile', 'PSAvoidUsingPositionalParameters', 'PSReviewUnusedParameter'
    'PSUseShouldProcessForStateChangingFunctions', 'PSUseSingularNouns'
)

# In tests, Pester carries variables from block to block, which the analyser does not know.
$excludeInTests = $exclude + 'PSUseDeclaredVarsMoreThanAssignments'

$root = Split-Path $PSScriptRoot
$findings = foreach ($path in git -C $root ls-files --cached --others --exclude-standard '*.ps1' '*.psd1' '*.psm1') {
    $options = switch -Regex ($path) {
        '^(samples/|Imagen4\.psd1$)' { @{} }
        '^tests/' { @{ ExcludeRule = $excludeInTests } }
        default { @{ ExcludeRule = $exclude } }
    }
    Invoke-ScriptAnalyzer -Path (Join-Path $root $path) @options
}
$findings | ForEach-Object { "$($_.ScriptPath) line $($_.Line): $($_.RuleName): $($_.Message)" }
exit [int][bool]$findings
