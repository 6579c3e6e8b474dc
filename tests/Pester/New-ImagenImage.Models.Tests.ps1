# The models that are alive: their inputs, from parameters and from columns; and what is said of those that are not.

BeforeDiscovery {
    $models = @(
        @{ Model = 'fal-ai/nano-banana' }, @{ Model = 'fal-ai/nano-banana/edit' }, @{ Model = 'fal-ai/gemini-25-flash-image' }, @{ Model = 'fal-ai/gemini-25-flash-image/edit' }
        @{ Model = 'fal-ai/nano-banana-2' }, @{ Model = 'fal-ai/nano-banana-2/edit' }, @{ Model = 'fal-ai/gemini-3.1-flash-image-preview' }, @{ Model = 'fal-ai/gemini-3.1-flash-image-preview/edit' }
        @{ Model = 'fal-ai/nano-banana-pro' }, @{ Model = 'fal-ai/nano-banana-pro/edit' }, @{ Model = 'fal-ai/gemini-3-pro-image-preview' }, @{ Model = 'fal-ai/gemini-3-pro-image-preview/edit' }
        @{ Model = 'google/nano-banana-lite' }, @{ Model = 'google/nano-banana-lite/edit' }, @{ Model = 'google/nano-banana-2-lite' }
    )
}

Describe 'New-ImagenImage: models' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $refused = 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $fox = 'https://a.example/fox.png'
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    It '<Model> makes an image, and refuses what it does not take before anything is sent' -ForEach $models {
        $rest = $Model -like '*/edit' ? @{ AdditionalInput = @{ image_urls = $fox } } : @{}
        $result = New-ImagenImage 'a red fox' -Model $Model -AspectRatio 21:9 -OutputFormat webp -OutputDirectory (Join-Path $TestDrive out) -FileName '{RequestId}' @rest
        $result.State | Should -Be 'Delivered'
        $result.Path | Should -Exist
        $result.Images[0].Width | Should -Be 1536
        $seen = Watch-Command { New-ImagenImage 'a red fox' -Model $Model -AspectRatio 7:5 @rest }
        $seen.Error.FullyQualifiedErrorId | Should -Be $refused
        $seen.Error.Exception.Message | Should -BeLike "Row 1, $Model`: AspectRatio '7:5' is not one of *21:9, 16:9, 3:2, 4:3, 5:4, 1:1, 4:5, 3:4, 2:3, 9:16*"
        (Get-Bill $test).model | Should -Be $Model
    }

    It 'five models and two edits from one CSV, each with its own columns' {
        Set-Content (Join-Path $TestDrive models.csv) @"
Key,Model,prompt,aspect_ratio,resolution,image_urls,thinking_level,limit_generations,System_Prompt
1,fal-ai/nano-banana,a fox,3:2,,,,false,
2,fal-ai/nano-banana-2,a fox,8:1,0.5K,,high,,Be terse; be kind
3,fal-ai/nano-banana-pro,a fox,,4K,,,,Be terse
4,google/nano-banana-lite,a fox,1:8,,,MINIMAL,TRUE,
5,fal-ai/gemini-25-flash-image,a fox,,,,,,
6,fal-ai/nano-banana/edit,a fox,auto,,$fox,,,
7,fal-ai/nano-banana-2/edit,a fox,,,$fox; https://a.example/owl.png,,,
"@
        $seen = Watch-Command { Import-Csv (Join-Path $TestDrive models.csv) | New-ImagenImage -OutputDirectory (Join-Path $TestDrive models) -Strict }
        $seen.Error | Should -HaveCount 0
        $seen.Warning | Should -HaveCount 0
        $seen.Output.State | Should -Be (@('Delivered') * 7)
        $sent = @{}
        Get-Bill $test | ForEach-Object { $sent[$_.model] = $_.input | ConvertTo-Json -Compress }
        $sent['fal-ai/nano-banana'] | Should -Be '{"prompt":"a fox","aspect_ratio":"3:2","limit_generations":false}'
        $sent['fal-ai/nano-banana-2'] | Should -Be '{"prompt":"a fox","aspect_ratio":"8:1","resolution":"0.5K","thinking_level":"high","system_prompt":"Be terse; be kind"}'
        $sent['fal-ai/nano-banana-pro'] | Should -Be '{"prompt":"a fox","resolution":"4K","system_prompt":"Be terse"}'
        $sent['google/nano-banana-lite'] | Should -Be '{"prompt":"a fox","aspect_ratio":"1:8","thinking_level":"minimal","limit_generations":true}'
        $sent['fal-ai/gemini-25-flash-image'] | Should -Be '{"prompt":"a fox"}'
        $sent['fal-ai/nano-banana/edit'] | Should -Be "{`"prompt`":`"a fox`",`"aspect_ratio`":`"auto`",`"image_urls`":[`"$fox`"]}"
        $sent['fal-ai/nano-banana-2/edit'] | Should -Be "{`"prompt`":`"a fox`",`"image_urls`":[`"$fox`",`"https://a.example/owl.png`"]}"

        # The results carry these inputs: piped in they are the same rows, and nothing is paid for.
        $results = $seen.Output
        $again = Watch-Command { $results | ConvertTo-Csv | ConvertFrom-Csv | New-ImagenImage -OutputDirectory (Join-Path $TestDrive models) -Strict }
        $again.Error | Should -HaveCount 0
        $again.Output.State | Should -Be (@('Delivered') * 7)
        Get-Bill $test | Should -HaveCount 7
    }

    It 'a column and -AdditionalInput make the same row' {
        $record = @{ prompt = 'a fox'; Model = 'fal-ai/nano-banana-2'; thinking_level = 'high' }
        $null = $record | New-ImagenImage
        $other = @{ prompt = 'a fox'; Model = 'fal-ai/nano-banana-2'; AdditionalInput = @{ thinking_level = 'high' } }
        $null = $other | New-ImagenImage -WarningAction Ignore
        Get-Bill $test | Should -HaveCount 1
    }

    It 'a list in a record is a list: <from>' -ForEach @(
        @{ from = 'a hashtable'; record = @{ prompt = 'a fox'; image_urls = 'https://a.example/1', 'https://a.example/2' } }
        @{ from = 'JSON'; record = '{ "prompt": "a fox", "image_urls": ["https://a.example/1", "https://a.example/2"] }' | ConvertFrom-Json }
        @{ from = 'a CSV with JSON in it'; record = [pscustomobject]@{ prompt = 'a fox'; image_urls = '["https://a.example/1", "https://a.example/2"]' } }
    ) {
        $null = $record | New-ImagenImage -Model fal-ai/nano-banana/edit
        (Get-Bill $test).input.image_urls | Should -Be 'https://a.example/1', 'https://a.example/2'
    }

    It 'a column that does not hold what its input takes is refused by its row: <column>' -ForEach @(
        @{ column = 'thinking_level'; value = 'deep'; says = "Row 2, fal-ai/nano-banana-2: thinking_level 'deep' is not one of minimal, high. Nothing was sent." }
        @{ column = 'limit_generations'; value = 'yes'; says = "Row 2: limit_generations is 'yes'; it takes true or false." }
        @{ column = 'enable_web_search'; value = '1'; says = "Row 2: enable_web_search is '1'; it takes true or false." }
    ) {
        $seen = Watch-Command { @{ prompt = 'good' }, @{ prompt = 'bad'; $column = $value } | New-ImagenImage -Model fal-ai/nano-banana-2 }
        $seen.Error.FullyQualifiedErrorId | Should -Be $refused
        $seen.Error.Exception.Message | Should -Be $says
        (Get-Bill $test).input.prompt | Should -Be 'good'
    }

    It 'a column counts only where the row''s model has an input of its name' {
        $rows = "prompt,Model,thinking_level`np1,fal-ai/nano-banana-2,high`np2,fal-ai/imagen4/preview,`np3,fal-ai/imagen4/preview,high`np4,nobody/knows,high" | ConvertFrom-Csv
        $seen = Watch-Command { $rows | New-ImagenImage }
        $seen.Warning | Should -Be 'Columns that are not used, from row 3 on: thinking_level (not an input of fal-ai/imagen4/preview). Those of later rows are named with -Verbose only; -Strict makes this an error.'
        (Get-Bill $test | Sort-Object { $_.input.prompt }).input | ForEach-Object { $_ | ConvertTo-Json -Compress } |
            Should -Be '{"prompt":"p1","thinking_level":"high"}', '{"prompt":"p2"}', '{"prompt":"p3"}'
        (Watch-Command { $rows[2] | New-ImagenImage -Strict -NoResume }).Thrown.Exception.Message | Should -BeLike 'Row 1: columns that are not used: thinking_level (not an input of *'
    }

    It 'a misspelt column is told which input may be meant, and is not sent' {
        $seen = Watch-Command { @{ prompt = 'p'; thinking_levle = 'high' } | New-ImagenImage -Model fal-ai/nano-banana-2 }
        $seen.Warning | Should -Be 'Columns that are not used: thinking_levle (thinking_level?). They are not sent; -Strict makes this an error.'
        (Get-Bill $test).input | ConvertTo-Json -Compress | Should -Be '{"prompt":"p"}'
    }

    Context 'a model that its maker has ended' {
        BeforeAll { $env:FAL_KEY = $env:AIMLAPI_API_KEY = 'key' }
        # With a price that is known, -WhatIf asks nobody for one: nothing here leaves this machine.
        BeforeEach {
            $null = New-Item -ItemType Directory -Force $env:IMAGEN4_HOME
            $kept = foreach ($id in 'fal-ai/imagen4/preview', 'fal-ai/nano-banana-2') {
                @{ platform = 'https://api.fal.ai/v1'; model = $id; unitPrice = 0.05; unit = 'images'; currency = 'USD'; readAt = [datetime]::UtcNow }
            }
            @{ prices = @($kept) } | ConvertTo-Json -Depth 4 | Set-Content (Join-Path $env:IMAGEN4_HOME prices.json)
        }
        AfterAll { Remove-Item Env:FAL_KEY, Env:AIMLAPI_API_KEY }

        It 'is said once a batch, before anything is paid for, with a line that works' {
            $seen = Watch-Command { 'p1', 'p2', 'p3' | New-ImagenImage -Provider fal -WhatIf }
            $seen.Error | Should -HaveCount 0
            $seen.Warning | Should -HaveCount 1
            $seen.Warning[0] | Should -BeLike 'fal-ai/imagen4/preview may no longer be served: Google ended the model on 2026-08-17 (*). Whether fal still answers is not known. *'
            $line = $seen.Warning[0] -replace '^.*with: '
            $line | Should -Be 'Set-ImagenProvider -Name fal -DefaultModel fal-ai/nano-banana-2 -Scope User'
            & ([scriptblock]::Create($line))
            try {
                (Get-ImagenProvider fal).DefaultModel | Should -Be 'fal-ai/nano-banana-2'
                (Get-ImagenProvider fal).BaseUri | Should -Be 'https://queue.fal.run/'
                $seen = Watch-Command { 'p1' | New-ImagenImage -Provider fal -WhatIf }
                $seen.Warning | Should -HaveCount 0
                "$($seen.Other)" | Should -BeNullOrEmpty
            }
            finally {
                Remove-ImagenProvider fal
            }
        }

        It 'is said for each host of the batch' {
            $seen = Watch-Command { @{ prompt = 'p'; Provider = 'fal' }, @{ prompt = 'p'; Provider = 'aimlapi' }, @{ prompt = 'q'; Provider = 'fal' } | New-ImagenImage -WhatIf }
            $seen.Warning | Should -HaveCount 2
            $seen.Warning[1] | Should -BeLike '*No successor is known at aimlapi; the newest model of Google''s that it documents is google/gemini-nano-banana-2.1: *'
        }

        It 'is not said of a host on this machine' {
            (Watch-Command { New-ImagenImage p }).Warning | Should -HaveCount 0
        }
    }
}
