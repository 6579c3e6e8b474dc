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
        @{ line = 'New-ImagenImage -Provider fal -Model banana-2/e'; choices = , 'fal-ai/nano-banana-2/edit' }
        @{ line = 'New-ImagenImage -OutputFormat '; choices = 'jpeg', 'png', 'webp' }
        @{ line = 'New-ImagenImage -SafetyTolerance '; choices = '1', '2', '3', '4', '5', '6' }
        @{ line = 'New-ImagenImage -PersonGeneration '; choices = 'dont_allow', 'allow_adult' }
        @{ line = 'New-ImagenImage -SafetySetting block_o'; choices = , 'block_only_high' }
        @{ line = 'New-ImagenImage -NumImages '; choices = '1', '2', '3', '4' }
        @{ line = 'New-ImagenImage -Seed '; choices = @() }
        @{ line = 'New-ImagenImage -SyncMode '; choices = '$true', '$false' }
        @{ line = 'Get-ImagenRequest -Since '; choices = '(Get-Date).Date', '(Get-Date).AddHours(-1)', '(Get-Date).AddDays(-1)', '(Get-Date).AddDays(-7)', '(Get-Date).AddDays(-30)' }
        @{ line = 'Expand-ImagenPrompt x -Resolution 1'; choices = , '1K' }
        @{ line = 'Show-ImagenImage -Protocol '; choices = 'Auto', 'ITerm2', 'Kitty', 'Link', 'Sixel' }
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

    It 'the models of the provider that is named, of the profile, or of the default one' {
        Get-Completion 'New-ImagenImage -Provider aimlapi -Model ' | Should -Contain 'google/imagen4/preview'
        Get-Completion 'New-ImagenImage -Provider aimlapi -Model ' | Should -Not -Contain 'fal-ai/nano-banana-2'
        Get-Completion 'Set-ImagenProvider aimlapi -DefaultModel ' | Should -Be (Get-Completion 'New-ImagenImage -Provider aimlapi -Model ')
        Get-Completion 'New-ImagenImage -Model ' | Should -Not -Contain 'google/imagen4/preview'
        (Get-Completion 'New-ImagenImage -Model ')[0] | Should -Be (Get-ImagenProvider fal).DefaultModel
        Get-Completion 'New-ImagenImage -Provider none -Model google/imagen4/' | Should -Contain 'google/imagen4/preview'
        Set-ImagenProvider aimlapi -Default
        try {
            Get-Completion 'New-ImagenImage -Model ' | Should -Not -Contain 'fal-ai/nano-banana-2'
            Get-Completion 'New-ImagenImage -Model ' | Should -Contain 'google/imagen4/preview'
        }
        finally {
            Set-ImagenProvider fal -Default
        }
    }

    It 'tooltips say what a state means, where a provider is and what a model takes' {
        function Get-ToolTip([string]$Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.ToolTip }
        Get-ToolTip 'Get-ImagenRequest -Until ' | Select-Object -First 1 | Should -Be 'The beginning of today'
        Get-ToolTip 'Get-ImagenRequest -State InD' | Should -Match 'unknown whether the host accepted it'
        $states = (TabExpansion2 'Get-ImagenRequest -State ' 25).CompletionMatches
        $states | Should -HaveCount 9
        $states.Where{ $_.ToolTip -eq $_.CompletionText } | Should -BeNullOrEmpty
        Get-ToolTip 'New-ImagenImage -Provider fal' | Select-Object -First 1 | Should -Be 'fal: FalQueue at https://queue.fal.run/ (the default)'
        Get-ToolTip 'New-ImagenImage -Model fal-ai/nano-banana-2/e' | Should -Match '^fal-ai/nano-banana-2/edit: image-to-image\. Inputs: Prompt, .*thinking_level'
    }

    It 'the tooltip of a model without a category, or of one that says nothing of its inputs, has no empty place' {
        $null = New-Item -ItemType Directory -Force $env:IMAGEN4_HOME
        Set-Content (Join-Path $env:IMAGEN4_HOME models.json) '{ "models": [ { "ids": [ "acme/odd" ], "protocols": [ "FalQueue" ], "inputs": [ { "name": "prompt" }, { "name": "tint" } ] } ] }'
        try {
            (TabExpansion2 ($line = 'New-ImagenImage -Provider fal -Model acme/o') $line.Length).CompletionMatches.ToolTip | Should -Be 'acme/odd. Inputs: Prompt, tint'
        }
        finally {
            Remove-Item (Join-Path $env:IMAGEN4_HOME models.json)
        }
    }

    It 'the inputs of the model that have no parameter, as a whole table, by their names too' {
        $all = Get-Completion 'New-ImagenImage -Model fal-ai/nano-banana-2 -AdditionalInput '
        $all | Should -Contain "@{ thinking_level = 'high' }"
        $all | Should -Contain '@{ enable_web_search = $true }'
        $all -match 'prompt =|seed|image_urls' | Should -Be "@{ system_prompt = '' }"
        Get-Completion 'New-ImagenImage -Model fal-ai/nano-banana-2 -AdditionalInput think' | Should -Be "@{ thinking_level = 'minimal' }", "@{ thinking_level = 'high' }"

        # PowerShell asks nobody about what stands inside a table; at least it offers no files there.
        $line = 'New-ImagenImage -Model fal-ai/nano-banana-2 -AdditionalInput @{ thin }'
        (TabExpansion2 $line ($line.Length - 2)).CompletionMatches | Should -BeNullOrEmpty
    }

    It 'in the middle of a line, from what stands behind the cursor too' {
        $line = 'New-ImagenImage -AspectRatio 2 -Model fal-ai/nano-banana-pro'
        (TabExpansion2 $line 30).CompletionMatches.CompletionText | Should -Be '21:9', '2:3'
    }

    It 'the placeholders of a file name, quoted, one after the other' {
        Get-Completion 'New-ImagenImage -FileName ' | Should -Contain "'{Key}'"
        Get-Completion "Receive-ImagenResult -FileName '{Key}-{Im" | Should -Be "'{Key}-{ImageIndex}'"
        Get-Completion "New-ImagenImage -FileName 'a-" | Should -Contain "'a-{Seed}'"
    }

    It 'names of vaults where there is a command that knows them, and of secrets that profiles name: no vault is asked for its secrets' {
        Get-Completion 'Set-ImagenProvider fal -SecretName ' | Should -BeNullOrEmpty
        Get-Completion 'Set-ImagenProvider fal -SecretVault ' | Should -BeNullOrEmpty
        $asked = Join-Path $TestDrive asked
        Set-Item Function:/global:Get-SecretInfo { Set-Content $asked 'for the password of the vault' }.GetNewClosure()
        function global:Get-SecretVault { [pscustomobject]@{ Name = 'main'; ModuleName = 'Store' } }
        Set-ImagenProvider fal-of-mine -Protocol FalQueue -BaseUri https://x.example -SecretName 'fal key'
        try {
            Get-Completion 'Set-ImagenProvider fal -SecretName f' | Should -Be "'fal key'"
            Get-Completion 'Set-ImagenLedger x -SecretName ' | Should -Be "'fal key'"
            Get-Completion 'Set-ImagenProvider fal -SecretVault ' | Should -Be 'main'
            (TabExpansion2 'Set-ImagenProvider fal -SecretName f' 36).CompletionMatches.ToolTip | Should -Be 'The key of fal-of-mine'
            Test-Path $asked | Should -BeFalse
            function global:Get-SecretVault { throw 'locked' }
            Get-Completion 'Set-ImagenProvider fal -SecretVault ' | Should -BeNullOrEmpty
        }
        finally {
            Remove-ImagenProvider fal-of-mine
            Remove-Item Function:/Get-SecretInfo, Function:/Get-SecretVault
        }
    }

    It '<line> offers directories only' -ForEach @(
        @{ line = 'New-ImagenImage x -OutputDirectory ' }, @{ line = 'New-ImagenImage x ' }, @{ line = 'Receive-ImagenResult -OutputDirectory ' }
        @{ line = 'Export-ImagenGallery -ImageDirectory ' }
    ) {
        $place = New-Item (Join-Path $TestDrive ([guid]::NewGuid())) -ItemType Directory
        $null = New-Item (Join-Path $place 'of images'), (Join-Path $place out) -ItemType Directory
        Set-Content (Join-Path $place of.txt) x
        Push-Location $place
        try {
            Get-Completion $line | Should -Be "'.$([IO.Path]::DirectorySeparatorChar)of images'", ".$([IO.Path]::DirectorySeparatorChar)out"
            Get-Completion "$($line)ou" | Should -Be ".$([IO.Path]::DirectorySeparatorChar)out"
        }
        finally {
            Pop-Location
        }
    }

    Context 'the ledger' {
        BeforeAll {
            $null = Start-ImagenEmulator
            $old = $env:IMAGEN4_HOME
            $env:IMAGEN4_HOME = Join-Path $TestDrive ledger
            $results = [pscustomobject]@{ Prompt = 'a red fox'; Key = 'first' }, [pscustomobject]@{ Prompt = 'a blue fox'; Key = 'the second' } |
                New-ImagenImage -OutputDirectory (Join-Path $TestDrive out) -ThrottleLimit 1
        }
        AfterAll {
            Stop-ImagenEmulator
            $env:IMAGEN4_HOME = $old
        }

        It 'ids and keys, newest first, with state and prompt' {
            $ids = (TabExpansion2 'Receive-ImagenResult ' 21).CompletionMatches
            $ids.CompletionText | Should -Be $results.RequestId[1, 0]
            $ids.ToolTip | Should -Be 'Delivered: a blue fox', 'Delivered: a red fox'
            Get-Completion 'Get-ImagenRequest -Key ' | Should -Be "'the second'", 'first'
            Get-Completion 'New-ImagenImage x -Key f' | Should -Be 'first'
            Get-Completion "Get-ImagenRequestStatus $($results[0].RequestId.Substring(0, 8))" | Should -Be $results[0].RequestId
            Get-Completion 'Remove-ImagenRequest ' | Should -Be $results.LedgerId[1, 0]
        }

        It 'of each command, those that it can do something with' {
            $before = $env:IMAGEN4_HOME
            $env:IMAGEN4_HOME = Join-Path $TestDrive states
            try {
                $delivered = New-ImagenImage 'a red fox' (Join-Path $TestDrive out)
                $failed = New-ImagenImage '[emulator:content_policy_violation] no' -Wait -ErrorAction Ignore
                $running = New-ImagenImage 'slow [emulator:seconds=600]'
                $null = Invoke-RestMethod "$($env:IMAGEN4_EMULATOR ?? (Get-ImagenProvider emulator).BaseUri)_emulator/faults" -Method Post -ContentType application/json -Body '{"operation":"submit","kind":"close","match":"lost"}'
                $doubtful = New-ImagenImage 'lost' -ErrorAction Ignore
                $doubtful.State | Should -Be InDoubt
                Get-Completion 'Stop-ImagenRequest ' | Should -Be $running.RequestId
                Get-Completion 'Imagen4\Stop-ImagenRequest -RequestId ' | Should -Be $running.RequestId
                Get-Completion 'Resolve-ImagenRequest ' | Should -Be $doubtful.LedgerId
                Get-Completion 'Receive-ImagenResult ' | Should -Be $running.RequestId, $delivered.RequestId
                Get-Completion 'Get-ImagenRequestStatus ' | Should -Be $running.RequestId, $failed.RequestId, $delivered.RequestId
                $running | Stop-ImagenRequest
                Get-Completion 'Stop-ImagenRequest ' | Should -BeNullOrEmpty
            }
            finally {
                $env:IMAGEN4_HOME = $before
            }
        }

        It 'one that cannot be read completes nothing, and one that is not there is not made' {
            $damaged = Join-Path $TestDrive damaged
            $null = New-Item -ItemType Directory $damaged
            Set-Content (Join-Path $damaged ledger.db) ('no database ' * 1000)
            $missing = Join-Path $TestDrive missing
            foreach ($place in $damaged, $missing) {
                $env:IMAGEN4_HOME = $place
                try { Get-Completion 'Get-ImagenRequest -RequestId ' | Should -BeNullOrEmpty }
                finally { $env:IMAGEN4_HOME = Join-Path $TestDrive ledger }
            }
            Test-Path $missing | Should -BeFalse

            # Nobody answers there.
            $env:IMAGEN4_LEDGER = 'Host=127.0.0.1;Port=1;Database=x;Username=x'
            try { Get-Completion 'Get-ImagenRequest -Key ' | Should -BeNullOrEmpty }
            finally { $env:IMAGEN4_LEDGER = $null }
        }
    }

    Context 'every parameter' {
        BeforeDiscovery {
            Import-Module (Join-Path $PSScriptRoot ../../Imagen4.psd1)
            $paths = 'ImagePath', 'Path', 'LiteralPath'
            $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters
            $values = foreach ($command in Get-Command -Module Imagen4 -CommandType Cmdlet) {
                foreach ($parameter in $command.Parameters.Values) {
                    if ($parameter.Name -notin $common -and -not $parameter.SwitchParameter -and -not $parameter.Attributes.Where{ $_ -is [Parameter] -and $_.DontShow }) {
                        @{ command = $command.Name; parameter = $parameter.Name; isPath = $parameter.Name -in $paths }
                    }
                }
            }
        }
        BeforeAll {
            $folder = Join-Path $TestDrive files
            $null = New-Item -ItemType Directory $folder
            Set-Content (Join-Path $folder file-of-this-folder.txt) x
            Push-Location $folder
        }
        AfterAll { Pop-Location }

        It '<command> -<parameter> completes files: <isPath>' -ForEach $values {
            @(Get-Completion "$command -$parameter ") -match 'file-of-this-folder' | Should -HaveCount ([int]$isPath)
            @(Get-Completion "$command -$parameter file-of") -match 'file-of-this-folder' | Should -HaveCount ([int]$isPath)
        }
    }
}
