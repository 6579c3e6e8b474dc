# Text that is data and no prompt: the header of a table, JSON, the path of a file. Nothing of it may be generated and paid for.

Describe 'New-ImagenImage: data where prompts belong' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $refused = 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $place = (New-Item -ItemType Directory (Join-Path $TestDrive place)).FullName
        Push-Location $place
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll {
        Pop-Location
        Exit-ImagenTest $test
    }

    Context 'the lines of a file that is a table or JSON end the command before anything is sent' {
        It '<name>' -ForEach @(
            @{ name = 'prompts.csv'; text = "prompt,seed`na fox,1`na hare,2"; says = "Row 1: 'prompt,seed' is the header of a table, not a prompt: each line would be generated and paid for. Nothing was sent. Read the table first: Import-Csv FILE | New-ImagenImage. *" }
            @{ name = 'quoted.csv'; text = "`"key`",`"Prompt`",`"aspect_ratio`"`n`"a`",`"a fox`",`"1:1`""; says = "*Import-Csv FILE | New-ImagenImage. *" }
            @{ name = 'semicolon.csv'; text = "Key;Prompt;NumImages`na;a fox;1"; says = "*Import-Csv FILE -Delimiter ';' | New-ImagenImage. *" }
            @{ name = 'tab.tsv'; text = "prompt`tseed`na fox`t1"; says = '*Import-Csv FILE -Delimiter "?t" | New-ImagenImage. *' }
            @{ name = 'other.csv'; text = "id,prompt,remark,num_images`n1,a fox,x,1"; says = "*'id,prompt,remark,num_images' is the header of a table*" }
            @{ name = 'misspelt.csv'; text = "promt,aspect_ratio,num_images`na fox,1:1,1"; says = "*'promt,aspect_ratio,num_images' is the header of a table*" }
            @{ name = 'column.csv'; text = "prompt`na fox`na hare"; says = "*'prompt' is the header of a table*" }
            @{ name = 'typed.csv'; text = "#TYPE Imagen4.ImagenResult`n`"Prompt`",`"Seed`"`n`"a fox`",`"1`""; says = "*is the header of a table*" }
            @{ name = 'blank.csv'; text = "`n  `nprompt,seed`na fox,1"; says = "Row 3: 'prompt,seed' is the header of a table*" }
            @{ name = 'prompts.jsonl'; text = "{`"prompt`": `"a fox`", `"seed`": 1}`n{`"prompt`": `"a hare`"}"; says = "Row 1: '{`"prompt`": `"a fox`", `"seed`": 1}' is JSON, not a prompt: it would be generated and paid for as it stands. Nothing was sent. Read it first: Get-Content FILE | ConvertFrom-Json | New-ImagenImage. *" }
            @{ name = 'one-line.json'; text = "[{`"Prompt`": `"a fox`"}, {`"Prompt`": `"a hare`"}]"; says = "*is JSON, not a prompt*" }
            @{ name = 'settings.jsonl'; text = "{`"num_images`": 2, `"seed`": 1}"; says = "*is JSON, not a prompt*" }
            @{ name = 'indented.json'; text = "[`n  {`n    `"prompt`": `"a fox`"`n  }`n]"; says = "Row 1: '[[]' is JSON, not a prompt: *Get-Content FILE -Raw | ConvertFrom-Json | New-ImagenImage. *" }
        ) {
            Set-Content $name $text
            $ways = { Get-Content $name | New-ImagenImage }, { New-ImagenImage (Get-Content $name) }, { Get-Content $name | New-ImagenImage -Wait -ThrottleLimit 1 -ErrorAction SilentlyContinue }
            foreach ($way in $ways) {
                $seen = Watch-Command $way
                $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
                $seen.Thrown.CategoryInfo.Category | Should -Be 'InvalidArgument'
                $seen.Thrown.Exception.Message | Should -BeLike $says
                $seen.Thrown.Exception.Message | Should -BeLike '*pipe a record: [[]pscustomobject]@{ Prompt = ''...'' } | New-ImagenImage.'
                $seen.Output | Should -HaveCount 0
            }

            Get-Bill $test | Should -HaveCount 0
            Get-Seen $test | Should -HaveCount 0
        }

        It 'read as one text: <name>' -ForEach @(
            @{ name = 'raw.csv'; text = "prompt,seed`na fox,1" }
            @{ name = 'raw.json'; text = "[`n  { `"prompt`": `"a fox`" }`n]" }
        ) {
            Set-Content $name $text
            (Watch-Command { Get-Content $name -Raw | New-ImagenImage }).Thrown.FullyQualifiedErrorId | Should -Be $refused
            (Watch-Command { New-ImagenImage (Get-Content $name -Raw) }).Thrown.FullyQualifiedErrorId | Should -Be $refused
            Get-Seen $test | Should -HaveCount 0
        }

        It 'records that were printed' {
            $rows = [pscustomobject]@{ prompt = 'a fox'; seed = 1 }, [pscustomobject]@{ prompt = 'a hare'; seed = 2 }
            $seen = Watch-Command { $rows | ForEach-Object { "$_" } | New-ImagenImage }
            $seen.Error | ForEach-Object FullyQualifiedErrorId | Should -Be $refused, $refused
            $seen.Error[0].Exception.Message | Should -BeLike "Row 1: '@{prompt=a fox; seed=1}' is a record turned into text, not a prompt: *Import-Csv FILE | New-ImagenImage. *"
            (Watch-Command { '------ ----' | New-ImagenImage }).Error.FullyQualifiedErrorId | Should -Be $refused
            Get-Seen $test | Should -HaveCount 0
        }

        It 'records turned into text again' {
            $rows = [pscustomobject]@{ prompt = 'a fox'; seed = 1 }, [pscustomobject]@{ prompt = 'a hare'; seed = 2 }
            (Watch-Command { $rows | ConvertTo-Csv | New-ImagenImage }).Thrown.FullyQualifiedErrorId | Should -Be $refused
            (Watch-Command { $rows | ConvertTo-Json | New-ImagenImage }).Thrown.FullyQualifiedErrorId | Should -Be $refused
            Get-Seen $test | Should -HaveCount 0
        }

        It 'results of this module, from a file' {
            'a fox' | New-ImagenImage -Wait | Export-Csv results.csv
            $null = Invoke-RestMethod "$($test.Admin)/requests" -Method Delete
            (Watch-Command { Get-Content results.csv | New-ImagenImage }).Thrown.FullyQualifiedErrorId | Should -Be $refused
            Get-Seen $test | Should -HaveCount 0
        }

        It 'the pipeline that the message names is the one that works' {
            Set-Content named.csv "prompt;seed`na fox;1`na hare;2"
            $message = (Watch-Command { Get-Content named.csv | New-ImagenImage }).Thrown.Exception.Message
            $pipeline = [regex]::Match($message, '(?<=first: ).*?New-ImagenImage(?=\.)').Value.Replace('FILE', 'named.csv')
            & ([scriptblock]::Create($pipeline)) | Should -HaveCount 2
            (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'a fox', 'a hare'

            # What stands at the end of the message, for who means it.
            [pscustomobject]@{ Prompt = 'prompt,seed' } | New-ImagenImage | Should -HaveCount 1
            (Get-Bill $test).input.prompt | Should -Contain 'prompt,seed'
        }
    }

    It 'JSON after text that is a prompt is the error of its own row' {
        $seen = Watch-Command { 'a fox', '{"prompt": "a hare"}', 'an owl' | New-ImagenImage }
        $seen.Thrown | Should -BeNullOrEmpty
        $seen.Error.FullyQualifiedErrorId | Should -Be $refused
        $seen.Error.Exception.Message | Should -BeLike "Row 2: '{`"prompt`": `"a hare`"}' is JSON, not a prompt: *"
        (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'a fox', 'an owl'
    }

    Context 'the path of a file is not a prompt' {
        BeforeAll {
            $null = New-Item -ItemType Directory sub, sub/inner, a.folder
            foreach ($file in 'prompts.csv', 'prompts.tsv', 'prompts.jsonl', 'prompts.json', 'prompts.txt', 'fox.png', "it's.csv", 'sub/plain', 'plain') {
                Set-Content $file "prompt,seed`na fox,1"
            }
        }

        It '<given>' -ForEach @(
            @{ given = './prompts.csv'; says = "Row 1: './prompts.csv' is a file, not a prompt. Nothing was sent. Pipe what is in it: Import-Csv './prompts.csv' | New-ImagenImage. *" }
            @{ given = 'prompts.csv'; says = "*Import-Csv 'prompts.csv' | New-ImagenImage. *" }
            @{ given = ' ./prompts.csv '; says = "*Import-Csv './prompts.csv' | New-ImagenImage. *" }
            @{ given = "it's.csv"; says = "*Import-Csv 'it''s.csv' | New-ImagenImage. *" }
            @{ given = 'prompts.tsv'; says = "*Import-Csv 'prompts.tsv' -Delimiter `"?t`" | New-ImagenImage. *" }
            @{ given = 'prompts.jsonl'; says = "*Get-Content 'prompts.jsonl' | ConvertFrom-Json | New-ImagenImage. *" }
            @{ given = 'prompts.json'; says = "*Get-Content 'prompts.json' -Raw | ConvertFrom-Json | New-ImagenImage. *" }
            @{ given = 'prompts.txt'; says = "*Get-Content 'prompts.txt' | New-ImagenImage. *" }
            @{ given = 'sub/plain'; says = "*Get-Content 'sub/plain' | New-ImagenImage. *" }
            @{ given = 'fox.png'; says = "Row 1: 'fox.png' is a file, not a prompt. Nothing was sent. To use*" }
            @{ given = 'plain'; says = "Row 1: 'plain' is a file, not a prompt. Nothing was sent. Pipe what is in it: Get-Content 'plain' | New-ImagenImage. *" }
            @{ given = './a.folder'; says = "Row 1: './a.folder' is a path, not a prompt. Nothing was sent. The prompt comes first*" }
            @{ given = 'sub/inner'; says = "Row 1: 'sub/inner' is a folder, not a prompt. Nothing was sent. To use*" }
            @{ given = '*.csv'; says = "Row 1: '[*].csv' is the name of a file that does not exist*" }
            @{ given = 'absent.csv'; says = "Row 1: 'absent.csv' is the name of a file that does not exist, not a prompt. Nothing was sent. *" }
        ) {
            foreach ($way in { New-ImagenImage $given }, { $given | New-ImagenImage }, { New-ImagenImage -Prompt $given -Wait }) {
                $seen = Watch-Command $way
                $seen.Error.FullyQualifiedErrorId | Should -Be $refused
                $seen.Error.Exception.Message | Should -BeLike $says
                $seen.Error.TargetObject | Should -Be $given
                $seen.Output | Should -HaveCount 0
            }

            Get-Seen $test | Should -HaveCount 0
            ([pscustomobject]@{ Prompt = $given } | New-ImagenImage).Prompt | Should -Be $given
        }

        It 'by its full path, and by a drive' {
            foreach ($path in (Join-Path $place prompts.csv), 'TestDrive:\place\prompts.csv', (Get-Item prompts.csv).FullName) {
                (Watch-Command { New-ImagenImage $path }).Error.FullyQualifiedErrorId | Should -Be $refused
            }

            Get-Seen $test | Should -HaveCount 0
        }

        It 'among prompts it is the error of its own row' {
            $seen = Watch-Command { 'a fox', './prompts.csv', 'an owl' | New-ImagenImage }
            $seen.Error.Exception.Message | Should -BeLike "Row 2: './prompts.csv' is a file*"
            (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'a fox', 'an owl'
        }
    }

    Context 'what only resembles data is a prompt' {
        It '<_>' -ForEach @(
            'A fox, a seed and a prompt'
            'fox'
            'a.folder'
            'sub'
            'prompt: a red fox, seed pods on the ground'
            'model, key'
            'A chart; its key, its model'
            '{a fox} in a [box]'
            '{"scene": "a harbour", "aspect_ratio": "wide"}'
            '[1, 2, 3]'
            'A sign that says "prompt,seed"'
            'nowhere: a fox. With a dot'
            'HKLM: the band, live at 3.30'
            'A fox, e.g. a red one.'
            'A poster of prompts.csv'
            'either/or'
        ) {
            $_ | New-ImagenImage | Should -HaveCount 1
            New-ImagenImage $_ | Should -HaveCount 1
            (Get-Bill $test).input.prompt | Should -Be $_, $_
        }
    }
}
