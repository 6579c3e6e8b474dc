# What did it cost? An unknown cost is never taken for nothing without a word.

Describe 'Get-ImagenRequest: costs' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    It 'a list ends with the sum and its currency' {
        $null = 'fox', 'owl' | New-ImagenImage -Wait
        $seen = Watch-Command { Get-ImagenRequest -Since (Get-Date).Date }
        $seen.Other | Should -Be 'Requests: 2. Cost: 0.10 USD.'
        $seen.Warning | Should -BeNullOrEmpty

        $seen = Watch-Command { Get-ImagenRequest -Since (Get-Date).Date | Measure-Object Cost -Sum }
        $seen.Output.Sum | Should -Be 0.1
        $seen.Other | Should -Be 'Requests: 2. Cost: 0.10 USD.'
        $seen.Warning | Should -BeNullOrEmpty
    }

    It 'a list of states that have a cost ends with the sum, too' {
        $null = 'fox', 'owl' | New-ImagenImage -OutputDirectory (Join-Path $TestDrive delivered)
        (Watch-Command { Get-ImagenRequest -State Delivered }).Other | Should -Be 'Requests: 2. Cost: 0.10 USD.'
        (Watch-Command { Get-ImagenRequest -State Delivered, Failed -Key none }).Other | Should -BeNullOrEmpty
    }

    It 'whoever computes with requests, or passes them on to another purpose, is told nothing of costs' {
        $null = 'fox', 'owl' | New-ImagenImage -Wait
        (Watch-Command { (Get-ImagenRequest).Count }).Other | Should -BeNullOrEmpty
        (Watch-Command { $all = Get-ImagenRequest; $all.State }).Other | Should -BeNullOrEmpty
        $null = New-ImagenImage 'elk'
        $seen = Watch-Command { Get-ImagenRequest | Show-ImagenImage -WarningAction Ignore -ErrorAction Ignore }
        $seen.Warning | Should -Not -BeLike '*Cost*'
    }

    It 'a sum that lacks requests whose results were not read comes with a warning that names the command that reads them' {
        $null = New-ImagenImage 'fox' -Wait
        $null = 'owl', 'elk' | New-ImagenImage
        (Get-ImagenRequest).Cost | Should -Be 0.05, $null, $null
        $seen = Watch-Command { Get-ImagenRequest -Since (Get-Date).Date | Measure-Object Cost -Sum }
        $seen.Output.Sum | Should -Be 0.05
        $seen.Warning | Should -BeExactly 'Requests: 3. Cost: 0.05 USD. Requests whose cost is not known yet: 2 (to read it: Get-ImagenRequest -Unfinished | Receive-ImagenResult -Wait -NoDownload).'
        $seen.Other | Should -BeNullOrEmpty

        # Where nothing follows, the empty cells are seen.
        $seen = Watch-Command { Get-ImagenRequest }
        $seen.Other | Should -BeLike 'Requests: 3. Cost: 0.05 USD. Requests whose cost is not known yet: 2 (*'
        $seen.Warning | Should -BeNullOrEmpty

        # The command does what it is recommended for.
        Push-Location (New-Item -ItemType Directory (Join-Path $TestDrive read)).FullName
        try {
            $null = Get-ImagenRequest -Unfinished | Receive-ImagenResult -Wait
        }
        finally {
            Pop-Location
        }
        Get-ChildItem (Join-Path $TestDrive read) | Should -HaveCount 2
        $seen = Watch-Command { Get-ImagenRequest | Measure-Object Cost -Sum }
        [math]::Round($seen.Output.Sum, 4) | Should -Be 0.15
        $seen.Warning | Should -BeNullOrEmpty
    }

    It 'requests in doubt, and those without a price, are counted apart' {
        Add-Fault $test @{ operation = 'submit'; kind = 'reset'; after_accept = $true; count = 1 }
        Add-Fault $test @{ operation = 'history'; kind = 'status'; status = 404; count = -1 }
        $null = New-ImagenImage 'a doubtful row' -ErrorAction SilentlyContinue
        $env:IMAGEN4_TEST_KEY = 'none'
        $null = Set-ImagenProvider unpriced -Protocol FalQueue -BaseUri $test.BaseUri -ApiKeyVariable IMAGEN4_TEST_KEY
        try {
            $null = New-ImagenImage 'a row without a price' -Provider unpriced -OutputDirectory (Join-Path $TestDrive unpriced)
            $seen = Watch-Command { Get-ImagenRequest | Measure-Object Cost -Sum }
        }
        finally {
            $env:IMAGEN4_TEST_KEY = $null
            Remove-ImagenProvider unpriced
        }
        $seen.Warning | Should -BeExactly 'Requests: 2. Requests in doubt, whose cost is unknown: 1 (to settle them: Get-ImagenRequest -State InDoubt | Resolve-ImagenRequest). Requests whose price is unknown: 1 (Get-ImagenPrice shows what is known about a model).'
    }

    It 'attempts that newer ones have replaced are said to be missing from a sum, once, and only where there are some' {
        $out = Join-Path $TestDrive replaced
        $null = 'fox', 'owl' | New-ImagenImage -OutputDirectory $out
        $null = 'fox' | New-ImagenImage -OutputDirectory $out -NoResume
        $seen = Watch-Command { Get-ImagenRequest | Measure-Object Cost -Sum }
        [math]::Round($seen.Output.Sum, 4) | Should -Be 0.1
        $said = 'Requests: 2. Cost: 0.10 USD. Earlier attempts of these rows that were paid for, and are not in any sum: 1, cost: 0.05 USD (Get-ImagenRequest -History includes them).'
        $seen.Warning | Should -BeExactly $said
        (Watch-Command { Get-ImagenRequest }).Other | Should -BeExactly $said

        # The command does what it is recommended for.
        $seen = Watch-Command { Get-ImagenRequest -History | Measure-Object Cost -Sum }
        [math]::Round($seen.Output.Sum, 4) | Should -Be 0.15
        $seen.Warning | Should -BeNullOrEmpty
        (Watch-Command { Get-ImagenRequest -Provider none* | Measure-Object Cost -Sum }).Warning | Should -BeNullOrEmpty -Because 'they are of another provider'
    }

    It 'says nothing of costs where states are asked for, or where nothing was billed' {
        $null = 'owl [emulator:seconds=600]', 'elk [emulator:seconds=600]' | New-ImagenImage
        foreach ($command in { Get-ImagenRequest -Unfinished }, { Get-ImagenRequest -Unfinished | Select-Object Prompt }, { Get-ImagenRequest -State InQueue, InProgress | Select-Object Prompt }) {
            $seen = Watch-Command $command
            $seen.Output | Should -HaveCount 2
            "$($seen.Other)$($seen.Warning)" | Should -BeNullOrEmpty
        }

        Get-ImagenRequest -Unfinished | Stop-ImagenRequest
        $seen = Watch-Command { Get-ImagenRequest | Select-Object Prompt }
        "$($seen.Other)$($seen.Warning)" | Should -BeNullOrEmpty
    }
}
