# Every script of the repository, looked at by PSScriptAnalyzer.

BeforeDiscovery {
    $missing = -not (Get-Module -ListAvailable PSScriptAnalyzer)
    if ($missing) {
        Write-Warning 'PSScriptAnalyzer is not installed: the scripts were NOT analysed.'
    }
    $root = [System.IO.Path]::GetFullPath((Join-Path $PSScriptRoot '../..'))
    $scripts = git -C $root ls-files --cached --others --exclude-standard '*.ps1' '*.psd1' '*.psm1' | ForEach-Object { @{ script = $_; path = Join-Path $root $_ } }
}

Describe 'PSScriptAnalyzer' {
    BeforeAll {
        # PowerShell 7 reads UTF-8 without a mark; Join-Path with more than two parts reads well without names;
        # the analyser does not see what a script block reads of the scope around it; a function inside a script is no command.
        $exclude = @(
            'PSUseBOMForUnicodeEncodedFile', 'PSAvoidUsingPositionalParameters'
            'PSUseDeclaredVarsMoreThanAssignments', 'PSReviewUnusedParameter', 'PSPossibleIncorrectUsageOfAssignmentOperator'
            'PSUseShouldProcessForStateChangingFunctions', 'PSUseOutputTypeCorrectly', 'PSUseSingularNouns'
        )
    }

    It 'has nothing to say about <script>' -Skip:$missing -ForEach $scripts {
        Invoke-ScriptAnalyzer -Path $path -ExcludeRule $exclude | ForEach-Object { "$($_.RuleName) line $($_.Line): $($_.Message)" } | Should -BeNullOrEmpty
    }
}
