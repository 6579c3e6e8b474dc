Describe 'Argument completion' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home) -NoEmulator
        function Get-Completion([string]$Line) {
            (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText
        }
    }
    AfterAll { Exit-ImagenTest $test }

    It '<line>' -ForEach @(
        @{ line = 'New-ImagenImage -AspectRatio '; choices = '1:1', '16:9', '9:16', '4:3', '3:4' }
        @{ line = 'New-ImagenImage -AspectRatio 1'; choices = '1:1', '16:9' }
        @{ line = 'New-ImagenImage -Resolution '; choices = '1K', '2K' }
        @{ line = 'New-ImagenImage -Resolution 2k'; choices = , '2K' }
        @{ line = 'New-ImagenImage -Model fal-ai/nano-banana-pro -AspectRatio 2'; choices = '21:9', '2:3' }
        @{ line = 'New-ImagenImage -Model fal-ai/nano-banana-2 -Resolution '; choices = '0.5K', '1K', '2K', '4K' }
        @{ line = 'New-ImagenImage -Provider aimlapi -AspectRatio '; choices = '1:1', '9:16', '16:9', '3:4', '4:3' }
        @{ line = 'New-ImagenImage -Model fal-ai/nano-banana-2/'; choices = , 'fal-ai/nano-banana-2/edit' }
        @{ line = 'New-ImagenImage -OutputFormat '; choices = 'jpeg', 'png', 'webp' }
        @{ line = 'New-ImagenImage -SafetyTolerance '; choices = '1', '2', '3', '4', '5', '6' }
        @{ line = 'New-ImagenImage -PersonGeneration '; choices = 'dont_allow', 'allow_adult' }
        @{ line = 'New-ImagenImage -SafetySetting block_o'; choices = , 'block_only_high' }
        @{ line = 'New-ImagenImage -Priority '; choices = 'normal', 'low' }
        @{ line = 'New-ImagenImage -ObjectLifetime '; choices = 'immediate', '1h', '1d', '7d', '30d', '1y', 'never' }
        @{ line = 'New-ImagenImage -Model fal-ai/imagen4/preview/'; choices = 'fal-ai/imagen4/preview/ultra', 'fal-ai/imagen4/preview/fast' }
        @{ line = 'Receive-ImagenResult -Model fal-ai/imagen4/preview/u'; choices = , 'fal-ai/imagen4/preview/ultra' }
        @{ line = 'Set-ImagenProvider fal -DefaultModel fal-ai/imagen4/preview/f'; choices = , 'fal-ai/imagen4/preview/fast' }
        @{ line = 'Set-ImagenLedger '; choices = "'Host=HOST;Database=DATABASE;Username=ROLE'", 'postgres://ROLE@HOST/DATABASE' }
        @{ line = 'Set-ImagenLedger postgres'; choices = , 'postgres://ROLE@HOST/DATABASE' }
        @{ line = 'Set-ImagenLedger -Scope '; choices = 'Session', 'User' }
    ) {
        Get-Completion $line | Should -Be $choices
    }

    It 'a choice that is more than a word is quoted' {
        $null = New-Item -ItemType Directory -Force $env:IMAGEN4_HOME
        Set-Content (Join-Path $env:IMAGEN4_HOME models.json) '{ "models": [ { "ids": [ "acme/odd" ], "protocols": [ "FalQueue" ], "inputs": [ { "name": "aspect_ratio", "choices": [ "a''b", "$(exit)", "-x", "16:9" ] } ] } ] }'
        try {
            Get-Completion 'New-ImagenImage -Model acme/odd -AspectRatio ' | Should -Be "'a''b'", "'`$(exit)'", "'-x'", '16:9'
        }
        finally {
            Remove-Item (Join-Path $env:IMAGEN4_HOME models.json)
        }
    }

    It '<command> -<parameter> knows the providers, those of the session too' -ForEach @(
        @{ command = 'New-ImagenImage'; parameter = 'Provider' }, @{ command = 'Get-ImagenRequestStatus'; parameter = 'Provider' }
        @{ command = 'Receive-ImagenResult'; parameter = 'Provider' }, @{ command = 'Stop-ImagenRequest'; parameter = 'Provider' }
        @{ command = 'Get-ImagenProvider'; parameter = 'Name' }, @{ command = 'Set-ImagenProvider'; parameter = 'Name' }, @{ command = 'Remove-ImagenProvider'; parameter = 'Name' }
    ) {
        Set-ImagenProvider fal-of-mine -Protocol FalQueue -BaseUri https://x.example
        try {
            Get-Completion "$command -$parameter " | Should -Contain 'emulator'
            Get-Completion "$command -$parameter fal" | Where-Object { $_ -in 'fal', 'fal-of-mine' } | Should -Be 'fal', 'fal-of-mine'
            Get-Completion "$command -$parameter fal" | Should -Not -Contain 'emulator'
        }
        finally {
            Remove-ImagenProvider fal-of-mine
        }
    }
}
