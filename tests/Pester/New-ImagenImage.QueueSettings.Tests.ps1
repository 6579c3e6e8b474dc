# How a request is queued and kept, and the inputs only some hosts take: from every kind of record to what the host got.

Describe 'New-ImagenImage, queue settings' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $hook = 'http://127.0.0.1:9/hook?a=1&b=%20c'
        function Get-Submit {
            Get-Seen $test | Where-Object method -EQ POST
        }
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    It 'sends each of them where the host looks for it' {
        $request = New-ImagenImage 'a' -Key 007 -WebhookUri $hook -Priority LOW -StartTimeoutSec 30 -MaxQueueLength 7 -Tag @{ team = 'design'; run = 4 } -ObjectLifetime 1d
        $request.Key | Should -Be '007'
        $request.WebhookUri | Should -Be $hook
        $request.Priority | Should -Be 'low'
        $request.StartTimeoutSec | Should -Be 30
        $request.MaxQueueLength | Should -Be 7
        $request.Tag | ConvertFrom-Json -AsHashtable | ForEach-Object { $_.team, $_.run } | Should -Be 'design', '4'
        $request.ObjectLifetime | Should -Be '1d'

        $headers = (Get-Submit).headers
        $headers.'X-Fal-Queue-Priority' | Should -Be 'low'
        $headers.'X-Fal-Request-Start-Timeout' | Should -Be '30'
        $bill = Get-Bill $test
        $bill.tags -split ',' | Sort-Object | Should -Be "imagen4-ledger=$($request.LedgerId)", 'run=4', 'team=design'
        $bill.object_lifecycle | ConvertFrom-Json | ForEach-Object expiration_duration_seconds | Should -Be 86400
        $bill.input | ConvertTo-Json -Compress | Should -Be '{"prompt":"a"}'
        $delivery = Invoke-RestMethod "$($test.Admin)/webhooks" | ForEach-Object { $_ } | Where-Object request_id -EQ $request.RequestId
        $delivery.url | Should -Be $hook
        $job = Invoke-RestMethod "$($test.Admin)/jobs?limit=1"
        $job.low_priority | Should -BeTrue
    }

    It 'binds them by property name: <kind>' -ForEach @(
        @{ kind = 'a CSV'; records = { "prompt,priority,starttimeoutsec,fal_max_queue_length,tag,objectlifetime,fal_webhook`nx,low,30,7,""{""""team"""":""""design""""}"",3600,http://127.0.0.1:9/" | ConvertFrom-Csv } }
        @{ kind = 'JSON'; records = { '{"prompt":"x","priority":"low","startTimeoutSec":30,"maxQueueLength":7,"tag":{"team":"design"},"objectLifetime":3600,"webhookUri":"http://127.0.0.1:9/"}' | ConvertFrom-Json } }
        @{ kind = 'a hashtable'; records = { @{ Prompt = 'x'; Priority = 'low'; StartTimeoutSec = 30.0; fal_max_queue_length = '7'; Tag = @{ team = 'design' }; ObjectLifetime = 3600; WebhookUri = [uri]'http://127.0.0.1:9/' } } }
    ) {
        $request = & $records | New-ImagenImage
        $request.WebhookUri, $request.Priority, $request.StartTimeoutSec, $request.MaxQueueLength, $request.Tag, $request.ObjectLifetime |
            Should -Be 'http://127.0.0.1:9/', 'low', 30, 7, '{"team":"design"}', '3600'
        $bill = Get-Bill $test
        $bill.tags | Should -Be "team=design,imagen4-ledger=$($request.LedgerId)"
        $bill.object_lifecycle | Should -BeLike '*"expiration_duration_seconds":3600*'
        (Get-Submit).headers.'X-Fal-Queue-Priority' | Should -Be 'low'
    }

    It 'an empty cell is a setting that is not given, whatever the row before had' {
        $requests = "prompt,priority,tag,objectlifetime`na,low,""{""""x"""":1}"",1h`nb,,,`nc, , , " | ConvertFrom-Csv | New-ImagenImage -ThrottleLimit 1
        $bills = Get-Bill $test
        $bills.input.prompt | Should -Be 'a', 'b', 'c'
        $bills.tags -replace ',?imagen4-ledger=.*' | Should -Be 'x=1', '', ''
        $bills.tags -replace '.*=' | Should -Be $requests.LedgerId
        @($bills.object_lifecycle -ne $null) | Should -HaveCount 1
        (Get-Submit).headers.'X-Fal-Queue-Priority' | Where-Object { $_ -eq 'low' } | Should -HaveCount 1
    }

    It 'refuses <name> = <value>, and nothing is sent' -ForEach @(
        @{ name = 'WebhookUri'; value = 'not an address' }, @{ name = 'WebhookUri'; value = 'ftp://x.example/' }, @{ name = 'WebhookUri'; value = '/hook' }
        @{ name = 'Priority'; value = 'high' }, @{ name = 'Priority'; value = 1 }
        @{ name = 'StartTimeoutSec'; value = 'soon' }, @{ name = 'StartTimeoutSec'; value = 1 }, @{ name = 'StartTimeoutSec'; value = 2.5 }
        @{ name = 'MaxQueueLength'; value = 0 }, @{ name = 'MaxQueueLength'; value = 'five' }
        @{ name = 'Tag'; value = 'design' }, @{ name = 'Tag'; value = '[1]' }, @{ name = 'Tag'; value = '{"a":"b,c"}'; has = $true }
        @{ name = 'ObjectLifetime'; value = '2 weeks' }, @{ name = 'ObjectLifetime'; value = 0 }, @{ name = 'ObjectLifetime'; value = 1.5 }
        @{ name = 'ObjectLifetime'; value = 7d }
        @{ name = 'EnhancePrompt'; value = 'yes' }, @{ name = 'AddWatermark'; value = 1 }
    ) {
        $cells = @{ $name = $value }
        $seen = Watch-Command { New-ImagenImage 'a' @cells }
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -BeLike "Row 1: $name $($has ? 'has' : 'is') *"
        $seen = Watch-Command { [pscustomobject](@{ Prompt = 'a' } + $cells), [pscustomobject]@{ Prompt = 'good' } | New-ImagenImage }
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        (Get-Bill $test).input.prompt | Should -Be 'good'
        Get-Submit | Should -HaveCount 1
    }

    It 'a queue longer than -MaxQueueLength refuses the row' {
        Set-Emulator $test @{ slots = 1 }
        $first = '[emulator:seconds=60] a', 'b1', 'b2' | New-ImagenImage -ThrottleLimit 1
        $running = Start-Shell { New-ImagenImage 'c' -MaxQueueLength 1 }
        # The host answers 429, which is asked again: the row goes in as soon as the queue is short enough.
        Wait-Until { @(Get-Submit | Where-Object status -EQ 429).Count -ge 1 } 'the host refuses'
        $first[0] | Stop-ImagenRequest
        Wait-Until { $running.Output.Count -eq 1 } 'the row is accepted'
        @(Get-Bill $test).input.prompt | Should -Be '[emulator:seconds=60] a', 'b1', 'b2', 'c'
    }

    It '-WhatIf sends nothing' {
        New-ImagenImage 'a' -Priority low -Tag @{ a = 1 } -WebhookUri $hook -WhatIf | Should -BeNullOrEmpty
        Get-Seen $test | Where-Object path -NotLike '/v1/models/pricing*' | Should -HaveCount 0
    }

    It 'a <kind> piped back repeats its row with them' -ForEach @(
        @{ kind = 'request'; turn = { $_ | New-ImagenImage } }
        @{ kind = 'result'; turn = { $_ | New-ImagenImage -Wait } }
        @{ kind = 'received result'; turn = { $_ | New-ImagenImage | Receive-ImagenResult -Wait -NoDownload } }
        @{ kind = 'result received from a CSV'; turn = { $_ | New-ImagenImage | ConvertTo-Csv | ConvertFrom-Csv | Receive-ImagenResult -Wait -NoDownload } }
        @{ kind = 'request from JSON'; turn = { $_ | New-ImagenImage | ConvertTo-Json | ConvertFrom-Json } }
    ) {
        $row = [pscustomobject]@{ Prompt = 'x'; Priority = 'low'; StartTimeoutSec = 30; MaxQueueLength = 7; Tag = '{"team":"design"}'; ObjectLifetime = '1h'; WebhookUri = $hook }
        $object = $row | ForEach-Object $turn
        $again = $object | New-ImagenImage -NoResume
        foreach ($name in $row.psobject.Properties.Name) {
            $object.$name | Should -Be $row.$name -Because "$name is carried on"
            $again.$name | Should -Be $row.$name -Because "$name is repeated"
        }
        $bills = Get-Bill $test
        $bills | Should -HaveCount 2
        $bills.tags -replace ',imagen4-ledger=.*' | Should -Be 'team=design', 'team=design'
        $bills.object_lifecycle[1] | Should -Be $bills.object_lifecycle[0]
        $headers = (Get-Submit).headers
        $headers.'X-Fal-Queue-Priority' | Should -Be 'low', 'low'
        $headers.'X-Fal-Request-Start-Timeout' | Should -Be '30', '30'
    }

    It 'a column of the user''s own by the name of a setting is no reason to refuse a result' {
        $id = (New-ImagenImage 'a').RequestId
        $seen = Watch-Command { [pscustomobject]@{ RequestId = $id; Prompt = 'a'; Priority = 'urgent' } | Receive-ImagenResult -Wait -NoDownload }
        $seen.Error | Should -HaveCount 0
        $seen.Output.Prompt | Should -Be 'a'
        $seen.Output.Priority | Should -BeNullOrEmpty
    }
}

Describe 'New-ImagenImage, what only some hosts take' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
        Set-ImagenProvider aimlapi -BaseUri "$($test.BaseUri)/aimlapi" -ApiKeyVariable AIMLAPI_API_KEY
        Set-ImagenProvider kkiai -BaseUri "$($test.BaseUri)/kkiai" -ApiKeyVariable KKIAI_API_KEY
        Set-ImagenProvider fal-sync -BaseUri "$($test.BaseUri)/fal-sync" -ApiKeyVariable FAL_KEY
        $env:AIMLAPI_API_KEY = $env:KKIAI_API_KEY = $env:FAL_KEY = 'k'
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll {
        'aimlapi', 'kkiai', 'fal-sync' | Remove-ImagenProvider
        Remove-Item Env:\AIMLAPI_API_KEY, Env:\KKIAI_API_KEY
        Exit-ImagenTest $test
    }

    It 'sends AI/ML API its own inputs: <kind>' -ForEach @(
        @{ kind = 'as arguments'; send = { New-ImagenImage 'a' -EnhancePrompt $false -PersonGeneration allow_adult -SafetySetting block_only_high -AddWatermark $true -Provider aimlapi } }
        @{ kind = 'by property name'; send = { [pscustomobject]@{ prompt = 'a'; enhance_prompt = 'False'; person_generation = 'allow_adult'; safety_setting = 'block_only_high'; add_watermark = 'true'; provider = 'aimlapi' } | New-ImagenImage } }
    ) {
        $request = & $send
        $request.EnhancePrompt, $request.PersonGeneration, $request.SafetySetting, $request.AddWatermark | Should -Be $false, 'allow_adult', 'block_only_high', $true
        $sent = (Get-Bill $test).input
        $sent.enhance_prompt | Should -BeFalse
        $sent.person_generation | Should -Be 'allow_adult'
        $sent.safety_setting | Should -Be 'block_only_high'
        $sent.add_watermark | Should -BeTrue
        $null = $request | New-ImagenImage -NoResume
        @(Get-Bill $test)[1].input | ConvertTo-Json | Should -Be ($sent | ConvertTo-Json)
    }

    It 'refuses <name> at <provider>, naming both, and nothing is sent' -ForEach @(
        @{ provider = 'emulator'; name = 'EnhancePrompt'; value = $true }
        @{ provider = 'emulator'; name = 'PersonGeneration'; value = 'allow_adult' }
        @{ provider = 'emulator'; name = 'SafetySetting'; value = 'block_only_high' }
        @{ provider = 'emulator'; name = 'AddWatermark'; value = $false }
        @{ provider = 'fal-sync'; name = 'WebhookUri'; value = 'https://x.example/' }
        @{ provider = 'fal-sync'; name = 'Priority'; value = 'low' }
        @{ provider = 'fal-sync'; name = 'MaxQueueLength'; value = 3 }
        @{ provider = 'kkiai'; name = 'ObjectLifetime'; value = '1d' }
        @{ provider = 'kkiai'; name = 'StartTimeoutSec'; value = 30 }
        @{ provider = 'aimlapi'; name = 'Tag'; value = '{"a":"b"}' }
        @{ provider = 'aimlapi'; name = 'PersonGeneration'; value = 'everyone' }
    ) {
        $cells = @{ $name = $value }
        $seen = Watch-Command { New-ImagenImage 'a' -Provider $provider @cells }
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -BeLike "*$name*Nothing was sent."
        if ($name -notin 'EnhancePrompt', 'PersonGeneration', 'SafetySetting', 'AddWatermark') {
            $seen.Error.Exception.Message | Should -Be "Row 1: $provider does not take $name. Nothing was sent."
        }
        Get-Seen $test | Should -HaveCount 0
    }
}
