Describe 'Get-ImagenPrice' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.GetImagenPriceCommand'
        $null = New-Item -ItemType Directory $env:IMAGEN4_HOME
        @{
            providers = @(
                @{ name = 'priced'; protocol = 'ImagesGenerations'; baseUri = $test.BaseUri; defaultModel = 'google/imagen4/preview'; pricePerImage = 0.04 }
                @{ name = 'keyed'; protocol = 'FalQueue'; baseUri = $test.BaseUri; platformUri = "$($test.BaseUri)/v1"; offers = @('Price'); defaultModel = 'fal-ai/imagen4/preview' }
            )
        } | ConvertTo-Json -Depth 5 | Set-Content (Join-Path $env:IMAGEN4_HOME settings.json)
    }
    BeforeEach { Reset-Emulator $test -KeepHome }
    AfterAll { Exit-ImagenTest $test }

    It 'asks the host for every known model where none is named' {
        $prices = Get-ImagenPrice
        $prices | Should -HaveCount 18
        $prices[0] | Should -BeOfType ([Imagen4.ImagenPrice])
        $byModel = $prices | Group-Object Model -AsHashTable
        $byModel['fal-ai/imagen4/preview'].UnitPrice | Should -Be 0.05
        $byModel['fal-ai/imagen4/preview/ultra'].UnitPrice | Should -Be 0.06
        $byModel['fal-ai/imagen4/preview/fast'].UnitPrice | Should -Be 0.02
        $byModel['fal-ai/nano-banana-2'].UnitPrice | Should -Be 0.08
        $prices | ForEach-Object { $_.Provider, $_.Unit, $_.Currency, $_.Source | Should -Be 'emulator', 'image', 'USD', 'Host' }
        @(Get-Seen $test) | Should -HaveCount 1 -Because 'several models go into one question'
        Get-Bill $test | Should -BeNullOrEmpty
    }

    It 'takes models <from>' -ForEach @(
        @{ from = 'as an array'; script = { Get-ImagenPrice fal-ai/imagen4/preview/fast, fal-ai/imagen4/preview/ultra -ThrottleLimit 1 } }
        @{ from = 'as text from the pipeline'; script = { 'fal-ai/imagen4/preview/fast', '', ' fal-ai/imagen4/preview/ultra' | Get-ImagenPrice -ThrottleLimit 1 3>$null } }
        @{ from = 'from records'; script = { [pscustomobject]@{ Model = 'fal-ai/imagen4/preview/fast' }, @{ model = 'fal-ai/imagen4/preview/ultra' } | Get-ImagenPrice -ThrottleLimit 1 } }
        @{ from = 'from requests'; script = { 'fal-ai/imagen4/preview/fast', 'fal-ai/imagen4/preview/ultra' | ForEach-Object { New-ImagenImage p -Model $_ } | Get-ImagenPrice -ThrottleLimit 1 } }
    ) {
        (& $script).UnitPrice | Should -Be 0.02, 0.06
    }

    It 'an empty cell is the provider''s own model, and each record may name its provider' {
        $prices = @{ Model = ''; Provider = 'priced' }, @{ Model = ''; Provider = '' } | Get-ImagenPrice -ThrottleLimit 1
        $prices.Model | Should -Be 'google/imagen4/preview', 'fal-ai/imagen4/preview'
        $prices.UnitPrice | Should -Be 0.04, 0.05
        $prices.Source | Should -Be 'Profile', 'Host'
    }

    It 'tells what a request comes to, and where that is from' {
        $price = Get-ImagenPrice fal-ai/nano-banana-2
        $price.Rules | Should -Be 'images by NumImages; Resolution: 0.5K x 0.75, 1K x 1, 2K x 1.5, 4K x 2; enable_web_search true + 0.015 USD / image; thinking_level high + 0.002 USD / image; not known beforehand with limit_generations false'
        $price.RulesSource | Should -BeLike '*nano-banana-2/llms.txt* (2026-11-28)'
        (Get-ImagenPrice google/nano-banana-lite).Rules | Should -BeNullOrEmpty
    }

    It 'asks for what comes down the pipeline together, and keeps it for batches' {
        $ids = (Get-ImagenModel).Model
        ($ids | Get-ImagenPrice -WarningAction Ignore).Model | Should -Be $ids
        @(Get-Seen $test | Where-Object path -Like '/v1/models/pricing*') | Should -HaveCount 1
        $null = New-ImagenImage 'a' -Wait
        @(Get-Seen $test | Where-Object path -Like '/v1/models/pricing*') | Should -HaveCount 1
    }

    It 'a price of one''s own stands in where the host lists none' {
        Set-ImagenProvider keyed -PricePerImage 0.5
        $price = Get-ImagenPrice fal-ai/nobody -Provider keyed -ApiKey k
        $price.UnitPrice, $price.Source | Should -Be 0.5, 'Profile'
        Remove-ImagenProvider keyed
    }

    It 'says once that a host cannot be asked, whatever it was to be asked about' {
        Add-Fault $test @{ operation = 'pricing'; kind = 'status'; status = 401; body = @{ detail = 'No' }; count = -1 }
        $seen = Watch-Command { Get-ImagenPrice -Provider emulator }
        $seen.Error | Should -HaveCount 1
        $seen.Error.FullyQualifiedErrorId | Should -Be "AuthenticationFailed,$command"
        $seen.Error.TargetObject | Should -HaveCount 18

        $models = 'fal-ai/nano-banana-2', 'fal-ai/imagen4/preview' | ForEach-Object { @{ Model = $_; Provider = 'emulator' }; @{ Model = $_; Provider = 'priced' } }
        $seen = Watch-Command { $models | Get-ImagenPrice }
        $seen.Output.Provider | Should -Be 'priced', 'priced'
        $seen.Error | Should -HaveCount 1
        $seen.Error.TargetObject.Model | Sort-Object | Should -Be 'fal-ai/imagen4/preview', 'fal-ai/nano-banana-2'
        (Watch-Command { Get-ImagenPrice fal-ai/nano-banana-2 }).Error.TargetObject | Should -Be 'fal-ai/nano-banana-2'
    }

    It 'needs no key where nobody is asked' {
        $price = Get-ImagenPrice any/model -Provider priced
        $price.UnitPrice | Should -Be 0.04
        $price.Currency | Should -BeNullOrEmpty
        $price.Model | Should -Be 'any/model'
        Get-Seen $test | Should -BeNullOrEmpty
    }

    It 'sends the key it is given, and without one asks nobody' {
        (Get-ImagenPrice fal-ai/imagen4/preview -Provider keyed -ApiKey k).UnitPrice | Should -Be 0.05
        @(Get-Seen $test) | Should -HaveCount 1
        Set-ImagenProvider keyed -ApiKeyVariable NO_SUCH_KEY
        $seen = Watch-Command { 'fal-ai/imagen4/preview', 'fal-ai/imagen4/preview' | Get-ImagenPrice -Provider keyed }
        Remove-ImagenProvider keyed
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "ApiKeyMissing,$command"
        @(Get-Seen $test) | Should -HaveCount 1
    }

    It '<kind> is an error, never a price of nothing' -ForEach @(
        @{ kind = 'a model the host does not list'; script = { Get-ImagenPrice fal-ai/nobody }; id = 'PriceUnknown'; message = 'Neither emulator nor its profile says what fal-ai/nobody costs.' }
        @{ kind = 'a profile that says nothing'; script = { Get-ImagenPrice google/imagen4/preview -Provider aimlapi }; id = 'PriceUnknown'; message = 'Neither aimlapi nor its profile says what google/imagen4/preview costs.' }
        @{ kind = 'a model that is none'; script = { Get-ImagenPrice '../x' }; id = 'InvalidInput'; message = "'../x' is not an endpoint id *" }
        @{ kind = 'a record without a model'; script = { @{ Prompt = 'x' } | Get-ImagenPrice }; id = 'InvalidInput'; message = 'Row 1: the record has no model. Its properties are: Prompt.' }
        @{ kind = 'what is no record'; script = { 5 | Get-ImagenPrice }; id = 'InvalidInput'; message = 'Row 1: an integer is not an endpoint id. *' }
        @{ kind = 'a record with a provider that is none'; script = { @{ Model = 'a/b'; Provider = 'nobody' } | Get-ImagenPrice }; id = 'InvalidInput'; message = "*There is no provider 'nobody'.*" }
    ) {
        $seen = Watch-Command $script
        $seen.Thrown | Should -BeNullOrEmpty
        $seen.Output | Should -BeNullOrEmpty
        $seen.Error.FullyQualifiedErrorId | Should -Be "$id,$command"
        $seen.Error.Exception.Message | Should -BeLike $message
        $seen.Error.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'a model without a price does not cost the others theirs' {
        $seen = Watch-Command { 'fal-ai/nobody', 'fal-ai/imagen4/preview' | Get-ImagenPrice }
        $seen.Error | Should -HaveCount 1
        $seen.Output.UnitPrice | Should -Be 0.05
    }

    It 'a host without any price is one error, where all its models are asked for' {
        $seen = Watch-Command { Get-ImagenPrice -Provider aimlapi }
        $seen.Error | Should -HaveCount 1
        $seen.Error.FullyQualifiedErrorId | Should -Be "PriceUnknown,$command"
        $seen.Error.Exception.Message | Should -Be 'Neither aimlapi nor its profile says what its models cost.'
        $seen.Error.ErrorDetails.RecommendedAction | Should -Be "Look at the host's own price list; Set-ImagenProvider aimlapi -PricePerImage 0.05 tells the module, with the host's price for 0.05."
        $seen.Error.TargetObject | Should -Be (Get-ImagenModel -Provider aimlapi).Model
    }

    It 'a provider that is none, or is not running, ends the command' {
        (Watch-Command { 'a/b', 'a/c' | Get-ImagenPrice -Provider nobody }).Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        Invoke-Pwsh "Import-Module '$ModuleManifest'; Remove-Item Env:IMAGEN4_EMULATOR -ErrorAction Ignore; try { Get-ImagenPrice -Provider emulator } catch { `$_.FullyQualifiedErrorId }" |
            Should -Be "EmulatorUnavailable,$command"
    }

    It '-TimeoutSec ends waiting for a host that says nothing' {
        $silent = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $silent.Start()
        try {
            $settings = Get-Content (Join-Path $env:IMAGEN4_HOME settings.json) -Raw | ConvertFrom-Json
            ($settings.providers | Where-Object name -EQ keyed).platformUri = "http://127.0.0.1:$($silent.LocalEndpoint.Port)/v1"
            $settings | ConvertTo-Json -Depth 5 | Set-Content (Join-Path $env:IMAGEN4_HOME settings.json)
            $seen = Watch-Command { Get-ImagenPrice fal-ai/imagen4/preview -Provider keyed -ApiKey k -TimeoutSec 1 }
        }
        finally {
            $silent.Stop()
        }
        $seen.Error.FullyQualifiedErrorId | Should -Be "HostUnavailable,$command"
        $seen.Error.Exception.Message | Should -BeLike '*did not answer within 1 s.'
    }
}
