# Where a key comes from: -ApiKey, the profile's secret, the environment. The emulator's bills say which one arrived.

Describe 'A key from a secret' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $missing = "ApiKeyMissing,$command"
        # How the emulator writes a key down.
        $hashes = @{}
        foreach ($key in 'from-vault', 'from-variable', 'from-argument', 'other-vault') {
            $null = New-ImagenImage 'p' -ApiKey $key
            $hashes[$key] = @(Read-Bill $test)[-1].key_hash
        }
        function Get-UsedKey {
            @(Get-Bill $test) | ForEach-Object { $hash = $_.key_hash; $hashes.Keys | Where-Object { $hashes[$_] -eq $hash } }
        }
        # Says what the vault gives for a name, and notes what it was asked.
        $asked = [System.Collections.Generic.List[object]]::new()
        function Set-Vault([scriptblock]$Answer) {
            $asked.Clear()
            $list = $asked
            $function = {
                [CmdletBinding()]
                param([string]$Name, [string]$Vault)
                $list.Add([pscustomobject]@{ Name = $Name; Vault = $Vault; Thread = [Environment]::CurrentManagedThreadId })
                & $Answer $Vault
            }.GetNewClosure()
            Set-Item Function:\global:Get-Secret $function
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        Set-ImagenProvider here -Protocol FalQueue -BaseUri $test.BaseUri -ApiKeyVariable HERE_KEY -SecretName FalKey
        Remove-Item Function:\Get-Secret -ErrorAction Ignore
    }
    AfterEach {
        Get-ImagenProvider | Where-Object { $_.Scope -ne 'BuiltIn' -and $_.Name -ne 'emulator' } | Remove-ImagenProvider
        Remove-Item Env:\HERE_KEY -ErrorAction Ignore
        Remove-Item Function:\Get-Secret -ErrorAction Ignore
    }
    AfterAll { Exit-ImagenTest $test }

    It 'is taken before the variable and after -ApiKey' {
        $env:HERE_KEY = 'from-variable'
        Set-Vault { 'from-vault' }
        $null = New-ImagenImage 'a' -Provider here
        $asked.Name | Should -Be 'FalKey'
        $asked.Vault | Should -BeNullOrEmpty
        $null = New-ImagenImage 'b' -Provider here -ApiKey from-argument
        $asked | Should -HaveCount 1 -Because 'nobody asks a vault for what is given'
        $null = New-ImagenImage 'c' -Provider here -ApiKey ''
        Set-Vault { }
        $null = New-ImagenImage 'd' -Provider here
        Get-UsedKey | Should -Be 'from-vault', 'from-argument', 'from-vault', 'from-variable'
    }

    It 'may be <kind>' -ForEach @(
        @{ kind = 'text'; answer = { 'from-vault' } }
        @{ kind = 'a SecureString'; answer = { [System.Net.NetworkCredential]::new('', 'from-vault').SecurePassword } }
        @{ kind = 'the password of a credential'; answer = { [pscredential]::new('me', [System.Net.NetworkCredential]::new('', 'from-vault').SecurePassword) } }
        @{ kind = 'among errors of other vaults'; answer = { Write-Error 'another vault is locked'; 'from-vault' } }
    ) {
        Set-Vault $answer
        $seen = Watch-Command { New-ImagenImage 'a' -Provider here }
        $seen.Error | Should -HaveCount 0
        $seen.Output | Should -HaveCount 1
        Get-UsedKey | Should -Be 'from-vault'
    }

    It '<kind> falls through to the variable; without one, the error names both' -ForEach @(
        @{ kind = 'nothing'; answer = { } }
        @{ kind = 'an empty text'; answer = { ' ' } }
        @{ kind = 'an empty SecureString'; answer = { [securestring]::new() } }
        @{ kind = 'a secret that is not found'; answer = { Write-Error 'The secret was not found.' -Category ObjectNotFound } }
        @{ kind = 'a secret that is not found, thrown'; answer = { Write-Error 'The secret was not found.' -Category ObjectNotFound -ErrorAction Stop } }
    ) {
        Set-Vault $answer
        $seen = Watch-Command { New-ImagenImage 'a' -Provider here }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be $missing
        $seen.Thrown.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $seen.Thrown.Exception.Message | Should -Be "There is no API key for provider 'here': the secret FalKey does not exist, or is empty. Store it with Set-Secret, or set `$env:HERE_KEY. Nothing was sent."
        $seen.Error | Should -HaveCount 0
        Get-Seen $test | Should -HaveCount 0
        $env:HERE_KEY = 'from-variable'
        $null = New-ImagenImage 'a' -Provider here
        Get-UsedKey | Should -Be 'from-variable'
    }

    It 'without a Get-Secret falls through to the variable; without one, the error names both' {
        Get-Command Get-Secret -ErrorAction Ignore | Should -BeNullOrEmpty
        $seen = Watch-Command { New-ImagenImage 'a' -Provider here }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be $missing
        $seen.Thrown.Exception.Message | Should -BeLike "There is no API key for provider 'here': the secret FalKey cannot be looked up without the command Get-Secret * `$env:HERE_KEY is not set. Nothing was sent."
        $env:HERE_KEY = 'from-variable'
        $null = New-ImagenImage 'a' -Provider here
        Get-UsedKey | Should -Be 'from-variable'
    }

    It '<kind> is ApiKeyMissing with the reason, whatever the variable holds' -ForEach @(
        @{ kind = 'a locked vault'; answer = { throw "The vault is locked.`nUnlock it." }; reason = 'The vault is locked. Unlock it.' }
        @{ kind = 'an error of the vault'; answer = { Write-Error 'The vault is broken.' -Category OpenError }; reason = 'The vault is broken.' }
        @{ kind = 'a vault whose own command is missing'; answer = { Get-NoSuchThing }; reason = '*Get-NoSuchThing*' }
        @{ kind = 'a secret of another kind'; answer = { @{ user = 'me'; password = 'from-vault' } }; reason = 'it is a Hashtable, not text' }
    ) {
        $env:HERE_KEY = 'from-variable'
        Set-Vault $answer
        $seen = Watch-Command { 'a', 'b' | New-ImagenImage -Provider here }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be $missing
        $seen.Thrown.Exception.Message | Should -BeLike "There is no API key for provider 'here': the secret FalKey could not be read ($reason). Nothing was sent."
        $seen.Thrown.ErrorDetails.RecommendedAction | Should -BeLike '*unlock the vault*-ApiKey*'
        $seen.Thrown | Format-List * -Force | Out-String | Should -Not -BeLike '*from-vault*'
        $asked | Should -HaveCount 1
        Get-Seen $test | Should -HaveCount 0
    }

    It 'a secret that cannot be a key is refused without repeating it' {
        Set-Vault { 'from-vault with blanks' }
        $seen = Watch-Command { New-ImagenImage 'a' -Provider here }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "AuthenticationFailed,$command"
        $seen.Thrown.Exception.Message | Should -Be 'The key from secret FalKey cannot be a key: it is empty, or has spaces or characters that no key has. Nothing was sent.'
        Get-Seen $test | Should -HaveCount 0
    }

    It 'is asked for once for a whole batch, on the thread of the pipeline, and only when a row needs it' {
        Set-Vault { 'from-vault' }
        $null = 1..50 | ForEach-Object { [pscustomobject]@{ Prompt = "$_"; Provider = 'emulator', 'here' | Select-Object -Index ($_ % 2) } } | New-ImagenImage -Wait
        $asked | Should -HaveCount 1
        $asked.Thread | Should -Be ([Environment]::CurrentManagedThreadId)
        $null = 'a', 'b' | New-ImagenImage -Provider emulator
        $asked | Should -HaveCount 1
        # Rows that cannot be sent do not ask again and again either.
        Set-Vault { }
        $seen = Watch-Command { 1..3 | ForEach-Object { [pscustomobject]@{ Prompt = "$_"; Provider = 'here' } } | New-ImagenImage }
        $seen.Error.FullyQualifiedErrorId | Should -Be $missing, $missing, $missing
        $seen.Error.Exception.Row | Should -Be 1, 2, 3
        $asked | Should -HaveCount 1
    }

    It 'is taken from the vault that is named' {
        Set-ImagenProvider here -SecretVault Work
        Set-Vault { if ($args[0] -eq 'Work') { 'other-vault' } else { 'from-vault' } }
        $null = New-ImagenImage 'a' -Provider here
        Get-UsedKey | Should -Be 'other-vault'
        $asked.Vault | Should -Be 'Work'
    }

    It 'serves the follow-up commands too: <name>' -ForEach @(
        @{ name = 'Get-ImagenRequestStatus'; run = { $_ | Get-ImagenRequestStatus } }
        @{ name = 'Receive-ImagenResult'; run = { $_ | Receive-ImagenResult -Wait -NoDownload } }
    ) {
        Set-Vault { 'from-vault' }
        $request = New-ImagenImage 'a' -Provider here
        ($request | ForEach-Object $run).State | Should -BeIn 'InProgress', 'Completed'
        $asked | Should -HaveCount 2
    }

    It 'an error stops at the key, and one row''s locked vault is that row''s own' {
        Set-Vault { throw 'locked' }
        $seen = Watch-Command { [pscustomobject]@{ Prompt = 'a'; Provider = 'here' }, [pscustomobject]@{ Prompt = 'b' } | New-ImagenImage }
        $seen.Thrown | Should -BeNullOrEmpty
        $seen.Error.FullyQualifiedErrorId | Should -Be $missing
        (Get-Bill $test).input.prompt | Should -Be 'b'
    }

    It 'Get-ImagenProvider says where a key would come from, and opens no vault' {
        (Get-ImagenProvider here).ApiKeySource | Should -BeNullOrEmpty
        $env:HERE_KEY = 'from-variable'
        (Get-ImagenProvider here).ApiKeySource | Should -Be '$env:HERE_KEY'
        Set-Vault { 'from-vault' }
        (Get-ImagenProvider here).ApiKeySource | Should -Be 'secret FalKey, else $env:HERE_KEY'
        Remove-Item Env:\HERE_KEY
        Set-ImagenProvider here -SecretVault Work
        $here = Get-ImagenProvider here
        $here.ApiKeySource | Should -Be 'secret FalKey (vault Work)'
        $here.SecretName, $here.SecretVault | Should -Be 'FalKey', 'Work'
        $asked | Should -HaveCount 0
        $here | Format-List * | Out-String | Should -Not -BeLike '*from-vault*'
    }

    It 'with -Scope User the names are kept, never the key, and hold in a new process' {
        Remove-ImagenProvider here
        Set-Vault { 'from-vault' }
        Set-ImagenProvider here -Protocol FalQueue -BaseUri $test.BaseUri -SecretName FalKey -SecretVault Work -PricePerImage 0.05 -Scope User
        $null = New-ImagenImage 'a' -Provider here
        Get-UsedKey | Should -Be 'from-vault'
        $settings = Get-Content (Join-Path $env:IMAGEN4_HOME settings.json) -Raw
        $settings | Should -BeLike '*"FalKey"*'
        $settings | Should -Not -BeLike '*from-vault*'
        Invoke-Pwsh "Import-Module '$ModuleManifest'; function Get-Secret { 'other-vault' }; Get-ImagenProvider here | ForEach-Object { `$_.SecretName; `$_.SecretVault; `$_.PricePerImage }; (New-ImagenImage p -Provider here).Provider" |
            ForEach-Object { $_ -split '\s+' } | Should -Be 'FalKey', 'Work', '0.05', 'here'
        Get-UsedKey | Should -Be 'from-vault', 'other-vault'
    }

    It 'an empty -SecretName takes it away, with its vault' {
        Set-ImagenProvider here -SecretVault Work
        Set-ImagenProvider here -SecretName ''
        $here = Get-ImagenProvider here
        $here.SecretName | Should -BeNullOrEmpty
        $here.SecretVault | Should -BeNullOrEmpty
        $seen = Watch-Command { Set-ImagenProvider here -SecretVault Work }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be 'InvalidInput,Imagen4.PowerShell.Commands.SetImagenProviderCommand'
        $seen.Thrown.Exception.Message | Should -Be '-SecretVault says where a secret is: it needs -SecretName.'
    }
}

Describe 'A price of one''s own' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $out = Join-Path $TestDrive out
    }
    BeforeEach {
        Reset-Emulator $test
        Set-ImagenProvider here -Protocol FalQueue -BaseUri $test.BaseUri -ApiKeyVariable HERE_KEY -PricePerImage 0.05
        $env:HERE_KEY = 'k'
    }
    AfterEach {
        Remove-ImagenProvider here
        Remove-Item Env:\HERE_KEY
    }
    AfterAll { Exit-ImagenTest $test }

    It 'is the cost of results, image by image: <kind>' -ForEach @(
        @{ kind = 'waited for'; run = { $_ | New-ImagenImage -Wait } }
        @{ kind = 'saved'; run = { $_ | New-ImagenImage -OutputDirectory $out } }
        @{ kind = 'received'; run = { $_ | New-ImagenImage | Receive-ImagenResult -Wait -NoDownload } }
    ) {
        $results = [pscustomobject]@{ Prompt = 'a'; NumImages = 3; Provider = 'here' }, [pscustomobject]@{ Prompt = 'b'; Provider = 'here' } | ForEach-Object $run
        ($results | Sort-Object NumImages -Descending).Cost | Should -Be 0.15, 0.05
        $results[0].Cost | Should -BeOfType ([decimal])
        # Of a host that publishes no price nothing is known where the user says none.
        Set-ImagenProvider here -PricePerImage ''
        (New-ImagenImage 'a' -Provider here -Wait).Cost | Should -BeNullOrEmpty
    }

    It 'a request that failed has none' {
        $seen = Watch-Command { New-ImagenImage '[emulator:runner_disconnected]' -Provider here -Wait }
        $seen.Output.State | Should -Be 'Failed'
        $seen.Output.Cost | Should -BeNullOrEmpty
    }

    It 'is taken as <given>' -ForEach @(
        @{ given = 0.04; price = 0.04 }, @{ given = '0.04'; price = 0.04 }, @{ given = 0; price = 0 }, @{ given = 0.04d; price = 0.04 }, @{ given = 1e-5; price = 0.00001 }
    ) {
        Set-ImagenProvider here -PricePerImage $given
        (Get-ImagenProvider here).PricePerImage | Should -Be $price
    }

    It 'is taken away by <kind>' -ForEach @(@{ kind = 'nothing'; given = $null }, @{ kind = 'an empty text'; given = '' }) {
        Set-ImagenProvider here -ConcurrencyLimit 3
        (Get-ImagenProvider here).PricePerImage | Should -Be 0.05 -Because 'what is not given stays'
        Set-ImagenProvider here -PricePerImage $given
        (Get-ImagenProvider here).PricePerImage | Should -BeNullOrEmpty
    }

    It 'refuses <given>, which is no price' -ForEach @(
        @{ given = '0,05' }, @{ given = -1 }, @{ given = 'free' }, @{ given = '1,000' }, @{ given = [double]::NaN }, @{ given = $true }, @{ given = '$0.05' }
    ) {
        $seen = Watch-Command { Set-ImagenProvider here -PricePerImage $given }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be 'InvalidInput,Imagen4.PowerShell.Commands.SetImagenProviderCommand'
        $seen.Thrown.Exception.Message | Should -Be "-PricePerImage '$given' is not a price: it takes a number of 0 or more, such as 0.05."
        (Get-ImagenProvider here).PricePerImage | Should -Be 0.05
    }
}
