# Which models there are, and what each takes: from what is known here, and from the host's catalogue.
Describe 'Find-ImagenModel and Get-ImagenModel' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $get = 'Imagen4.PowerShell.Commands.GetImagenModelCommand'
        $find = 'Imagen4.PowerShell.Commands.FindImagenModelCommand'
        $refused = 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    It 'Find-ImagenModel searches the host''s catalogue by <by>' -ForEach @(
        @{ by = 'words'; script = { Find-ImagenModel 'banana pro' }; models = 'fal-ai/nano-banana-pro', 'fal-ai/nano-banana-pro/edit' }
        @{ by = 'words and category'; script = { Find-ImagenModel banana -Category image-to-image }; models = 'fal-ai/nano-banana/edit', 'fal-ai/nano-banana-2/edit', 'fal-ai/nano-banana-pro/edit', 'google/nano-banana-lite/edit' }
        @{ by = 'status'; script = { Find-ImagenModel -Status Deprecated }; models = , 'fal-ai/imagen4/retired' }
        @{ by = 'what there is not'; script = { Find-ImagenModel nothing-like-it }; models = @() }
    ) {
        $found = @(& $script)
        $found | ForEach-Object { $_ | Should -BeOfType ([Imagen4.ImagenModel]) }
        @($found.Model) | Should -Be $models
        (Get-Seen $test).headers.Authorization | Should -BeNullOrEmpty
    }

    It 'Find-ImagenModel returns all, with what the host says of each' {
        $all = Find-ImagenModel
        $all | Should -HaveCount 20
        $one = $all | Where-Object Model -EQ 'fal-ai/nano-banana-2/edit'
        $one.Provider, $one.Name, $one.Category, $one.Status | Should -Be 'emulator', 'Nano Banana 2 Edit', 'image-to-image', 'active'
        $one.FetchedAt.Kind | Should -Be 'Utc'
    }

    It 'Get-ImagenModel shows what a row is checked against, and asks nobody' {
        $model = Get-ImagenModel fal-ai/nano-banana-2
        $model | Should -BeOfType ([Imagen4.ImagenModel])
        $model.Provider, $model.Category, $model.Source | Should -Be 'emulator', 'text-to-image', 'BuiltIn'
        $model.SourceDetail | Should -BeLike '*381105e*NanoBanana2Input'
        $inputs = $model.Inputs | Group-Object Name -AsHashTable
        $inputs['prompt'][0].Required | Should -BeTrue
        $inputs['resolution'][0].Parameter | Should -Be 'Resolution'
        $inputs['resolution'][0].Choices | Should -Be '0.5K', '1K', '2K', '4K'
        $inputs['resolution'][0].Default | Should -Be '1K'
        $inputs['thinking_level'][0].Parameter | Should -BeNullOrEmpty
        $inputs['num_images'][0].Minimum | Should -Be 1
        (Get-ImagenModel fal-ai/nano-banana/edit).Inputs.Where{ $_.Name -eq 'image_urls' }.Type | Should -Be 'TextList'
        (Get-ImagenModel *banana*/edit).Model | Sort-Object | Should -Be 'fal-ai/nano-banana-2/edit', 'fal-ai/nano-banana-pro/edit', 'fal-ai/nano-banana/edit', 'google/nano-banana-lite/edit'
        Get-ImagenModel | Should -HaveCount 18
        Get-ImagenModel nothing* | Should -BeNullOrEmpty
        Get-Seen $test | Should -BeNullOrEmpty
    }

    It 'Get-ImagenModel says what has been retired, and by what it was replaced' {
        $model = Get-ImagenModel fal-ai/imagen4/preview -Provider fal
        $model.Status, $model.Successor | Should -Be 'retired', 'fal-ai/nano-banana-2'
        (Get-ImagenModel fal-ai/imagen4/preview).Status | Should -BeNullOrEmpty -Because 'a host on this machine speaks for itself'
        (Get-ImagenModel google/imagen4/preview -Provider aimlapi).Successor | Should -Be 'google/gemini-nano-banana-2.1'
    }

    It 'a model nobody knew is asked for once, kept, and checked and completed from then on' {
        $before = Watch-Command { New-ImagenImage 'a fox' -Model emulator/sketch -AspectRatio 7:5 }
        $before.Error | Should -HaveCount 0 -Because 'a batch asks no catalogue: what is not known is passed on'
        @((Get-Seen $test).path) -like '/v1/models*' | Should -HaveCount 0

        $model = Get-ImagenModel emulator/sketch
        $model.Source, $model.Status, $model.Name | Should -Be 'Host', 'active', 'Sketch'
        $model.Inputs.Name | Should -Be 'prompt', 'style', 'strokes', 'image_url', 'aspect_ratio', 'seed'
        $model.Inputs[2].Minimum, $model.Inputs[2].Maximum, $model.Inputs[2].Default, $model.Inputs[2].Type | Should -Be 1, 500, '50', 'WholeNumber'
        $null = Get-ImagenModel emulator/sketch
        @((Get-Seen $test).path) -like '/v1/models*' | Should -HaveCount 1

        $seen = Watch-Command { [ordered]@{ prompt = 'a fox'; style = 'ink'; strokes = '7' }, @{ prompt = 'a fox'; style = 'oil' }, @{ prompt = 'a fox'; style = 'ink'; AspectRatio = '16:9' }, @{ prompt = 'a fox' } | New-ImagenImage -Model emulator/sketch -ThrottleLimit 1 }
        $seen.Warning | Should -HaveCount 0
        $seen.Error.FullyQualifiedErrorId | Should -Be $refused, $refused, $refused
        $day = $model.FetchedAt.ToString('yyyy-MM-dd')
        $seen.Error[0].Exception.Message | Should -Be "Row 2, emulator/sketch: style 'oil' is not one of pencil, ink, charcoal. Nothing was sent. (By the host's own schema of $day; Get-ImagenModel -Refresh reads it again.)"
        $seen.Error[1].Exception.Message | Should -BeLike "Row 3, emulator/sketch: AspectRatio '16:9' is not one of 1:1, 5:4, 4:5.*"
        $seen.Error[2].Exception.Message | Should -BeLike 'Row 4, emulator/sketch: style is missing.*'
        (Get-Bill $test)[-1].input | ConvertTo-Json -Compress | Should -Be '{"prompt":"a fox","style":"ink","strokes":7}'

        (TabExpansion2 'New-ImagenImage -Model emulator/' 32).CompletionMatches.CompletionText | Should -Be 'emulator/sketch'
        $line = 'New-ImagenImage -Model emulator/sketch -AspectRatio '
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be '1:1', '5:4', '4:5'
        (Get-ImagenModel *sketch).Model | Should -Be 'emulator/sketch'
    }

    It 'many models are asked for together, and each is answered for itself' {
        $known = (Get-ImagenModel).Count
        $seen = Watch-Command { Get-ImagenModel *, acme/nothing -Refresh }
        $seen.Output | Should -HaveCount $known
        $seen.Error.FullyQualifiedErrorId | Should -HaveCount (1 + @($seen.Output.Where{ -not $_.FetchedAt }).Count)
        @((Get-Seen $test).path) -like '/v1/models*' | Should -HaveCount 2 -Because 'a request has up to 20 ids, and each argument its own'
    }

    It '-TimeoutSec bounds <command>' -ForEach @(
        @{ command = 'Find-ImagenModel'; run = { Find-ImagenModel fox -TimeoutSec 1 } }
        @{ command = 'Get-ImagenModel'; run = { Get-ImagenModel acme/nothing -TimeoutSec 1 } }
    ) {
        Add-Fault $test @{ operation = 'models'; kind = 'hang'; count = -1 }
        $seen = Watch-Command $run
        $seen.Error.FullyQualifiedErrorId | Should -BeLike "HostUnavailable,*"
        $seen.Error.Exception.Message | Should -BeLike '* did not answer within 1 s*'
    }

    It '-Refresh asks the catalogue of a model that is known, too, and a deprecated one is said before it is paid for' {
        (Get-ImagenModel fal-ai/nano-banana -Refresh).Status | Should -Be 'active'
        $model = Get-ImagenModel fal-ai/nano-banana
        $model.Source, $model.Status | Should -Be 'BuiltIn', 'active'
        $model.FetchedAt | Should -Not -BeNullOrEmpty

        # What the catalogue will say one day.
        $file = Get-ChildItem (Join-Path $env:IMAGEN4_HOME models) -File
        (Get-Content $file -Raw) -replace '"active"', '"deprecated"' | Set-Content $file
        $seen = Watch-Command { 'p1', 'p2' | New-ImagenImage -Model fal-ai/nano-banana }
        $seen.Warning | Should -HaveCount 1
        $seen.Warning[0] | Should -BeLike 'fal-ai/nano-banana is deprecated: the catalogue of emulator said so on *Find-ImagenModel -Status active -Provider emulator*'
        $seen.Output | Should -HaveCount 2
    }

    It 'a model that its host is about to drop is said before it is paid for, and again when it is gone' {
        (Get-ImagenModel fal-ai/imagen4/retired).Status | Should -Be 'deprecated'
        $seen = Watch-Command { 'p1', 'p2' | New-ImagenImage -Model fal-ai/imagen4/retired -WhatIf }
        $seen.Warning | Should -HaveCount 1
        $seen = Watch-Command { New-ImagenImage 'p1' -Model fal-ai/imagen4/retired }
        $seen.Warning | Should -BeLike 'fal-ai/imagen4/retired is deprecated: *'
        $gone = @($seen.Error) + @($seen.Thrown) | Where-Object { $_ }
        $gone.FullyQualifiedErrorId | Should -BeLike 'ModelNotAvailable,*'
        $gone.Exception.Message | Should -BeLike "*fal-ai/imagen4/retired is not available at emulator: *no longer available. fal-ai/imagen4/retired is deprecated: *"
        $gone.ErrorDetails.RecommendedAction | Should -BeLike '*Find-ImagenModel*'
    }

    It 'binds from the pipeline: <from>' -ForEach @(
        @{ from = 'what Find-ImagenModel found'; script = { Find-ImagenModel 'banana pro' | Get-ImagenModel } }
        @{ from = 'text'; script = { 'fal-ai/nano-banana-pro', '', 'fal-ai/nano-banana-pro/edit' | Get-ImagenModel } }
        @{ from = 'records'; script = { @{ Model = 'fal-ai/nano-banana-pro' }, [pscustomobject]@{ model = 'fal-ai/nano-banana-pro/edit'; Provider = 'emulator' } | Get-ImagenModel } }
        @{ from = 'an array'; script = { Get-ImagenModel fal-ai/nano-banana-pro, fal-ai/nano-banana-pro/edit } }
    ) {
        (& $script).Model | Sort-Object | Should -Be 'fal-ai/nano-banana-pro', 'fal-ai/nano-banana-pro/edit'
    }

    It 'survives CSV and CLIXML' {
        $model = Get-ImagenModel fal-ai/nano-banana/edit
        ($model | ConvertTo-Csv | ConvertFrom-Csv).Inputs | Should -BeLike 'prompt; image_urls; aspect_ratio; *'
        $model | Export-Clixml (Join-Path $TestDrive model.xml)
        (Import-Clixml (Join-Path $TestDrive model.xml)).Inputs[2].Choices[0] | Should -Be 'auto'
        $model | Format-Table | Out-String -Width 200 | Should -Match 'fal-ai/nano-banana/edit +image-to-image +(active +)?(fal|emulator)'
        $model.Inputs | Format-Table | Out-String -Width 200 | Should -Match 'output_format +OutputFormat +Text +png +jpeg, png, webp'
    }

    It '<kind> is an error' -ForEach @(
        @{ kind = 'a model that the catalogue has not'; script = { Get-ImagenModel nobody/knows }; id = 'ModelNotAvailable'; by = 'get'; message = 'The catalogue of emulator has no model nobody/knows.' }
        @{ kind = 'an unknown model of a host without a catalogue'; script = { Get-ImagenModel nobody/knows -Provider kkiai }; id = 'InvalidInput'; by = 'get'; message = 'kkiai has no catalogue *' }
        @{ kind = 'a search where there is no catalogue'; script = { Find-ImagenModel fox -Provider aimlapi }; id = 'InvalidInput'; by = 'find'; message = 'aimlapi has no catalogue *' }
        @{ kind = 'a model that is none'; script = { Get-ImagenModel '../x' }; id = 'InvalidInput'; by = 'get'; message = "'../x' is not an endpoint id *" }
        @{ kind = 'a provider that is none'; script = { Find-ImagenModel fox -Provider nobody }; id = 'InvalidInput'; by = 'find'; message = "There is no provider 'nobody'. *" }
        @{ kind = 'a record without a model'; script = { @{ Prompt = 'x' } | Get-ImagenModel }; id = 'InvalidInput'; by = 'get'; message = 'Row 1: the record has no model. *' }
        @{ kind = 'what is no record'; script = { 5 | Get-ImagenModel }; id = 'InvalidInput'; by = 'get'; message = 'Row 1: an integer is not an endpoint id. *' }
    ) {
        $seen = Watch-Command $script
        $seen.Thrown | Should -BeNullOrEmpty
        $seen.Output | Should -BeNullOrEmpty
        $seen.Error.FullyQualifiedErrorId | Should -Be "$id,$(Get-Variable $by -ValueOnly)"
        $seen.Error.Exception.Message | Should -BeLike $message
        $seen.Error.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'a catalogue that does not answer is an error of the command that asks it, and nothing to a batch' {
        $null = Get-ImagenModel emulator/sketch
        Add-Fault $test @{ operation = 'models'; kind = 'status'; status = 503; retry_after = 3600; count = -1 }
        $seen = Watch-Command { Get-ImagenModel emulator/sketch -Refresh }
        $seen.Error.FullyQualifiedErrorId | Should -Be "HostUnavailable,$get"
        $seen.Output.Source | Should -Be 'Host' -Because 'what is known stays known'
        (Watch-Command { Find-ImagenModel fox }).Error.FullyQualifiedErrorId | Should -Be "HostUnavailable,$find"
        $before = @((Get-Seen $test).path -like '/v1/models*').Count
        (New-ImagenImage 'a fox' -Model emulator/sketch -AdditionalInput @{ style = 'ink' }).State | Should -Be 'InQueue'
        (New-ImagenImage 'a fox' -Model fal-ai/nano-banana).State | Should -Be 'InQueue'
        @((Get-Seen $test).path -like '/v1/models*').Count | Should -Be $before
    }
}
