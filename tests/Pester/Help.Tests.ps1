#Requires -Version 7.6

BeforeDiscovery {
    $root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
    Import-Module (Join-Path $root 'Imagen4.psd1')
    $cmdlets = (Get-Command -Module Imagen4 -CommandType Cmdlet).Name

    # Each block of a cmdlet's page is tried alone; those of a section of an about topic one after the other.
    $examples = foreach ($page in Get-ChildItem (Join-Path $root 'docs/*') -Include '*-Imagen*.md', 'about_*.md') {
        $number = 0
        $blocks = foreach ($match in [regex]::Matches((Get-Content $page -Raw), '(?ms)^## (?<section>.+?)\r?$|^```powershell(?<mark>[^\r\n]*)\r?\n(?<code>.*?)^```(\s+^```output\r?\n(?<output>.*?)^```)?')) {
            $section = $match.Groups['section'].Success ? $match.Groups['section'].Value : $section
            if ($match.Groups['code'].Success) {
                $number++
                @{
                    Title  = $page.BaseName -like 'about_*' ? $section : "block $number"
                    Code   = $match.Groups['code'].Value
                    Output = $match.Groups['output'].Value
                    Mark   = $match.Groups['mark'].Value
                }
            }
        }

        foreach ($group in $blocks | Group-Object { $_.Title }) {
            @{ Page = $page.BaseName; Title = $group.Name; Blocks = $group.Group; Code = $group.Group.Code -join "`n" }
        }
    }

    # Most need no more than an emulator: one is kept for them. The others start one as they want it, or none.
    $onEmulator, $onTheirOwn = $examples.Where({ $_.Code -match 'Start-ImagenEmulator(?! *-)' -and $_.Code -notmatch 'Stop-ImagenEmulator|Start-ImagenEmulator *-|-Default' }, 'Split')
    $topics = (Get-ChildItem (Join-Path $root 'docs/about_*.md')).FullName
}

Describe 'Get-Help <_>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help $_ -Full
        $command = Get-Command $_
        $pages = Get-ChildItem (Join-Path $PSScriptRoot '../../docs/*') -Include '*-Imagen*.md', 'about_*.md'
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

    It 'describes every parameter' {
        $own = $command.Parameters.Values.Where{ $_.Name -notin [Management.Automation.PSCmdlet]::CommonParameters }
        $texts = @(Get-Help $command.Name -Parameter * -ErrorAction Ignore)
        foreach ($parameter in $own) {
            $text = $texts.Where{ $_.Name -eq $parameter.Name }
            ($text.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because $parameter.Name
            $text.Aliases | Should -Be (($parameter.Aliases -join ', ') ? ($parameter.Aliases -join ', ') : 'none') -Because $parameter.Name
        }

        $texts | Should -HaveCount $own.Count
    }

    It 'says what it takes and what it returns' {
        $help.inputTypes.inputType | Should -Not -BeNullOrEmpty
        $help.returnValues.returnValue | Should -Not -BeNullOrEmpty
        foreach ($type in @($command.OutputType.Name) -ne 'System.Void') {
            $help.returnValues.returnValue.type.name | Should -Contain $type
        }
    }

    It 'names other topics that can be read' {
        $help.relatedLinks.navigationLink.linkText | Should -BeIn $pages.BaseName
    }
}

Describe 'Get-Help about_Imagen4*' {
    It 'lists the topics, each with its short description' -ForEach @{ topics = $topics } {
        $found = Get-Help about_Imagen4* | Sort-Object Name

        $found.Name | Should -Be @($topics | Split-Path -LeafBase | Sort-Object)
        $found.Synopsis | Sort-Object | Should -Be @($topics.ForEach{ (Get-Content $_)[4] } | Sort-Object)
    }

    It 'shows <_> as it is written' -ForEach @($topics | Split-Path -LeafBase) {
        $page = Get-Content (Join-Path $PSScriptRoot "../../docs/$_.md") -Raw

        (Get-Help $_ | Out-String -Width 80).Trim() | Should -Be $page.Trim()
    }
}

Describe 'The examples of the help' {
    BeforeAll {
        $kept = @{}
        Get-ChildItem env: | ForEach-Object { $kept[$_.Name] = $_.Value }

        function Enter-Place {
            $place = New-Item (Join-Path $TestDrive ([guid]::NewGuid())) -ItemType Directory
            $env:IMAGEN4_HOME = Join-Path $place 'home'
            Remove-Item env:FAL_KEY, env:FAL_KEY_ID, env:FAL_KEY_SECRET, env:IMAGEN4_PROVIDER, env:IMAGEN4_LEDGER -ErrorAction Ignore
            Push-Location $place
        }

        function Exit-Place {
            Pop-Location
            Get-ImagenProvider | Where-Object { $_.Scope -eq 'Session' -and $_.Name -ne 'emulator' } | Remove-ImagenProvider
            Set-ImagenLedger -Reset
            Get-ChildItem env: | Where-Object { $_.Name -notin $kept.Keys } | Remove-Item
            foreach ($name in $kept.Keys) {
                Set-Item "env:$name" $kept[$name]
            }
        }

        function Assert-Example([hashtable[]] $blocks) {
            # An error that the example does not expect itself ends it here.
            $ErrorActionPreference = 'Stop'
            $output = & { $blocks.ForEach{ . ([scriptblock]::Create($_.Code)) } } *>&1
            $output | Where-Object { $_ -is [Management.Automation.ErrorRecord] } | Should -BeNullOrEmpty

            # What -WhatIf says goes past every stream.
            $promised = $blocks.Output -split '\r?\n' | Where-Object { $_ -and $_ -notlike 'What if:*' }
            foreach ($line in $promised) {
                $output.ForEach{ "$_" } | Should -Contain $line
            }
        }
    }

    Context 'that need no more than an emulator' {
        BeforeAll {
            $emulator = Start-ImagenEmulator -GenerationTime 0.1
            $kept['IMAGEN4_EMULATOR'] = $env:IMAGEN4_EMULATOR
        }

        AfterAll {
            Stop-ImagenEmulator
            $kept.Remove('IMAGEN4_EMULATOR')
        }

        BeforeEach {
            Enter-Place
            $null = Invoke-RestMethod "$($emulator.BaseUri)_emulator/reset" -Method Post
        }

        AfterEach { Exit-Place }

        It '<Page>, <Title>, runs without an error' -ForEach $onEmulator {
            Assert-Example $Blocks
        }
    }

    Context 'that start one as they want it, or none' {
        BeforeEach { Enter-Place }

        AfterEach {
            Stop-ImagenEmulator -WarningAction Ignore
            Exit-Place
        }

        It '<Page>, <Title>, runs without an error' -ForEach $onTheirOwn {
            Assert-Example $Blocks
        }
    }

    It 'are all tried' -ForEach @{ examples = $examples } {
        $examples.Blocks.Count | Should -BeGreaterThan 70
        $examples.Blocks.Mark -ne '' | Should -BeNullOrEmpty
    }
}
