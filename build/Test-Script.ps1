<#
.SYNOPSIS
    Every script of the repository, looked at by PSScriptAnalyzer, which has to be installed.
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
if (-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
    throw 'PSScriptAnalyzer is missing. Install-PSResource PSScriptAnalyzer installs it.'
}

# PowerShell 7 reads UTF-8 without a mark; Join-Path with more than two parts reads well without names;
# the analyser does not see what a script block reads of the scope around it; a function inside a script is no command.
$exclude = @(
    'PSUseBOMForUnicodeEncodedFile', 'PSAvoidUsingPositionalParameters'
    'PSUseDeclaredVarsMoreThanAssignments', 'PSReviewUnusedParameter', 'PSPossibleIncorrectUsageOfAssignmentOperator'
    'PSUseShouldProcessForStateChangingFunctions', 'PSUseOutputTypeCorrectly', 'PSUseSingularNouns'
)
$root = Split-Path $PSScriptRoot
$findings = git -C $root ls-files --cached --others --exclude-standard '*.ps1' '*.psd1' '*.psm1' | ForEach-Object {
    Invoke-ScriptAnalyzer -Path (Join-Path $root $_) -ExcludeRule $exclude
}
$findings | ForEach-Object { "$($_.ScriptPath) line $($_.Line): $($_.RuleName): $($_.Message)" }
exit [int][bool]$findings
