#Requires -Version 7.6

Describe 'Expand-ImagenPrompt' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
    }
    AfterAll { Exit-ImagenTest $test }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }

    It 'makes a row for every combination, the seed changing fastest' {
        $rows = Expand-ImagenPrompt 'a {red|blue} fox in {snow|rain}' -Seed 1, 2
        $rows.ForEach{ "$($_.Prompt) $($_.Seed)" } | Should -Be @(
            'a red fox in snow 1', 'a red fox in snow 2', 'a red fox in rain 1', 'a red fox in rain 2'
            'a blue fox in snow 1', 'a blue fox in snow 2', 'a blue fox in rain 1', 'a blue fox in rain 2')
        $rows[0].PSObject.Properties.Name | Should -Be 'Key', 'Prompt', 'Seed'
        $rows[0].Seed | Should -BeOfType ([long])
        $rows.Key | Select-Object -Unique | Should -HaveCount 8
        $rows.Key | ForEach-Object { $_ | Should -Match '^(red|blue)-(snow|rain)-seed[12]-[0-9a-f]{10}$' }
    }

    It 'takes several models, aspect ratios and other inputs' {
        $rows = Expand-ImagenPrompt 'a fox' -Model m/a, m/b -AspectRatio 1:1, 16:9 -NumImages 2 -NegativePrompt 'a {cat}'
        $rows.ForEach{ "$($_.Model) $($_.AspectRatio) $($_.NumImages) $($_.NegativePrompt)" } | Should -Be @(
            'm/a 1:1 2 a {cat}', 'm/a 16:9 2 a {cat}', 'm/b 1:1 2 a {cat}', 'm/b 16:9 2 a {cat}')
        $rows[3].Key | Should -Match '^a-fox-m-b-a-cat-16-9-2-[0-9a-f]{10}$'
    }

    It 'a batch is paid once, and an alternative that is added later is all that a second run pays' {
        $first = Expand-ImagenPrompt 'a {red|blue} fox' -Seed 1, 2 | New-ImagenImage -OutputDirectory $out
        Get-Bill $test | Should -HaveCount 4
        $again = Expand-ImagenPrompt 'a {red|blue} fox' -Seed 1, 2 | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        Get-Bill $test | Should -HaveCount 4
        ($again.Path | Sort-Object) | Should -Be ($first.Path | Sort-Object)

        $third = Expand-ImagenPrompt 'a {green|red|very {old|young} blue|blue} fox' -Seed 1, 2, 3 | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $third | Should -HaveCount 15
        Get-Bill $test | Should -HaveCount 15
        (Get-Bill $test).input.prompt | Where-Object { $_ -eq 'a red fox' } | Should -HaveCount 3
    }

    It 'two templates, edited templates and rows of an exported CSV have keys of their own' {
        'a {red|blue} fox', 'a {red|blue} cat' | Expand-ImagenPrompt | Export-Csv (Join-Path $TestDrive rows.csv)
        $results = Import-Csv (Join-Path $TestDrive rows.csv) | New-ImagenImage -OutputDirectory $out -ErrorAction Stop
        $results | Should -HaveCount 4
        $results = Expand-ImagenPrompt 'a {red|blue} dog' | New-ImagenImage -OutputDirectory $out -ErrorAction Stop
        $results | Should -HaveCount 2
        Get-Bill $test | Should -HaveCount 6
    }

    Context 'records' {
        It 'keep their other columns, and their key comes first' {
            $rows = @'
key,Prompt,aspect_ratio,Remark
hero,a {calm|wild} sea,16:9,big
,a {red|blue} shell,1:1,
'@ | ConvertFrom-Csv | Expand-ImagenPrompt -Seed 7
            $rows | Should -HaveCount 4
            $rows[0].PSObject.Properties.Name | Should -Be 'Key', 'Prompt', 'Seed', 'aspect_ratio', 'Remark'
            $rows.Key[0] | Should -Match '^hero-calm-seed7-'
            $rows.Key[2] | Should -Match '^red-seed7-'
            $rows.aspect_ratio | Should -Be '16:9', '16:9', '1:1', '1:1'
        }

        It 'an input makes another key, a remark does not' {
            function Get-Key($Columns) { ([pscustomobject](@{ Prompt = 'a {red|blue} fox' } + $Columns) | Expand-ImagenPrompt)[0].Key }
            Get-Key @{ Remark = 'x' } | Should -Be (Get-Key @{ Remark = 'y' })
            Get-Key @{ AspectRatio = '1:1' } | Should -Not -Be (Get-Key @{ AspectRatio = '16:9' })
            Get-Key @{ AspectRatio = '' } | Should -Be (Get-Key @{})
            Get-Key @{ thinking_level = 'high' } | Should -Not -Be (Get-Key @{})
        }

        It 'what is given overrides a column' {
            $rows = [pscustomobject]@{ Prompt = '{a|b}'; Seed = 5; aspect_ratio = '1:1' } | Expand-ImagenPrompt -Seed 1 -AspectRatio 16:9
            $rows.Seed | Should -Be 1, 1
            $rows[0].PSObject.Properties.Name | Should -Be 'Key', 'Prompt', 'AspectRatio', 'Seed'
        }

        It 'can be hashtables and text with blank lines' {
            (@{ Prompt = '{a|b}' } | Expand-ImagenPrompt).Prompt | Should -Be 'a', 'b'
            ('{a|b}', '', ' ', 'c' | Expand-ImagenPrompt).Prompt | Should -Be 'a', 'b', 'c'
            (Expand-ImagenPrompt '{a|b}', 'c').Prompt | Should -Be 'a', 'b', 'c'
        }
    }

    It 'rows that are the same are made once, and a warning counts the others' {
        $seen = Watch-Command { Expand-ImagenPrompt '{a|a|b} {x|x}' -Seed 1, 1 }
        $seen.Output.Prompt | Should -Be 'a x', 'b x'
        $seen.Warning | Should -Be 'Rows left out because a row with the same prompt and inputs came before: 10.'
    }

    It 'rows are made as they are asked for' {
        (Expand-ImagenPrompt ('{0|1}' * 30) -MaxRows ([int]::MaxValue) | Select-Object -First 2).Prompt | Should -Be ('0' * 30), ('0' * 29 + '1')
    }

    It 'an absurd number of rows is refused with the number, and other templates go on' {
        $seen = Watch-Command { ('{0|1}' * 20), ('{0|1}' * 80), 'c' | Expand-ImagenPrompt }
        $seen.Output.Prompt | Should -Be 'c'
        $seen.Error.FullyQualifiedErrorId | Should -Match '^InvalidInput,'
        "$($seen.Error[0])" | Should -Match 'has 1048576 rows, more than the 10000 that -MaxRows allows\. None of them was returned\.$'
        "$($seen.Error[1])" | Should -Match 'has 9223372036854775807 or more rows'
    }

    It '<template> is InvalidInput: <said>' -ForEach @(
        @{ template = 'a {red|blue fox'; said = "the brace at character 3 of the template is not closed: '{red|blue fox'. Write \{ for a brace that is part of the prompt." }
        @{ template = 'a red} fox'; said = "the template closes a brace at character 6 that was not opened: '} fox'. Write \} for a brace that is part of the prompt." }
        @{ template = 'a {Subject} fox'; said = "the group at character 3 of the template has only one alternative: '{Subject} fox'. Separate alternatives by bars, as in {red|blue}, and write \{ and \} for braces that are part of the prompt." }
    ) {
        $seen = Watch-Command { Expand-ImagenPrompt $template }
        $seen.Output | Should -BeNullOrEmpty
        "$($seen.Error)" | Should -Be $said
        $seen.Error.FullyQualifiedErrorId | Should -Match '^InvalidInput,'
        $seen.Error.TargetObject | Should -Be $template
    }

    It 'what is no template is refused' {
        "$((Watch-Command { Expand-ImagenPrompt }).Error)" | Should -Be 'There is no template. Give one with -Prompt, or pipe text or objects with a property named Prompt.'
        "$((Watch-Command { [pscustomobject]@{ Promt = 'a' } | Expand-ImagenPrompt }).Error)" | Should -Match 'has no prompt. Its properties are: Promt \(Prompt\?\)'
        "$((Watch-Command { 5 | Expand-ImagenPrompt }).Error)" | Should -Match 'is not a prompt'
        "$((Watch-Command { '{a|b}' | Expand-ImagenPrompt 'c' }).Error)" | Should -Match 'another in -Prompt'
        "$((Watch-Command { Expand-ImagenPrompt 'a' -Seed five }).Thrown)" | Should -Match "Seed.*five"
    }
}
