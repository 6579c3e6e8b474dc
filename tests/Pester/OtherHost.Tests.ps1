# Another host than the built-in default: what it needs, whether it has a key or not, and what every error on the way says to do next.

Describe 'Another host' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        function Get-Failure([scriptblock]$Script) {
            $seen = Watch-Command $Script
            $seen.Thrown ?? $seen.Error
        }

        # Runs the advice as it stands; where it asks for a key, the key is there.
        function Invoke-Advice($Failure) {
            Set-Item function:local:Read-Host { 'any-key-will-do' }
            . ([scriptblock]::Create($Failure.ErrorDetails.RecommendedAction))
        }
    }
    BeforeEach { Reset-Emulator $test }
    AfterEach {
        Get-ImagenProvider | Where-Object { $_.Scope -NE 'BuiltIn' -and $_.Name -ne 'emulator' } | Remove-ImagenProvider
        Remove-Item Env:CHAINHUB_API_KEY, Env:CORP_API_KEY, Env:FAL_API_KEY -ErrorAction Ignore
    }
    AfterAll { Exit-ImagenTest $test }

    Context 'Keys' {
        It 'a built-in host without its key: the command sets the variable, and then it works' {
            Set-ImagenProvider chainhub -BaseUri "$($test.BaseUri)/chainhub" -ApiKeyVariable CHAINHUB_API_KEY
            $failure = Get-Failure { New-ImagenImage 'a fox' -Provider chainhub -Wait }
            $failure.FullyQualifiedErrorId | Should -BeLike 'ApiKeyMissing,*'
            $failure.ErrorDetails.RecommendedAction | Should -Be "`$env:CHAINHUB_API_KEY = Read-Host -MaskInput 'Key of chainhub' # or, to try without a key: Start-ImagenEmulator"
            Invoke-Advice $failure
            (New-ImagenImage 'a fox' -Provider chainhub -Wait).State | Should -Be 'Completed'
        }

        It 'a profile that names no variable: the command names one and sets it' {
            Set-ImagenProvider corp -Protocol FalQueue -BaseUri https://corp.example
            (Get-ImagenProvider corp).ApiKeySource | Should -BeNullOrEmpty
            $failure = Get-Failure { New-ImagenImage 'a fox' -Provider corp }
            $failure.Exception.Message | Should -BeLike '*Set-ImagenProvider corp -ApiKeyVariable CORP_API_KEY*Set-ImagenProvider corp -NoApiKey*'
            Invoke-Advice $failure
            (Get-ImagenProvider corp).ApiKeySource | Should -Be '$env:CORP_API_KEY'
        }

        It 'a host on this machine needs none, and says so when it wants one after all' {
            Set-ImagenProvider -Name local -Protocol FalQueue -BaseUri $test.BaseUri
            (Get-ImagenProvider local).ApiKeySource | Should -Be 'none needed'
            $failure = Get-Failure { New-ImagenImage 'a fox' -Provider local }
            $failure.FullyQualifiedErrorId | Should -BeLike 'AuthenticationFailed,*'
            $failure.Exception.Message | Should -BeLike '*local asks for a key, and none was sent*'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike 'Set-ImagenProvider local -ApiKeyVariable LOCAL_API_KEY; *'
        }

        It '-NoApiKey says so of any other, until a place for a key is named' {
            Set-ImagenProvider corp -Protocol FalQueue -BaseUri https://corp.example -SecretName CorpKey -NoApiKey:$false
            Set-ImagenProvider corp -NoApiKey
            $corp = Get-ImagenProvider corp
            $corp.NoApiKey, $corp.ApiKeySource, $corp.SecretName | Should -Be $true, 'none needed', $null
            $corp | Set-ImagenProvider copy
            (Get-ImagenProvider copy).NoApiKey | Should -BeTrue
            Set-ImagenProvider corp -ApiKeyVariable CORP_API_KEY
            (Get-ImagenProvider corp).NoApiKey | Should -BeFalse
            (Get-Failure { Set-ImagenProvider corp -NoApiKey -SecretName CorpKey }).FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        }

        It '-NoApiKey is kept for all sessions, and takes the key of a built-in host away' {
            Set-ImagenProvider fal -BaseUri https://corp.example -NoApiKey -Scope User
            $fal = Get-ImagenProvider fal
            $fal.NoApiKey, $fal.Scope, $fal.ApiKeyVariable.Count | Should -Be $true, 'User', 0
        }

        It 'the list shows where each is defined and what it needs' {
            Set-ImagenProvider local -Protocol FalQueue -BaseUri http://127.0.0.1:8080 -Default
            $view = Get-ImagenProvider local, chainhub | Out-String
            $view | Should -Match 'local +\* +http://127.0.0.1:8080/ +Session +none needed'
            $view | Should -Match 'BuiltIn +\(none: CHAINHUB_API_KEY\)'
        }
    }

    Context 'Errors on the way' {
        It 'a refused command is shown as it may have been meant, and that works: <kind>' -ForEach @(
            @{ kind = 'http elsewhere'; run = { Set-ImagenProvider corp -Protocol FalQueue -BaseUri http://corp.example/v1 -ApiKeyVariable CORP_API_KEY }
                next = 'Set-ImagenProvider corp -Protocol FalQueue -BaseUri https://corp.example/v1 -ApiKeyVariable CORP_API_KEY' }
            @{ kind = 'no scheme'; run = { Set-ImagenProvider corp -Protocol FalQueue -BaseUri corp.example -DefaultModel a/b }
                next = 'Set-ImagenProvider corp -Protocol FalQueue -BaseUri https://corp.example -DefaultModel a/b' }
            @{ kind = 'no scheme here'; run = { Set-ImagenProvider corp -Protocol FalQueue -BaseUri localhost:8080 -Default }
                next = 'Set-ImagenProvider corp -Protocol FalQueue -BaseUri http://localhost:8080 -Default' }
            @{ kind = 'a protocol typo'; run = { Set-ImagenProvider corp -Protocol FalQue -BaseUri https://corp.example -Scope User }
                next = 'Set-ImagenProvider corp -Protocol FalQueue -BaseUri https://corp.example -Scope User' }
            @{ kind = 'a name that cannot be'; run = { Set-ImagenProvider 'my corp' -Protocol FalQueue -BaseUri https://corp.example }
                next = 'Set-ImagenProvider my-corp -Protocol FalQueue -BaseUri https://corp.example' }
            @{ kind = 'a name that exists'; run = { Set-ImagenProvider fal -Protocol FalQueue -BaseUri https://corp.example }
                next = 'Set-ImagenProvider fal -Protocol FalQueue -BaseUri https://corp.example -ApiKeyVariable FAL_API_KEY # with the key of that host in $env:FAL_API_KEY; or with -NoApiKey, if it needs none' }
        ) {
            $failure = Get-Failure $run
            $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            $failure.ErrorDetails.RecommendedAction | Should -Be $next
            { Invoke-Advice $failure } | Should -Not -Throw
            Get-ImagenProvider | Where-Object BaseUri -Match 'corp|8080' | Should -HaveCount 1
        }

        It 'no advice repeats a key that is in another place' {
            $key = '6f1d0c529b7e4c1a8d3f2a5b6c7d8e9f'
            $failure = Get-Failure { Set-ImagenProvider corp -Protocol FalQueue -BaseUri http://corp.example -SecretName $key }
            $failure.ErrorDetails.RecommendedAction | Should -Be 'Get-Help Set-ImagenProvider -Parameter BaseUri # shows what it takes'
        }

        It 'a secret in an address is in no message, no advice and no serialized error: <address>' -ForEach @(
            @{ address = 'https://host.example/?key=hunter2' }
            @{ address = 'https://host.example/#hunter2' }
            @{ address = 'https://me:hunter2@host.example/' }
            @{ address = 'host.example?key=hunter2' }
            @{ address = 'https://me:hunter2@ho st.example/' }
            @{ address = 'https://me:hunter2@host.example:port/' }
            @{ address = 'https://me:hunter2@[host.example/' }
        ) {
            foreach ($failure in (Get-Failure { Set-ImagenProvider corp -Protocol FalQueue -BaseUri $address }),
                (Get-Failure { [pscustomobject]@{ Name = 'corp'; Protocol = 'FalQueue'; BaseUri = $address } | Set-ImagenProvider })) {
                $failure.Exception.Message | Should -BeLike "'*st.example*' cannot be the address of a provider*"
                "$($failure.Exception.Message) $($failure.ErrorDetails.RecommendedAction) $($failure.TargetObject) $($failure | Out-String)" | Should -Not -BeLike '*hunter2*'
                [System.Management.Automation.PSSerializer]::Serialize($failure) | Should -Not -BeLike '*hunter2*'
                "$($failure.InvocationInfo.BoundParameters | Format-List * | Out-String)" | Should -Not -BeLike '*hunter2*'
            }
        }

        It 'protocols are completed' {
            (TabExpansion2 'Set-ImagenProvider a -Protocol Fal' 33).CompletionMatches.CompletionText | Should -Be 'FalQueue', 'FalSync', 'FalAggregator'
        }
    }

    Context 'A stored profile with the name of a built-in one' {
        It 'is said once, with its address, when it is used, and not by the tab' {
            $env:CORP_API_KEY = 'any'
            Set-ImagenProvider kkiai -BaseUri "$($test.BaseUri)/kkiai" -ApiKeyVariable CORP_API_KEY -Scope User
            $null = TabExpansion2 'New-ImagenImage a -Provider kk' 29
            (Watch-Command { Get-ImagenProvider kkiai }).Warning | Should -HaveCount 0
            $seen = Watch-Command { New-ImagenImage 'a fox' -Provider kkiai }
            $seen.Warning | Should -Be "'kkiai' is a profile in your settings, not the built-in one: requests go to $($test.BaseUri)/kkiai. Remove-ImagenProvider kkiai -Scope User brings the built-in one back."
            (Watch-Command { New-ImagenImage 'a fox' -Provider kkiai }).Warning | Should -HaveCount 0
            Remove-ImagenProvider kkiai -Scope User
            (Get-ImagenProvider kkiai).Scope | Should -Be 'BuiltIn'
        }

        It 'not where only something else about it is stored' {
            Set-ImagenProvider aimlapi -ConcurrencyLimit 2 -Scope User
            $env:AIMLAPI_API_KEY = 'any'
            (Watch-Command { New-ImagenImage 'a fox' -Provider aimlapi -WhatIf }).Warning | Should -Not -BeLike '*profile of your settings*'
            $env:AIMLAPI_API_KEY = $null
        }
    }
}
