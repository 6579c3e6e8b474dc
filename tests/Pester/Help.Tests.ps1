#Requires -Version 7.6

BeforeDiscovery {
    $root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
    Import-Module (Join-Path $root 'Imagen4.psd1')
    $cmdlets = (Get-Command -Module Imagen4 -CommandType Cmdlet).Name

    # A block that cannot run as it stands (it needs a real key) is fenced as "powershell no-run".
    $blocks = foreach ($page in Get-ChildItem (Join-Path $root 'docs/*') -Include '*-Imagen*.md', 'about_*.md') {
        $number = 0
        foreach ($match in [regex]::Matches((Get-Content $page -Raw), '(?ms)^```powershell(?<mark>[^\r\n]*)\r?\n(?<code>.*?)^```(\s+^```output\r?\n(?<output>.*?)^```)?')) {
            $number++
            @{
                Page   = $page.BaseName
                Number = $number
                Code   = $match.Groups['code'].Value
                Output = $match.Groups['output'].Value
                Mark   = $match.Groups['mark'].Value.Trim()
            }
        }
    }

    $runnable = @($blocks).Where{ -not $_.Mark }
    $marked = @($blocks).Where{ $_.Mark }
}

Describe 'Get-Help <_>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help $_ -Full
        $command = Get-Command $_
    }

    It 'has a synopsis that is more than the syntax' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match "^\s*$($command.Name) "
    }

    It 'has a description' {
        ($help.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty
    }

    It 'has examples, each with a title and code' {
        @($help.Examples.Example).Count | Should -BeGreaterOrEqual 3
        foreach ($example in $help.Examples.Example) {
            $example.Code | Should -Match $command.Noun
            $example.Title | Should -Match 'Example \d+: \S'
        }
    }

    It 'describes every parameter that shows' {
        $common = [Management.Automation.PSCmdlet]::CommonParameters
        $shown = $command.Parameters.Values.Where{ $_.Name -notin $common -and -not $_.Attributes.Where{ $_.DontShow } }
        foreach ($parameter in $shown) {
            $text = Get-Help $command.Name -Parameter $parameter.Name
            ($text.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because $parameter.Name
            $text.Aliases | Should -Be (($parameter.Aliases -join ', ') ? ($parameter.Aliases -join ', ') : 'none') -Because $parameter.Name
        }

        @($help.Parameters.Parameter).Count | Should -Be $shown.Count
    }

    It 'says what it takes and what it returns' {
        $help.inputTypes.inputType | Should -Not -BeNullOrEmpty
        $help.returnValues.returnValue | Should -Not -BeNullOrEmpty
        foreach ($type in @($command.OutputType.Name) -ne 'System.Void') {
            $help.returnValues.returnValue.type.name | Should -Contain $type
        }
    }

    It 'names other topics that can be read' {
        foreach ($link in $help.relatedLinks.navigationLink.linkText) {
            Get-Help $link | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'Get-Help about_Imagen4' {
    It 'shows the topic' {
        Get-Help about_Imagen4 | Should -Match 'WHERE KEYS COME FROM'
    }

    It 'is found with its short description' {
        (Get-Help about_Image*).Synopsis | Should -Match 'Imagen 4'
    }
}

Describe 'The examples of the help' {
    BeforeAll {
        $kept = @{}
        Get-ChildItem env: | ForEach-Object { $kept[$_.Name] = $_.Value }
    }

    BeforeEach {
        $place = New-Item (Join-Path $TestDrive ([guid]::NewGuid())) -ItemType Directory
        $env:IMAGEN4_HOME = Join-Path $place 'home'
        Remove-Item env:FAL_KEY, env:FAL_KEY_ID, env:FAL_KEY_SECRET, env:IMAGEN4_PROVIDER, env:IMAGEN4_LEDGER -ErrorAction Ignore
        Push-Location $place
    }

    AfterEach {
        Pop-Location
        Stop-ImagenEmulator -WarningAction Ignore
        Get-ImagenProvider | Where-Object Scope -EQ 'Session' | Remove-ImagenProvider
        Set-ImagenLedger -Reset
        Get-ChildItem env: | Where-Object { $_.Name -notin $kept.Keys } | Remove-Item
        foreach ($name in $kept.Keys) {
            Set-Item "env:$name" $kept[$name]
        }
    }

    It '<Page>, block <Number>, runs without an error' -ForEach $runnable {
        # An error that the example does not expect itself ends it here.
        $ErrorActionPreference = 'Stop'
        $output = & ([scriptblock]::Create($Code)) *>&1
        $output | Where-Object { $_ -is [Management.Automation.ErrorRecord] } | Should -BeNullOrEmpty

        # What -WhatIf says goes past every stream.
        $promised = $_.Output -split '\r?\n' | Where-Object { $_ -and $_ -notlike 'What if:*' }
        foreach ($line in $promised) {
            $output.ForEach{ "$_" } | Should -Contain $line
        }
    }

    It 'runs all blocks but <_.Count> that are marked' -ForEach (, $marked) {
        foreach ($block in $_) {
            Write-Information "Not run: $($block.Page), block $($block.Number)" -InformationAction Continue
            $block.Mark | Should -Be 'no-run'
        }

        @($_).Count | Should -BeLessOrEqual 3
    }
}
