# What a host says no to: per row with the object beside the error, and the few things that end a batch.

Describe 'New-ImagenImage: errors' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll {
        Exit-ImagenTest $test
    }

    Context 'one row fails, the others are delivered' {
        It '<prompt> is <id>' -ForEach @(
            @{ prompt = 'a forbidden fox'; id = 'ContentPolicyViolation'; category = 'PermissionDenied'; type = 'content_policy_violation'; message = 'Row 2: The model''s checker refused it: *flagged by a content checker.' }
            @{ prompt = '[emulator:content_policy_violation]'; id = 'ContentPolicyViolation'; category = 'PermissionDenied'; type = 'content_policy_violation'; message = 'Row 2: *' }
            @{ prompt = '[emulator:internal_server_error]'; id = 'RequestFailed'; category = 'InvalidResult'; type = 'internal_server_error'; message = 'Row 2: *Internal server error*' }
            @{ prompt = '[emulator:no_media_generated]'; id = 'RequestFailed'; category = 'InvalidResult'; type = 'no_media_generated'; message = 'Row 2: *No media was generated*' }
            @{ prompt = '[emulator:image_too_small]'; id = 'InvalidInput'; category = 'InvalidArgument'; type = 'image_too_small'; message = 'Row 2: *Image too small*' }
            @{ prompt = '[emulator:string_detail]'; id = 'InvalidInput'; category = 'InvalidArgument'; type = 'value_error'; message = 'Row 2: *The model did not take this input*' }
            @{ prompt = '[emulator:runner_disconnected]'; id = 'RequestFailed'; category = 'InvalidResult'; type = 'runner_disconnected'; message = 'Row 2: *Runner disconnected*' }
        ) {
            $out = Join-Path $TestDrive ([guid]::NewGuid())
            $seen = Watch-Command { 'one', $prompt, 'three' | New-ImagenImage -OutputDirectory $out }
            $seen.Thrown | Should -BeNullOrEmpty
            $seen.Error | Should -HaveCount 1
            $seen.Error[0].FullyQualifiedErrorId | Should -Be "$id,$command"
            $seen.Error[0].CategoryInfo.Category | Should -Be $category
            $seen.Error[0].TargetObject | Should -Be $prompt
            $seen.Error[0].Exception.Message | Should -BeLike $message
            $seen.Error[0].Exception.Message | Should -Not -Match "`n"
            $seen.Error[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty

            $byIndex = $seen.Output | Sort-Object Index
            $byIndex.State | Should -Be 'Delivered', 'Failed', 'Delivered'
            $byIndex[1].Prompt | Should -Be $prompt
            $byIndex[1].Error | Should -BeLike '?*'
            $byIndex[1].ErrorType | Should -Be $type
            $byIndex[1].RequestId | Should -Be $seen.Error[0].Exception.RequestId
            $byIndex[1].Images | Should -HaveCount 0
            Get-ChildItem $out | Should -HaveCount 2
            Get-Bill $test | Should -HaveCount 3
        }

        It 'a file that is <fault> is <id>, and leaves nothing half on disk' -ForEach @(
            @{ fault = 'media_missing'; id = 'DownloadFailed' }
            @{ fault = 'media_html'; id = 'InvalidMedia' }
            @{ fault = 'media_not_image'; id = 'InvalidMedia' }
        ) {
            $out = Join-Path $TestDrive ([guid]::NewGuid())
            $seen = Watch-Command { "[emulator:$fault]" | New-ImagenImage -OutputDirectory $out }
            $seen.Error.FullyQualifiedErrorId | Should -Be "$id,$command"
            $seen.Error.CategoryInfo.Category | Should -Be 'WriteError'
            $seen.Output.State | Should -Be 'Completed'
            $seen.Output.Path | Should -BeNullOrEmpty
            Get-ChildItem $out -Force | Should -HaveCount 0
        }

        It 'a model that has been retired is ModelNotAvailable' {
            Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = 404; body = @{ detail = 'Application not found' } }
            $seen = Watch-Command { New-ImagenImage 'p' }
            $seen.Error.FullyQualifiedErrorId | Should -Be "ModelNotAvailable,$command"
            $seen.Error.CategoryInfo.Category | Should -Be 'ObjectNotFound'
            $seen.Output.State | Should -Be 'Rejected'
            $seen.Output.Error | Should -BeLike '*Application not found*'
            Get-Bill $test | Should -HaveCount 0
        }

        It 'a POST whose answer is lost is SubmissionInDoubt, an object in doubt, and is not sent again' {
            Add-Fault $test @{ kind = 'abort'; operation = 'submit'; after_accept = $true; match = 'second' }
            $seen = Watch-Command { 'first', 'second', 'third' | New-ImagenImage -Wait }
            $seen.Error.FullyQualifiedErrorId | Should -Be "SubmissionInDoubt,$command"
            $seen.Error.CategoryInfo.Category | Should -Be 'ResourceUnavailable'
            $seen.Error.Exception.Message | Should -BeLike 'Row 2: *not known whether it was accepted*'
            ($seen.Output | Sort-Object Index).State | Should -Be 'Completed', 'InDoubt', 'Completed'
            Get-Bill $test | Should -HaveCount 3
            (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'first', 'second', 'third'
        }

        It 'reads that fail on the way are repeated' {
            Add-Fault $test @{ kind = 'html'; operation = 'status' }
            Add-Fault $test @{ kind = 'abort'; operation = 'result' }
            (New-ImagenImage 'p' -Wait).State | Should -Be 'Completed'
            Get-Bill $test | Should -HaveCount 1
        }

        It '-TimeoutSec ends the waiting, not the request' {
            $seen = Watch-Command { New-ImagenImage '[emulator:seconds=60]' -Wait -TimeoutSec 1 }
            $seen.Error.FullyQualifiedErrorId | Should -Be "WaitTimeout,$command"
            $seen.Error.CategoryInfo.Category | Should -Be 'OperationTimeout'
            $id = (Get-Bill $test).request_id
            $seen.Error.Exception.Message | Should -BeLike "*had not finished after 1 s. It continues at emulator. Fetch it with: Receive-ImagenResult -RequestId $id -Provider emulator -Model fal-ai/imagen4/preview -Wait"
            $seen.Output.RequestId | Should -Be $id
            (Get-ImagenRequestStatus $id).State | Should -Be 'InProgress'
            Stop-ImagenRequest $id

            $seen = Watch-Command { New-ImagenImage '[emulator:seconds=60]' $TestDrive/late -FileName late -Sidecar -TimeoutSec 1 }
            $seen.Error.Exception.Message | Should -BeLike "*-Wait -OutputDirectory '$TestDrive/late' -FileName 'late' -Sidecar"
            Get-ImagenRequest -Unfinished | Stop-ImagenRequest
        }
    }

    Context 'what ends a batch' {
        It 'a missing key: nothing is sent' {
            $seen = Watch-Command { 'one', 'two' | New-ImagenImage -Provider fal }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be "ApiKeyMissing,$command"
            $seen.Thrown.CategoryInfo.Category | Should -Be 'AuthenticationError'
            $seen.Thrown.Exception.Message | Should -Be "There is no API key for provider 'fal'. Set `$env:FAL_KEY, or `$env:FAL_KEY_ID and `$env:FAL_KEY_SECRET, or run Start-ImagenEmulator to try without one. Nothing was sent."
            $seen.Thrown.ErrorDetails.RecommendedAction | Should -BeLike '*Start-ImagenEmulator*'
            $seen.Error | Should -HaveCount 0
            $seen.Output | Should -HaveCount 0
        }

        It 'not a key that is missing for the provider of one row' {
            $seen = Watch-Command {
                [pscustomobject]@{ prompt = 'one' }, [pscustomobject]@{ prompt = 'two'; provider = 'fal' }, [pscustomobject]@{ prompt = 'three' } | New-ImagenImage -Wait
            }
            $seen.Thrown | Should -BeNullOrEmpty
            $seen.Error.FullyQualifiedErrorId | Should -Be "ApiKeyMissing,$command"
            $seen.Error.Exception.Message | Should -BeLike 'Row 2: *'
            (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'one', 'three'
        }

        It 'an empty key is no key, from <source>' -ForEach @(
            @{ source = '-ApiKey'; given = @{ ApiKey = '' }; variable = $null }
            @{ source = 'an empty SecureString'; given = @{ ApiKey = [securestring]::new() }; variable = $null }
            @{ source = 'the variable'; given = @{}; variable = '  ' }
        ) {
            try {
                $env:FAL_KEY = $variable
                $seen = Watch-Command { New-ImagenImage 'p' -Provider fal @given }
            }
            finally {
                Remove-Item Env:\FAL_KEY -ErrorAction Ignore
            }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be "ApiKeyMissing,$command"
        }

        It 'an unknown provider' {
            $seen = Watch-Command { 'one', 'two' | New-ImagenImage -Provider nobody }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
            $seen.Thrown.Exception.Message | Should -BeLike "There is no provider 'nobody'. Known providers: *emulator, fal*."
            $seen.Error | Should -HaveCount 0
            Get-Bill $test | Should -HaveCount 0
        }

        It '401: rows accepted before are still delivered, once each, and no further row is sent' {
            Set-Emulator $test @{ generation_time = 0.3 }
            Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = 401; body = @{ detail = 'No user found for Key ID and Secret' }; match = 'three'; count = -1 }
            $emitted = [System.Collections.Generic.List[int]]::new()
            $seen = Watch-Command {
                'one', 'two', 'three', 'four', 'five', 'six' | ForEach-Object { $emitted.Add(1); $_ } | New-ImagenImage -Wait -ThrottleLimit 1
            }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be "AuthenticationFailed,$command"
            $seen.Thrown.CategoryInfo.Category | Should -Be 'AuthenticationError'
            $seen.Thrown.Exception.Message | Should -BeLike '*emulator does not accept the key from none needed: No user found for Key ID and Secret'
            $seen.Error | Should -HaveCount 0
            ($seen.Output | Sort-Object Index).State | Should -Be 'Completed', 'Completed', 'Rejected'
            (Get-Bill $test).input.prompt | Should -Be 'one', 'two'
            $seen.Warning | Should -Be 'Submitting has ended. Rows read so far that were not sent, and not paid for: 1. No later row is sent either.'
            Get-Seen $test | Where-Object { $_.method -eq 'POST' } | Should -HaveCount 3
            $emitted.Count | Should -BeLessThan 6
        }

        It 'ten answers in a row that cannot be read: each row is an object in doubt, and nothing more is sent' {
            Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = 422; body = '{"\ud800":1,"detail":"x"}'; count = -1 }
            $seen = Watch-Command { 1..30 | ForEach-Object { "row $_" } | New-ImagenImage -Wait -ThrottleLimit 1 }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be "HostUnavailable,$command"
            $seen.Error.FullyQualifiedErrorId | Should -Be (@("SubmissionInDoubt,$command") * 10)
            $seen.Output.State | Should -Be (@('InDoubt') * 10)
            $seen.Output.Prompt | Should -Be (1..10 | ForEach-Object { "row $_" })
            $seen.Warning | Where-Object { $_ -like 'In doubt: 10.*' } | Should -HaveCount 1
            Get-Seen $test | Where-Object method -EQ 'POST' | Should -HaveCount 10
        }

        It '<status>: the host''s reason, word for word' -ForEach @(@{ status = 402 }, @{ status = 403 }) {
            Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = $status; body = @{ detail = 'User is locked. Reason: Exhausted balance.' }; count = -1 }
            $seen = Watch-Command { 'one', 'two' | New-ImagenImage -ThrottleLimit 1 }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be "AccountLocked,$command"
            $seen.Thrown.CategoryInfo.Category | Should -Be 'PermissionDenied'
            $seen.Thrown.Exception.Message | Should -BeLike '*User is locked. Reason: Exhausted balance.*'
            Get-Bill $test | Should -HaveCount 0
        }

        It 'is for -ErrorAction SilentlyContinue an end too' {
            $after = $false
            try {
                'one' | New-ImagenImage -Provider nobody -ErrorAction SilentlyContinue
                $after = $true
            }
            catch {
                $_.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
            }
            $after | Should -BeFalse
        }
    }

    Context 'a provider that a row names' {
        It 'fails the row, not the batch' {
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'a'; provider = 'nobody' }, [pscustomobject]@{ prompt = 'b' } | New-ImagenImage }
            $seen.Thrown | Should -BeNullOrEmpty
            "$($seen.Error)" | Should -BeLike "Row 1: There is no provider 'nobody'.*"
            $seen.Output.Prompt | Should -Be 'b'
        }
    }

    Context 'what is said' {
        It '-Verbose names method, address without query, and status' {
            $seen = Watch-Command { New-ImagenImage 'p' -OutputDirectory (Join-Path $TestDrive verbose) -Verbose }
            $id = (Get-Bill $test).request_id
            $seen.Verbose | Where-Object { $_ -match "^POST $($test.BaseUri)/fal-ai/imagen4/preview -> 200 in \d+ ms$" } | Should -HaveCount 1
            $seen.Verbose | Where-Object { $_ -match "^GET $($test.BaseUri)/fal-ai/imagen4/requests/$id/status/stream -> 200 in \d+ ms$" } | Should -Not -BeNullOrEmpty
            $seen.Verbose | Where-Object { $_ -match "^GET $($test.BaseUri)/fal-ai/imagen4/requests/$id -> 200 in \d+ ms$" } | Should -HaveCount 1
        }

        It 'the key is in no stream, whatever happens' {
            $key = 'Sup3r-s3cret'
            Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = 401; body = @{ detail = 'no' }; match = 'third' }
            $seen = Watch-Command {
                'first', 'forbidden second', 'third' | New-ImagenImage -ApiKey $key -Wait -Verbose -Debug -ThrottleLimit 1
                Get-ImagenProvider emulator -Verbose
            }
            $seen.Thrown | Should -Not -BeNullOrEmpty
            $seen.Error | Should -HaveCount 1
            $said = @($seen.Output; $seen.Error; $seen.Warning; $seen.Verbose; $seen.Other; $seen.Thrown) |
                ForEach-Object { "$_"; $_ | Format-List * -Force | Out-String; $_.Exception | Format-List * -Force | Out-String; $_.InvocationInfo.BoundParameters.Values }
            $said | Should -Not -BeNullOrEmpty
            $said -join "`n" | Should -Not -BeLike "*$key*"
            (Get-Bill $test).key_hash | Select-Object -Unique | Should -Be ([Convert]::ToHexStringLower([System.Security.Cryptography.SHA256]::HashData([System.Text.Encoding]::UTF8.GetBytes($key))[0..5]))
        }
    }
}
