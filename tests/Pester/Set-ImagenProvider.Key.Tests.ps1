# A key is never part of a profile, however it is given: not in a file, not in an error, not in what Get-ImagenProvider says.

Describe 'Set-ImagenProvider and keys' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home) -NoEmulator
        $refused = 'InvalidInput,Imagen4.PowerShell.Commands.SetImagenProviderCommand'

        # A real key has one of these forms.
        $keys = '6f1d0c52-9b7e-4c1a-8d3f-2a5b6c7d8e9f:0123456789abcdef0123456789abcdef', 'abcdef0123456789abcdef0123456789', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'AIzaSyD3x4mpl3K3yTh4tIsN0tR3al0000000'

        function Find-Key {
            param([string]$Key, [hashtable]$Seen)
            $error0 = $Seen.Thrown
            $said = @($error0, $error0.Exception.Message, $error0.ErrorDetails, $error0.TargetObject, $error0.CategoryInfo
                ($error0 | Out-String), ($error0 | Format-List * -Force | Out-String), ($error0.InvocationInfo.BoundParameters | Out-String)
                (Get-Error -InputObject $error0 | Out-String), $Seen.Warning, $Seen.Verbose, $Seen.Other, (Get-ImagenProvider | Format-List * | Out-String)
                (Get-ChildItem $env:IMAGEN4_HOME -Recurse -File -Force -ErrorAction Ignore | Get-Content -Raw))
            @($said | Where-Object { "$_".Contains($Key) })
        }
    }
    BeforeEach { $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid()) }
    AfterEach { Get-ImagenProvider | Where-Object Scope -NE BuiltIn | Remove-ImagenProvider }
    AfterAll { Exit-ImagenTest $test }

    It '-<parameter> always refuses a key and keeps nothing of it, -Scope <scope>' -ForEach @(
        foreach ($parameter in 'ApiKey', 'Key', 'Secret') {
            foreach ($scope in 'Session', 'User') {
                @{ parameter = $parameter; scope = $scope }
            }
        }
    ) {
        foreach ($key in $keys) {
            foreach ($value in $key, [System.Net.NetworkCredential]::new('', $key).SecurePassword, 5, @($key)) {
                $given = @{ $parameter = $value }
                $seen = Watch-Command { Set-ImagenProvider fal @given -ConcurrencyLimit 3 -Scope $scope -Verbose }
                $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
                $seen.Thrown.Exception.Message | Should -Be 'Profiles do not store keys, so the key that was given was not saved. Store it in a vault (Set-Secret) and name it with -SecretName, or put it into an environment variable: $env:FAL_KEY is looked at, and -ApiKeyVariable names others.'
                Find-Key $key $seen | Should -HaveCount 0
            }
        }

        (Get-ImagenProvider fal).ConcurrencyLimit | Should -Be 40
        $env:IMAGEN4_HOME | Should -Not -Exist
    }

    It 'is refused before anything else is looked at, for a new provider and with -WhatIf' {
        $seen = Watch-Command { Set-ImagenProvider gateway -ApiKey $keys[0] }
        $seen.Thrown.Exception.Message | Should -BeLike 'Profiles do not store keys, *or put it into an environment variable, which -ApiKeyVariable names.'
        (Watch-Command { Set-ImagenProvider fal -ApiKey $keys[0] -WhatIf }).Thrown.FullyQualifiedErrorId | Should -Be $refused
        (Watch-Command { Set-ImagenProvider fal -ApiKey $null }).Thrown.FullyQualifiedErrorId | Should -Be $refused
    }

    It 'is not completed, and no parameter that stores text begins with it' {
        (TabExpansion2 'Set-ImagenProvider fal -ApiK' 28).CompletionMatches.CompletionText | Should -Be '-ApiKeyVariable'
        foreach ($short in 'ApiK', 'Secr', 'K') {
            $seen = Watch-Command { & ([scriptblock]::Create("Set-ImagenProvider fal -$short '$($keys[0])'")) }
            $seen.Thrown | Should -Not -BeNullOrEmpty
            $seen.Thrown.Exception.Message | Should -Not -BeLike "*$($keys[0])*"
        }

        $env:IMAGEN4_HOME | Should -Not -Exist
    }

    It '-ApiKeyVariable takes names of variables only, and never repeats what is none: <what>' -ForEach @(
        @{ what = 'a key of fal'; value = '6f1d0c52-9b7e-4c1a-8d3f-2a5b6c7d8e9f:0123456789abcdef0123456789abcdef' }
        @{ what = 'a key that could be a name'; value = 'abcdef0123456789abcdef0123456789' }
        @{ what = 'another that could be a name'; value = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc' }
        @{ what = 'a name with a blank'; value = 'FAL KEY' }
        @{ what = 'a name with a dash'; value = 'FAL-KEY' }
        @{ what = 'the expression'; value = '$env:FAL_KEY' }
        @{ what = 'a digit first'; value = '1FAL_KEY' }
        @{ what = 'another alphabet'; value = 'SCHLÜSSEL' }
        @{ what = 'an equals sign'; value = 'FAL_KEY=abc' }
    ) {
        foreach ($scope in 'Session', 'User') {
            $seen = Watch-Command { Set-ImagenProvider fal -ApiKeyVariable GOOD_NAME, $value -Scope $scope }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
            $seen.Thrown.Exception.Message | Should -Be '-ApiKeyVariable takes names of environment variables (letters, digits and _, no digit first), and number 2 is not one, or looks like a key. It is not repeated here and was not stored. A key goes into the variable itself, or into a vault (-SecretName).'
            Find-Key $value $seen | Should -HaveCount 0
        }

        (Get-ImagenProvider fal).ApiKeyVariable | Should -Be 'FAL_KEY', 'FAL_KEY_ID', 'FAL_KEY_SECRET'
        $env:IMAGEN4_HOME | Should -Not -Exist
    }

    It '-ApiKeyVariable <name> is a name' -ForEach @(
        @{ name = 'FAL_KEY' }, @{ name = '_k' }, @{ name = 'Fal2Key' }, @{ name = 'IMAGEN4_PRODUCTION_KEY_FOR_THE_2ND_GATEWAY_OF_THE_DESIGN_TEAM' }
    ) {
        Set-ImagenProvider fal -ApiKeyVariable $name
        (Get-ImagenProvider fal).ApiKeyVariable[0] | Should -Be $name
    }

    It '-ApiKeyVariable that is empty is none' {
        Set-ImagenProvider here -Protocol FalQueue -BaseUri https://x.example -ApiKeyVariable ''
        (Get-ImagenProvider here).ApiKeyVariable | Should -HaveCount 0
    }

    It '-<parameter> that is a key is refused too, and a name is not' -ForEach @(
        @{ parameter = 'SecretName' }, @{ parameter = 'SecretVault' }
    ) {
        foreach ($key in $keys) {
            $given = @{ SecretName = 'FalKey' }
            $given[$parameter] = $key
            $seen = Watch-Command { Set-ImagenProvider fal @given -Scope User }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
            $seen.Thrown.Exception.Message | Should -Be "-$parameter takes a name, and what was given looks like the key itself. It is not repeated here and was not stored. Store the key with Set-Secret, and give the name it has there."
            Find-Key $key $seen | Should -HaveCount 0
        }

        foreach ($name in 'FalKey', 'team/prod/fal-api-key-2031', '6f1d0c52-9b7e-4c1a-8d3f-2a5b6c7d8e9f', 'k7ud3vyjxqzr2a5w4gmt6hnbce') {
            $given = @{ SecretName = 'FalKey' }
            $given[$parameter] = $name
            Set-ImagenProvider fal @given
            (Get-ImagenProvider fal).$parameter | Should -Be $name
        }
    }

    Context 'the settings file' -Skip:$IsWindows {
        It 'is its user''s alone, and so is the folder that is made for it' {
            Set-ImagenProvider fal -ConcurrencyLimit 3 -Scope User
            (Get-Item (Join-Path $env:IMAGEN4_HOME settings.json)).UnixFileMode | Should -Be ([System.IO.UnixFileMode]'UserRead, UserWrite')
            (Get-Item $env:IMAGEN4_HOME).UnixFileMode | Should -Be ([System.IO.UnixFileMode]'UserRead, UserWrite, UserExecute')
        }

        It 'becomes so where it was not; a folder that was there stays as it is' {
            $null = New-Item -ItemType Directory $env:IMAGEN4_HOME
            & chmod 755 $env:IMAGEN4_HOME
            Set-Content (Join-Path $env:IMAGEN4_HOME settings.json) '{}'
            & chmod 644 (Join-Path $env:IMAGEN4_HOME settings.json)
            Set-ImagenProvider fal -ConcurrencyLimit 3 -Scope User
            (Get-Item (Join-Path $env:IMAGEN4_HOME settings.json)).UnixFileMode | Should -Be ([System.IO.UnixFileMode]'UserRead, UserWrite')
            (Get-Item $env:IMAGEN4_HOME).UnixFileMode | Should -Be ([System.IO.UnixFileMode]'UserRead, UserWrite, UserExecute, GroupRead, GroupExecute, OtherRead, OtherExecute')
        }
    }
}
