# Every script of the repository, read by PowerShell's own parser. ./build.ps1 Analyze has more to say, where PSScriptAnalyzer is installed.

BeforeDiscovery {
    $root = [System.IO.Path]::GetFullPath((Join-Path $PSScriptRoot '../..'))
    $scripts = Get-ChildItem $root -Recurse -File -Include *.ps1, *.psd1, *.psm1 |
        ForEach-Object { @{ path = $_.FullName; script = [System.IO.Path]::GetRelativePath($root, $_.FullName) } } |
        Where-Object { $_.script -notmatch '(^|[\\/])(bin|obj|lib|out|node_modules)[\\/]' }
}

Describe 'The scripts' {
    BeforeAll {
        $aliases = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2().Commands |
            Where-Object CommandType -EQ Alias | ForEach-Object Name
    }

    It '<script> is read without an error, and names its commands in full' -ForEach $scripts {
        $problems = $null
        $tree = [System.Management.Automation.Language.Parser]::ParseFile($path, [ref]$null, [ref]$problems)
        $problems | ForEach-Object { "line $($_.Extent.StartLineNumber): $($_.Message)" } | Should -BeNullOrEmpty
        $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true) |
            Where-Object { $_.GetCommandName() -in $aliases } | ForEach-Object { "line $($_.Extent.StartLineNumber): $($_.GetCommandName())" } | Should -BeNullOrEmpty
    }
}
