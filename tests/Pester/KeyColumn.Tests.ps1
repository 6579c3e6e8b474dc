# Rows that get a key, lose it or get another one are new rows: that is said before anything is paid for.

Describe 'A key column that is added later' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $warning = 'Rows submitted before, without a key: 2. With a key they are new rows and are paid for again; cost: at most 0.10 USD. Leave the key out to continue them.'
        function New-Row([string]$Prompt, [string]$Key) {
            [pscustomobject]@{ prompt = $Prompt; key = $Key }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
        $id = [guid]::NewGuid()
    }
    AfterAll { Exit-ImagenTest $test }

    It 'is warned of once, also by -WhatIf, before anything is paid for' {
        $null = (New-Row "fox $id"), (New-Row "owl $id") | New-ImagenImage -OutputDirectory $out
        $keyed = (New-Row "fox $id" 'a'), (New-Row "owl $id" 'b')

        $seen = Watch-Command { $keyed | New-ImagenImage -OutputDirectory $out -WhatIf }
        $seen.Warning | Should -Be $warning
        Get-Bill $test | Should -HaveCount 2

        $seen = Watch-Command { $keyed | New-ImagenImage -OutputDirectory $out }
        $seen.Warning | Should -Be $warning
        $seen.Output.Key | Sort-Object | Should -Be 'a', 'b'
        Get-Bill $test | Should -HaveCount 4

        $seen = Watch-Command { $keyed | New-ImagenImage -OutputDirectory $out }
        $seen.Warning | Should -Not -Contain $warning -Because 'they are known by their keys now'
        Get-Bill $test | Should -HaveCount 4
    }

    It 'is warned of where it is taken away, or renamed' {
        $null = (New-Row "fox $id" 'a'), (New-Row "owl $id" 'b') | New-ImagenImage -OutputDirectory $out
        $seen = Watch-Command { (New-Row "fox $id"), (New-Row "owl $id") | New-ImagenImage -OutputDirectory $out -WhatIf }
        $seen.Warning | Should -Be 'Rows submitted before, with a key: 2. Without a key they are new rows and are paid for again; cost: at most 0.10 USD. Name the column of keys Key to continue them.'

        $seen = Watch-Command { (New-Row "fox $id" 'c'), (New-Row "owl $id" 'd') | New-ImagenImage -OutputDirectory $out -WhatIf }
        $seen.Warning | Should -Be 'Rows submitted before, with other keys: 2. With another key they are new rows and are paid for again; cost: at most 0.10 USD. Use the earlier keys to continue them.'
    }

    It 'is named together with another directory: to go back to that alone would not continue the rows' {
        $rows = (New-Row "fox $id"), (New-Row "owl $id")
        $keyed = (New-Row "fox $id" 'a'), (New-Row "owl $id" 'b')
        $other = Join-Path $TestDrive ([guid]::NewGuid())
        $null = $rows | New-ImagenImage -OutputDirectory $out
        (Watch-Command { $keyed | New-ImagenImage -OutputDirectory $other -WhatIf }).Warning |
            Should -Be "Rows submitted before, without a key and for images in ${out}: 2. With a key, or in another directory, they are new rows and are paid for again; cost: at most 0.10 USD. Leave the key out and use that directory to continue them."
        (Watch-Command { $keyed | New-ImagenImage -WhatIf }).Warning | Should -Be $warning -Because 'no other directory is given'
        (Watch-Command { $rows | New-ImagenImage -OutputDirectory $out -WhatIf }).Warning | Should -BeNullOrEmpty -Because 'that is what the warning recommends'

        $null = $keyed | New-ImagenImage -OutputDirectory $other
        $third = Join-Path $TestDrive ([guid]::NewGuid())
        (Watch-Command { (New-Row "elk $id" 'c') | New-ImagenImage -OutputDirectory $out }).Warning | Should -BeNullOrEmpty
        (Watch-Command { (New-Row "elk $id") | New-ImagenImage -OutputDirectory $third -WhatIf }).Warning |
            Should -Be "Rows submitted before, with a key and for images in ${out}: 1. Without a key, or in another directory, they are new rows and are paid for again; cost: at most 0.05 USD. Name the column of keys Key and use that directory to continue them."
    }

    It 'is not warned of where a key is another row in another directory' {
        $null = New-Row "fox $id" "k $id" | New-ImagenImage -OutputDirectory $out
        $seen = Watch-Command { New-Row "owl $id" "k $id" | New-ImagenImage -OutputDirectory (Join-Path $TestDrive winter) -WhatIf }
        $seen.Warning | Should -BeNullOrEmpty
        $seen = Watch-Command { New-Row "fox $id" "k $id" | New-ImagenImage -OutputDirectory (Join-Path $TestDrive winter) -WhatIf }
        $seen.Warning | Should -BeLike "Rows submitted before, for images in $out*"
    }

    It 'is not warned of where the pipeline only grows' {
        $rows = (New-Row "fox $id" 'a'), (New-Row "fox $id" 'b')
        $null = $rows | New-ImagenImage -OutputDirectory $out
        $seen = Watch-Command { $rows + (New-Row "fox $id" 'c') | New-ImagenImage -OutputDirectory $out -WhatIf }
        $seen.Warning | Should -BeNullOrEmpty
        $null = (New-Row "owl $id"), (New-Row "owl $id") | New-ImagenImage -OutputDirectory $out
        $seen = Watch-Command { 1..3 | ForEach-Object { New-Row "owl $id" } | New-ImagenImage -OutputDirectory $out -WhatIf }
        $seen.Warning | Should -BeNullOrEmpty
    }

    It 'holds no pipeline up for more than a thousand rows' {
        $null = 1..1001 | ForEach-Object { New-Row "$id $_" } | New-ImagenImage
        $paid = [System.Collections.Generic.List[int]]::new()
        $seen = Watch-Command {
            1..1001 | ForEach-Object { New-Row "$id $_" "k$_" } | New-ImagenImage 3>&1 | ForEach-Object {
                if ($_ -is [System.Management.Automation.WarningRecord]) {
                    $paid.Add(@(Get-Bill $test).Count)
                }
                $_
            }
        }
        $seen.Warning | Should -Be 'Rows submitted before, without a key: 1000 or more. With a key they are new rows and are paid for again; cost: at most 50.00 USD for the first 1000. Leave the key out to continue them.'
        $paid | Should -Be 1001
        $seen.Output | Should -HaveCount 1001
        Get-Bill $test | Should -HaveCount 2002
    }

    It 'leaves each row its own picture, also where only some have a key' {
        $null = (New-Row "fox $id"), (New-Row "fox $id") | New-ImagenImage -OutputDirectory $out
        $results = (New-Row "fox $id"), (New-Row "fox $id" 'x') | New-ImagenImage -OutputDirectory $out -WarningAction SilentlyContinue
        $results.RequestId | Select-Object -Unique | Should -HaveCount 2
        $results.Path | Select-Object -Unique | Should -HaveCount 2
    }

    It 'is not warned of where nothing came of the row, or with -NoResume' {
        $null = New-Row "[emulator:content_policy_violation] $id" | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        $null = New-Row "fox $id" | New-ImagenImage -OutputDirectory $out
        $seen = Watch-Command { New-Row "fox $id" 'a' | New-ImagenImage -OutputDirectory $out -NoResume }
        $seen.Warning | Should -Not -BeLike '*paid for again*'
    }
}
