Describe 'Providers' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)

        # What child processes inherit of a running emulator goes before all that is looked at here.
        Remove-Item Env:\IMAGEN4_EMULATOR
        function Get-InNewProcess([string]$Script) {
            Invoke-Pwsh "Import-Module '$ModuleManifest'; $Script"
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterEach {
        Get-ImagenProvider | Where-Object { $_.Scope -ne 'BuiltIn' -and $_.Name -ne 'emulator' } | Remove-ImagenProvider
        Remove-Item Env:\FAL_KEY, Env:\FAL_KEY_ID, Env:\FAL_KEY_SECRET, Env:\IMAGEN4_PROVIDER, Env:\HERE_KEY -ErrorAction Ignore
    }
    AfterAll { Exit-ImagenTest $test }

    It 'a platform of its own gives a provider a catalogue and prices, until it moves' {
        $env:HERE_KEY = 'emulator'
        Set-ImagenProvider here -Protocol FalQueue -BaseUri $test.BaseUri -PlatformUri "$($test.BaseUri)/v1" -ApiKeyVariable HERE_KEY
        (Get-ImagenProvider here).PlatformUri | Should -Be "$($test.BaseUri)/v1"
        (Find-ImagenModel sketch -Provider here).Model | Should -Be 'emulator/sketch'
        (Get-ImagenPrice fal-ai/nano-banana-2 -Provider here).UnitPrice | Should -Be 0.08
        Set-ImagenProvider here -BaseUri 'https://elsewhere.example'
        (Get-ImagenProvider here).PlatformUri | Should -BeNullOrEmpty
        $seen = Watch-Command { Set-ImagenProvider here -PlatformUri 'http://elsewhere.example/v1' }
        "$($seen.Thrown)" | Should -Be "'http://elsewhere.example/v1' cannot be the address of a provider: it has to begin with https:// (http:// for this machine alone), without a user, a query or a fragment."
    }

    Context 'Get-ImagenProvider' {
        It 'lists the built-in ones, and says where a key would come from, never the key' {
            $fal = Get-ImagenProvider fal
            $fal | Should -BeOfType ([Imagen4.ImagenProvider])
            $fal.BaseUri | Should -Be 'https://queue.fal.run/'
            $fal.PlatformUri, $fal.StorageUri | Should -Be 'https://api.fal.ai/v1', 'https://rest.fal.ai/'
            (Get-ImagenProvider emulator).StorageUri | Should -Be (Get-ImagenProvider emulator).BaseUri
            (Get-ImagenProvider chainhub).StorageUri | Should -BeNullOrEmpty
            $fal.Protocol | Should -Be 'FalQueue'
            $fal.Scope | Should -Be 'BuiltIn'
            $fal.DefaultModel | Should -Be 'fal-ai/imagen4/preview'
            $fal.Models | Should -Contain 'fal-ai/imagen4/preview/ultra'
            $fal.ApiKeySource | Should -BeNullOrEmpty
            $env:FAL_KEY = 'sekret-value'
            (Get-ImagenProvider fal).ApiKeySource | Should -Be '$env:FAL_KEY'
            Get-ImagenProvider | Format-List * | Out-String | Should -Not -BeLike '*sekret-value*'
            Remove-Item Env:\FAL_KEY
            $env:FAL_KEY_ID = 'id'
            (Get-ImagenProvider fal).ApiKeySource | Should -BeNullOrEmpty
            $env:FAL_KEY_SECRET = 'sekret'
            (Get-ImagenProvider fal).ApiKeySource | Should -Be '$env:FAL_KEY_ID, $env:FAL_KEY_SECRET'
        }

        It 'takes wildcards, and a name that is none is an error' {
            (Get-ImagenProvider 'e*').Name | Should -Be 'emulator'
            Get-ImagenProvider 'x*' | Should -BeNullOrEmpty
            foreach ($command in { Get-ImagenProvider '[' }, { Get-ImagenModel '[' }, { Get-ImagenRequest -Key '[' }) {
                $seen = Watch-Command $command
                $failure = $seen.Thrown ?? $seen.Error
                $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
                $failure.Exception.Message | Should -Be "'[' is not a pattern: a bracket in it is not closed. A backtick before a bracket takes it as it is."
            }
            $seen = Watch-Command { Get-ImagenProvider nobody, fal }
            $seen.Error.FullyQualifiedErrorId | Should -Be 'InvalidInput,Imagen4.PowerShell.Commands.GetImagenProviderCommand'
            $seen.Error.Exception.Message | Should -BeLike "There is no provider 'nobody'. Known providers: *emulator, fal*."
            $seen.Output.Name | Should -Be 'fal'
        }
    }

    Context 'Set-ImagenProvider' {
        It 'adds one for the session, of all its runspaces, with the protocol''s models' {
            Set-ImagenProvider here -Protocol FalQueue -BaseUri $test.BaseUri -ApiKeyVariable HERE_KEY -ConcurrencyLimit 3
            $here = Get-ImagenProvider here
            $here.Scope | Should -Be 'Session'
            $here.ConcurrencyLimit | Should -Be 3
            $here.IsDefault | Should -BeFalse
            $here.Models | Should -Contain 'fal-ai/imagen4/preview'
            $manifest = $ModuleManifest
            1 | ForEach-Object -Parallel { Import-Module $using:manifest; (Get-ImagenProvider here).ConcurrencyLimit } | Should -Be 3
            $env:IMAGEN4_HOME | Should -Not -Exist

            (Watch-Command { New-ImagenImage 'p' -Provider here }).Thrown.Exception.Message | Should -Be "There is no API key for provider 'here'. Set `$env:HERE_KEY, or run Start-ImagenEmulator to try without one. Nothing was sent."
            $env:HERE_KEY = 'k'
            (New-ImagenImage 'p' -Provider here -Wait).Provider | Should -Be 'here'
        }

        It 'with -Scope User holds in a new process' {
            Set-ImagenProvider here -Protocol FalQueue -BaseUri "$($test.BaseUri)/" -ApiKeyVariable HERE_KEY -Scope User -Default
            (Get-ImagenProvider here).Scope | Should -Be 'User'
            $env:HERE_KEY = 'k'
            Get-InNewProcess "(Get-ImagenProvider here).Scope; (New-ImagenImage 'p' -Wait).State; Remove-ImagenProvider here; (Get-ImagenProvider).Name -contains 'here'" |
                ForEach-Object { $_ -split '\s+' } | Should -Be 'User', 'Completed', 'False'
            Get-ChildItem $env:IMAGEN4_HOME -Recurse -File | Get-Content -Raw | Should -Not -BeLike '*"k"*'
        }

        It 'what the session has is saved too, as it is' {
            Set-ImagenProvider tried -Protocol FalQueue -BaseUri https://tried.example -ConcurrencyLimit 3
            Set-ImagenProvider tried -Default -Scope User
            Get-InNewProcess '(Get-ImagenProvider | Where-Object IsDefault).Name, (Get-ImagenProvider tried).ConcurrencyLimit' | ForEach-Object { $_ -split '\s+' } | Should -Be 'tried', '3'
            Set-ImagenProvider fal -PricePerImage 0.04
            Set-ImagenProvider fal -PricePerImage 0.04 -Scope User
            Get-InNewProcess '(Get-ImagenProvider fal).Scope' | Should -Be 'User'
        }

        It 'with -Default makes one the default; IMAGEN4_PROVIDER and the user''s setting come after the session''s' {
            Set-ImagenProvider user-one -Protocol FalQueue -BaseUri https://u.example -Scope User -Default
            $env:IMAGEN4_PROVIDER = 'fal'
            $asked = { (Get-ImagenProvider | Where-Object IsDefault).Name }
            & $asked | Should -Be 'emulator'
            Get-InNewProcess '(Get-ImagenProvider | Where-Object IsDefault).Name' | Should -Be 'fal'
            Remove-Item Env:\IMAGEN4_PROVIDER
            Get-InNewProcess '(Get-ImagenProvider | Where-Object IsDefault).Name' | Should -Be 'user-one'
            Set-ImagenProvider fal -Default
            & $asked | Should -Be 'fal'
            Set-ImagenProvider emulator -Default
            & $asked | Should -Be 'emulator'
        }

        It 'changes a built-in one, and Remove-ImagenProvider brings it back as it was' {
            Set-ImagenProvider fal -ConcurrencyLimit 7 -DefaultModel fal-ai/imagen4/preview/fast
            (Get-ImagenProvider fal).ConcurrencyLimit | Should -Be 7
            (Get-ImagenProvider fal).DefaultModel | Should -Be 'fal-ai/imagen4/preview/fast'
            (Get-ImagenProvider fal).BaseUri | Should -Be 'https://queue.fal.run/'
            (Get-ImagenProvider fal).Scope | Should -Be 'Session'
            Remove-ImagenProvider fal
            (Get-ImagenProvider fal).ConcurrencyLimit | Should -Be 40
            (Get-ImagenProvider fal).Scope | Should -Be 'BuiltIn'
        }

        It 'another protocol brings what its hosts have in common, and leaves what was chosen' {
            Set-ImagenProvider here -Protocol FalQueue -BaseUri "$($test.BaseUri)/chainhub" -ApiKeyVariable HERE_KEY -ConcurrencyLimit 3
            Set-ImagenProvider here -Protocol FalAggregator
            $null = New-ImagenImage 'p' -Provider here -ApiKey k
            (Get-Seen $test)[-1].headers.Authorization | Should -Be 'Bearer'
            $seen = Watch-Command { New-ImagenImage 'p' -Provider here -ApiKey k -Priority low }
            $seen.Error[0].Exception.Message | Should -Be 'Row 1: here does not take Priority. Nothing was sent.'
            (Get-ImagenProvider here).ConcurrencyLimit | Should -Be 3
            (Get-ImagenProvider here).ApiKeyVariable | Should -Be 'HERE_KEY'

            Set-ImagenProvider here -Protocol ImagesGenerations -BaseUri "$($test.BaseUri)/aimlapi"
            (Get-ImagenProvider here).DefaultModel | Should -Be 'google/imagen4/preview'
            Set-ImagenProvider here -Protocol FalQueue -DefaultModel acme/one
            Set-ImagenProvider here -Protocol FalSync
            (Get-ImagenProvider here).DefaultModel | Should -Be 'acme/one'
        }

        It 'the address it had already changes nothing: prices are still the host''s to say' {
            Set-ImagenProvider fal -BaseUri https://queue.fal.run -ConcurrencyLimit 7
            (Watch-Command { Get-ImagenPrice fal-ai/imagen4/preview -Provider fal }).Thrown.FullyQualifiedErrorId | Should -BeLike 'ApiKeyMissing,*'
            Set-ImagenProvider fal -BaseUri https://elsewhere.example -ApiKeyVariable FAL_KEY
            (Watch-Command { Get-ImagenPrice fal-ai/imagen4/preview -Provider fal }).Error.FullyQualifiedErrorId | Should -BeLike 'PriceUnknown,*'
        }

        It 'another address gets the key of a built-in profile only if it is named again: <parameter>' -ForEach @(
            @{ parameter = 'BaseUri' }, @{ parameter = 'PlatformUri' }, @{ parameter = 'StorageUri' }
        ) {
            $given = @{ $parameter = 'https://elsewhere.example/x' }
            $here = @{ $parameter = 'http://127.0.0.1:1/' }
            $seen = Watch-Command { Set-ImagenProvider fal @here }
            $seen.Thrown.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            $seen.Thrown.Exception.Message | Should -BeLike 'The key in $env:FAL_KEY would be sent to 127.0.0.1:1. Name the key *'
            $seen = Watch-Command { Set-ImagenProvider fal @given }
            $seen.Thrown.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            $seen.Thrown.Exception.Message | Should -Be 'The key in $env:FAL_KEY would be sent to elsewhere.example. Name the key that is meant for that host: with -SecretName, or with -ApiKeyVariable, even if it is FAL_KEY.'
            $seen = Watch-Command { Get-ImagenProvider fal | Set-ImagenProvider @given }
            $seen.Thrown.Exception.Message | Should -BeLike 'The key in $env:FAL_KEY would be sent to elsewhere.example. *' -Because 'a profile that is piped has its key for its own address'
            $seen = Watch-Command { $none = @{ $parameter = '' }; Set-ImagenProvider fal @none }
            $seen.Thrown.Exception.Message | Should -Be "-$parameter is empty. Leave it out to keep the address."
            (Get-ImagenProvider fal).Scope | Should -Be BuiltIn
            Set-ImagenProvider fal @given -ApiKeyVariable OTHER_KEY
            (Get-ImagenProvider fal).ApiKeyVariable | Should -Be OTHER_KEY
            Set-ImagenProvider fal @given -ApiKeyVariable FAL_KEY
            Set-ImagenProvider fal -ConcurrencyLimit 3
            Get-ImagenProvider fal | Set-ImagenProvider
        }

        It 'another address takes the storage away, and one can be given' {
            Set-ImagenProvider fal -BaseUri https://elsewhere.example -ApiKeyVariable FAL_KEY
            (Get-ImagenProvider fal).StorageUri | Should -BeNullOrEmpty
            Set-ImagenProvider fal -StorageUri https://files.example/a -ApiKeyVariable FAL_KEY
            Set-ImagenProvider fal -ConcurrencyLimit 7
            (Get-ImagenProvider fal).StorageUri | Should -Be 'https://files.example/a'
            Set-ImagenProvider fal -BaseUri https://queue.example -StorageUri https://rest.example -ApiKeyVariable FAL_KEY
            (Get-ImagenProvider fal).StorageUri | Should -Be 'https://rest.example/'
            $seen = Watch-Command { Set-ImagenProvider fal -StorageUri http://rest.example }
            $seen.Thrown.Exception.Message | Should -BeLike "'http://rest.example*' cannot be the address of a provider: it has to begin with https*"
            (Get-ImagenProvider fal).StorageUri | Should -Be 'https://rest.example/'
        }

        It 'sends to a base address with a path, below that path' {
            Set-ImagenProvider here -Protocol FalQueue -BaseUri "$($test.BaseUri)/some/path"
            $null = Watch-Command { New-ImagenImage 'p' -Provider here -ApiKey k }
            (Get-Seen $test).path | Should -Be '/some/path/fal-ai/imagen4/preview'
        }

        It 'refuses the address <address>' -ForEach @(
            @{ address = 'http://example.com' }, @{ address = 'ftp://example.com' }, @{ address = 'example.com' }
            @{ address = 'https://example.com/?a=1' }, @{ address = 'https://example.com/#x' }, @{ address = 'file:///etc' }
        ) {
            $seen = Watch-Command { Set-ImagenProvider here -Protocol FalQueue -BaseUri $address }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be 'InvalidInput,Imagen4.PowerShell.Commands.SetImagenProviderCommand'
            $seen.Thrown.Exception.Message | Should -BeLike "'$([wildcardpattern]::Escape(($address -replace '(?<=[?#]).+', '***')))' cannot be the address of a provider: it has to begin with https:// (http:// for this machine alone), without a user, a query or a fragment."
            (Get-ImagenProvider).Name | Should -Not -Contain 'here'
        }

        It 'refuses an address with a password without repeating it' {
            $seen = Watch-Command { Set-ImagenProvider here -Protocol FalQueue -BaseUri 'https://user:hunter2@example.com/x' }
            $seen.Thrown.Exception.Message | Should -BeLike "'https://example.com/x' cannot be the address of a provider: *"
        }

        It 'refuses <kind>' -ForEach @(
            @{ kind = 'a new one without an address'; given = @{ Name = 'new'; Protocol = 'FalQueue' }; message = "There is no provider 'new'. Known providers: aimlapi, chainhub, *. To add it, also give -BaseUri: the address of the host, such as https://images.example/v1." }
            @{ kind = 'a new one without a protocol'; given = @{ Name = 'new'; BaseUri = 'https://x.example' }; message = "There is no provider 'new'. Known providers: aimlapi, chainhub, *. To add it, also give -Protocol: FalQueue, FalSync, FalAggregator or ImagesGenerations." }
            @{ kind = 'a name with a blank'; given = @{ Name = 'a b'; Protocol = 'FalQueue'; BaseUri = 'https://x.example' }; message = "'a b' cannot be the name of a provider: use letters, digits and - _ ." }
            @{ kind = 'a model that is none'; given = @{ Name = 'fal'; DefaultModel = '../x' }; message = "'../x' is not an endpoint id such as fal-ai/imagen4/preview." }
        ) {
            $seen = Watch-Command { Set-ImagenProvider @given }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be 'InvalidInput,Imagen4.PowerShell.Commands.SetImagenProviderCommand'
            $seen.Thrown.Exception.Message | Should -BeLike $message
        }

        It 'a name that is misspelt is told the names there are' {
            (Watch-Command { Set-ImagenProvider emulater -Default }).Thrown.Exception.Message | Should -BeLike "There is no provider 'emulater'. Known providers: *, emulator, fal, *"
        }

        It '-WhatIf changes nothing' {
            Set-ImagenProvider here -Protocol FalQueue -BaseUri https://x.example -WhatIf
            Set-ImagenProvider here -Protocol FalQueue -BaseUri https://x.example -Scope User -Default -WhatIf
            (Get-ImagenProvider).Name | Should -Not -Contain 'here'
            $env:IMAGEN4_HOME | Should -Not -Exist
        }
    }

    Context 'Remove-ImagenProvider' {
        It '-Scope says from where it is removed; without it, it is the one in use' {
            Set-ImagenProvider twice -Protocol FalQueue -BaseUri https://user.example -Scope User
            Set-ImagenProvider twice -Protocol FalQueue -BaseUri https://session.example
            Remove-ImagenProvider twice -Scope User
            (Get-ImagenProvider twice).BaseUri | Should -Be 'https://session.example/'
            $seen = Watch-Command { Remove-ImagenProvider twice -Scope User }
            $seen.Error.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            $seen.Error.Exception.Message | Should -Be "'twice' has no profile in the scope User. The one in use comes from Session."
            (Get-ImagenProvider twice).BaseUri | Should -Be 'https://session.example/'

            Set-ImagenProvider twice -Protocol FalQueue -BaseUri https://user.example -Scope User
            Remove-ImagenProvider twice -Scope Session
            (Get-ImagenProvider twice).Scope | Should -Be 'User'
            (Watch-Command { Remove-ImagenProvider twice -Scope Session }).Error | Should -HaveCount 1
            Remove-ImagenProvider twice
            (Get-ImagenProvider).Name | Should -Not -Contain 'twice'
        }

        It 'leaves the built-in ones' {
            $seen = Watch-Command { Remove-ImagenProvider fal }
            $seen.Error.FullyQualifiedErrorId | Should -Be 'InvalidInput,Imagen4.PowerShell.Commands.RemoveImagenProviderCommand'
            $seen.Error.Exception.Message | Should -Be "'fal' is built in and cannot be removed."
            (Get-ImagenProvider).Name | Should -Contain 'fal'
        }

        It 'removes those that are piped in, with their being the default' {
            Set-ImagenProvider one -Protocol FalQueue -BaseUri https://one.example -Default
            Set-ImagenProvider two -Protocol FalQueue -BaseUri https://two.example
            Get-ImagenProvider one, two | Remove-ImagenProvider -WhatIf
            (Get-ImagenProvider).Name | Should -Contain 'one'
            Get-ImagenProvider one, two | Remove-ImagenProvider
            (Get-ImagenProvider).Name | Should -Not -Contain 'one'
            (Get-ImagenProvider | Where-Object IsDefault).Name | Should -Be 'fal'
            Set-ImagenProvider emulator -Default
        }

        It 'says so of a name that is none' {
            $seen = Watch-Command { Remove-ImagenProvider nobody }
            $seen.Error.Exception.Message | Should -BeLike "There is no provider 'nobody'.*"
        }
    }

    It 'settings that cannot be read are named, and nothing is guessed: <text>' -ForEach @(
        @{ text = '{ broken' }, @{ text = '{"providers":[null]}' }, @{ text = '{"providers":[{"name":null}]}' }, @{ text = '{"providers":[{"name":""}]}' }
        @{ text = '{"providers":[{"name":"x","protocol":77}]}' }, @{ text = '{"providers":[{"name":"x","apiKeyVariables":[null]}]}' }
    ) {
        $null = New-Item -ItemType Directory $env:IMAGEN4_HOME
        Set-Content (Join-Path $env:IMAGEN4_HOME settings.json) $text
        $seen = Watch-Command { Get-ImagenProvider }
        Remove-Item (Join-Path $env:IMAGEN4_HOME settings.json)
        $seen.Error.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        $seen.Error.Exception.Message | Should -BeLike "The settings in *settings.json cannot be read: *"
    }

    It 'settings that are no JSON are named by their line, and no command moves them away' {
        $null = New-Item -ItemType Directory $env:IMAGEN4_HOME -Force
        $path = Join-Path $env:IMAGEN4_HOME settings.json
        foreach ($case in @{ text = "{`n  broken"; line = 'line 2 is' }, @{ text = '{"providers":7}'; line = 'line 1 is*there ($.providers)' }) {
            Set-Content $path $case.text
            $seen = Watch-Command { Get-ImagenProvider }
            $seen.Error.Exception.Message | Should -BeLike "The settings in * cannot be read: $($case.line)*. Correct this line, and keep the file: what else it sets would no longer apply."
            $seen.Error.Exception.Message | Should -Not -Match 'System\.|LineNumber'
            $seen.Error.ErrorDetails.RecommendedAction | Should -BeLike 'Correct what the message names*' -Because 'the default provider and the choice about prompts are in it'
            Remove-Item $path
        }
    }
}
