Describe 'Get-ImagenRequest' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.GetImagenRequestCommand'
        $long = '[emulator:seconds=600]'
    }
    BeforeEach {
        Reset-Emulator $test
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'lists what was submitted, oldest first, with its inputs and addresses, and asks nobody' {
        $sent = 'first', 'second' | ForEach-Object { [pscustomobject]@{ Prompt = $_; Key = "k-$_"; num_images = 2 } } | New-ImagenImage -ThrottleLimit 1
        $null = Invoke-RestMethod "$($test.Admin)/requests" -Method Delete
        $known = Get-ImagenRequest
        Get-Seen $test | Should -BeNullOrEmpty
        $known | ForEach-Object { $_ | Should -BeOfType ([Imagen4.ImagenRequest]) }
        $known.Prompt | Should -Be 'first', 'second'
        $known.RequestId | Should -Be $sent.RequestId
        $known.LedgerId | Should -Be $sent.LedgerId
        $known.Key | Should -Be 'k-first', 'k-second'
        $known.Index | Should -Be 1, 2
        $known.NumImages | Should -Be 2, 2
        $known.State | Should -Be 'InQueue', 'InQueue'
        $known.StatusUri | Should -Be $sent.StatusUri
        $known.ResponseUri | Should -Be $sent.ResponseUri
        $known.CancelUri | Should -Be $sent.CancelUri
        $known[0].SubmittedAt.Kind | Should -Be 'Utc'
        $known.Certainty | Should -Be $null, $null
    }

    It 'says nothing where there is no ledger, and makes none' {
        Get-ImagenRequest | Should -BeNullOrEmpty
        Get-ImagenRequest -Unfinished | Should -BeNullOrEmpty
        Test-Path $env:IMAGEN4_HOME | Should -BeFalse
    }

    It '-Unfinished is what has not come to its end, and pipes into the cmdlets that go on with it' {
        $going = New-ImagenImage $long
        $delivered = New-ImagenImage 'done' -OutputDirectory (Join-Path $TestDrive out)
        $null = New-ImagenImage '[emulator:content_policy_violation]' -Wait -ErrorAction SilentlyContinue
        $null = New-ImagenImage 'read only' -Wait
        $late = [pscustomobject]@{ Prompt = "$long waited for" } | New-ImagenImage -OutputDirectory (Join-Path $TestDrive out) -TimeoutSec 1 -ErrorAction SilentlyContinue
        (Get-ImagenRequest -Unfinished).RequestId | Should -Be $going.RequestId, $late.RequestId
        (Get-ImagenRequest -State Delivered).RequestId | Should -Be $delivered.RequestId
        (Get-ImagenRequest -State failed).Prompt | Should -Be '[emulator:content_policy_violation]'
        (Get-ImagenRequest -State Completed, Delivered).Prompt | Should -Be 'done', 'read only'

        (Get-ImagenRequest -Unfinished | Get-ImagenRequestStatus).State | Should -Be 'InProgress', 'InProgress'
        Get-ImagenRequest -Unfinished | Stop-ImagenRequest -ErrorAction Ignore
        Get-ImagenRequest -Unfinished | Should -BeNullOrEmpty
        (Get-ImagenRequest -State Cancelled).RequestId | Should -Be $going.RequestId, $late.RequestId
    }

    It 'what was only submitted is unfinished until its result has been read, whoever has asked for its state' {
        $sent = 'a hare', 'a stoat' | New-ImagenImage
        (Get-ImagenRequestStatus $sent[0].RequestId -Wait).State | Should -Be 'Completed'
        $null = Get-ImagenRequestStatus $sent[1].RequestId -Wait
        (Get-ImagenRequest -Unfinished -Refresh).State | Should -Be 'Completed', 'Completed'
        $out = Join-Path $TestDrive fetched
        (Get-ImagenRequest -Unfinished | Receive-ImagenResult -Wait -OutputDirectory $out).State | Should -Be 'Delivered', 'Delivered'
        Get-ChildItem $out | Should -HaveCount 2
        Get-ImagenRequest -Unfinished | Should -BeNullOrEmpty
    }

    It 'a row whose images could not be saved is unfinished until Receive-ImagenResult has saved them' {
        Add-Fault $test @{ operation = 'download'; kind = 'status'; status = 404; count = -1 }
        $out = Join-Path $TestDrive late
        $seen = Watch-Command { [pscustomobject]@{ Prompt = 'late' } | New-ImagenImage -OutputDirectory $out }
        $seen.Error.FullyQualifiedErrorId | Should -BeLike 'DownloadFailed*'
        $pending = Get-ImagenRequest -Unfinished
        $pending.State | Should -Be 'Completed'
        $pending.Error | Should -BeLike '*it answered 404'
        $pending.ErrorType | Should -Be 'DownloadFailed'

        # Whoever fetches it in vain says so there, too.
        $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
        Add-Fault $test @{ operation = 'download'; kind = 'status'; status = 403; count = -1 }
        $null = $pending | Receive-ImagenResult -OutputDirectory $out -ErrorAction SilentlyContinue
        (Get-ImagenRequest -Unfinished).Error | Should -BeLike '*403*'
        $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
        $delivered = [pscustomobject]@{ Prompt = 'late' } | New-ImagenImage -OutputDirectory $out -WarningAction SilentlyContinue
        $delivered.State, $delivered.Error, $delivered.ErrorType | Should -Be 'Delivered', $null, $null
        Get-ImagenRequest -Unfinished | Should -BeNullOrEmpty
        (Get-ImagenRequest).State | Should -Be 'Delivered'
        (Get-ImagenRequest).Error | Should -BeNullOrEmpty
        Get-Bill $test | Should -HaveCount 1
    }

    It '-State is the state as it is shown, and -Refresh asks the hosts about those that have not ended' {
        Set-Emulator $test @{ slots = 1 }
        $sent = "$long a", "$long b" | ForEach-Object { [pscustomobject]@{ Prompt = $_ } } | New-ImagenImage -ThrottleLimit 1
        $null = New-ImagenImage 'ended'
        Get-ImagenRequest -State Pending, InProgress | Should -BeNullOrEmpty
        (Get-ImagenRequest -State InQueue).RequestId | Should -Contain $sent[0].RequestId

        $before = [datetime]::UtcNow
        $null = Invoke-RestMethod "$($test.Admin)/requests" -Method Delete
        $seen = Get-ImagenRequest -Unfinished -Refresh
        @(Get-Seen $test | Where-Object path -Like '*/status') | Should -HaveCount 3
        $seen.State | Should -Be 'InProgress', 'InQueue', 'InQueue'
        $seen[1].QueuePosition | Should -Be 0
        $seen[1].UpdatedAt | Should -BeGreaterOrEqual $before
        $seen[1].UpdatedAt.Kind | Should -Be 'Utc'

        # Written down once, and not at every question.
        $first = Get-ImagenRequest -State InProgress
        $first.RequestId | Should -Be $sent[0].RequestId
        $null = Get-ImagenRequest -Refresh
        (Get-ImagenRequest -State InProgress).UpdatedAt | Should -Be $first.UpdatedAt
        (Get-ImagenLedger).InProgress | Should -Be 1
        $sent | Stop-ImagenRequest
    }

    It '-Refresh shows what a host cannot be asked about as it was last known, with one warning' {
        $sent = "$long a", "$long b" | New-ImagenImage
        $null = Get-ImagenRequest -Refresh
        Add-Fault $test @{ operation = 'status'; kind = 'status'; status = 401; body = @{ detail = 'no' }; count = -1 }
        $seen = Watch-Command { Get-ImagenRequest -Refresh }
        $seen.Output.State | Should -Be 'InProgress', 'InProgress'
        $seen.Error | Should -BeNullOrEmpty
        $seen.Warning | Should -HaveCount 1
        $seen.Warning | Should -BeLike 'emulator could not be asked about 2 of these requests, which are shown in their last known state. *'
        $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
        $sent | Stop-ImagenRequest
    }

    It '-Refresh tells the ledger what has ended, and what the host no longer has' {
        $ended = New-ImagenImage 'ended'
        $null = $ended | Get-ImagenRequestStatus -Wait
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        $ended = New-ImagenImage 'ended'
        Wait-Until { ($ended.StatusUri | ForEach-Object { Invoke-RestMethod $_ -Headers @{ Authorization = 'Key k' } }).status -eq 'COMPLETED' } 'the host has finished'
        (Get-ImagenRequest).State | Should -Be 'InQueue'
        (Get-ImagenRequest -Unfinished -Refresh).State | Should -Be 'Completed'
        (Get-ImagenRequest).State | Should -Be 'Completed'
        (Get-ImagenRequest -Unfinished).State | Should -Be 'Completed' -Because 'nobody has read its result'
    }

    It 'what a waiting batch in another runspace generates is InProgress' {
        $null = Start-Shell { [pscustomobject]@{ Prompt = $args[0] } | New-ImagenImage -Wait } $long
        Wait-Until { Get-ImagenRequest -State InProgress } 'the ledger knows that it has begun'
        Get-ImagenRequest -Unfinished | Stop-ImagenRequest
        Wait-Until { (Get-ImagenRequest).State -eq 'Cancelled' } 'the ledger knows that it was cancelled'
    }

    It 'saving elsewhere delivers a request, and its row fetches it for its own folder all the same' {
        $out = Join-Path $TestDrive own
        Add-Fault $test @{ operation = 'download'; kind = 'status'; status = 410 }
        $null = [pscustomobject]@{ Prompt = 'own' } | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        (Get-ImagenRequest | Receive-ImagenResult -OutputDirectory (Join-Path $TestDrive elsewhere)).State | Should -Be 'Delivered'
        (Get-ImagenRequest).State | Should -Be 'Delivered'
        ([pscustomobject]@{ Prompt = 'own' } | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).Path | Should -BeLike "$out*"
        Get-Bill $test | Should -HaveCount 1
    }

    It 'filters by provider, key and time, by wildcards' {
        'a', 'b' | ForEach-Object { [pscustomobject]@{ Prompt = $_; Key = "key-$_" } } | New-ImagenImage -ThrottleLimit 1 | Out-Null
        $middle = [datetime]::UtcNow
        $null = New-ImagenImage 'no key'
        (Get-ImagenRequest -Key 'KEY-*').Prompt | Should -Be 'a', 'b'
        (Get-ImagenRequest -Key '*b', 'none').Prompt | Should -Be 'b'
        (Get-ImagenRequest -Provider 'emu*').Prompt | Should -Be 'a', 'b', 'no key'
        Get-ImagenRequest -Provider fal | Should -BeNullOrEmpty
        (Get-ImagenRequest -Since $middle).Prompt | Should -Be 'no key'
        (Get-ImagenRequest -Since $middle.ToLocalTime() -Key *).Prompt | Should -BeNullOrEmpty
        (Get-ImagenRequest -Until $middle).Prompt | Should -Be 'a', 'b'
        Get-ImagenRequest -Since $middle -Until $middle | Should -BeNullOrEmpty
    }

    It 'finds requests by their ids, from the command line and from a CSV' {
        $sent = 'a', 'b', 'c' | New-ImagenImage -ThrottleLimit 1
        (Get-ImagenRequest $sent[2].RequestId, $sent[0].RequestId).Prompt | Should -Be 'c', 'a'
        (Get-ImagenRequest -LedgerId $sent[1].LedgerId).Prompt | Should -Be 'b'
        ($sent | ConvertTo-Csv | ConvertFrom-Csv | Get-ImagenRequest).Prompt | Should -Be 'a', 'b', 'c'
        ($sent | Select-Object RequestId | Get-ImagenRequest).Prompt | Should -Be 'a', 'b', 'c'
        (@{ LedgerId = $sent[1].LedgerId } | Get-ImagenRequest).Prompt | Should -Be 'b'

        $seen = Watch-Command { Get-ImagenRequest $UnknownId, $sent[0].RequestId }
        $seen.Error.FullyQualifiedErrorId | Should -Be "RequestNotFound,$command"
        $seen.Error.TargetObject | Should -Be $UnknownId
        $seen.Output.Prompt | Should -Be 'a'
    }

    It 'an id that is none and a key names the command that takes keys' {
        $null = [pscustomobject]@{ key = '7'; prompt = 'a fox' } | New-ImagenImage
        $seen = Watch-Command { Get-ImagenRequest 7 }
        $seen.Error.FullyQualifiedErrorId | Should -BeLike 'RequestNotFound,*'
        $seen.Error.Exception.Message | Should -BeLike "*does not know a request with the id '7', but with the key '7'."
        $seen.Error.ErrorDetails.RecommendedAction | Should -Be "Get-ImagenRequest -Key '7'"
        (& ([scriptblock]::Create($seen.Error.ErrorDetails.RecommendedAction))).Prompt | Should -Be 'a fox'
        (Watch-Command { Get-ImagenRequest 8 }).Error.ErrorDetails.RecommendedAction | Should -BeLike 'Receive-ImagenResult*'
    }

    It 'a record without an id, and a state that is none, are InvalidInput' {
        (Watch-Command { [pscustomobject]@{ Prompt = 'x' } | Get-ImagenRequest }).Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        (Watch-Command { Get-ImagenRequest -State Done }).Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        (Watch-Command { Get-ImagenRequest -State Done }).Thrown.Exception.Message | Should -BeLike "*'Done' is not a state*InDoubt*"
    }

    It 'lists the newest attempt of every row, what may still cost something besides, and with -History all' {
        Set-Emulator $test @{ history = $false }
        $rows = 'retried', '[emulator:seconds=600] going', 'doubtful' | ForEach-Object { [pscustomobject]@{ Prompt = $_ } }
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; match = 'retried'; body = @{ detail = 'not now' } }
        Add-Fault $test @{ operation = 'submit'; kind = 'close'; match = 'doubtful' }
        $null = $rows | New-ImagenImage -ThrottleLimit 1 -ErrorAction SilentlyContinue -WarningAction Ignore
        $null = $rows[0] | New-ImagenImage
        (Get-ImagenRequest).State | Should -Be 'InQueue', 'InDoubt', 'InQueue'
        Get-ImagenRequest -State Rejected | Should -BeNullOrEmpty
        (Get-ImagenRequest -State Rejected -History).Prompt | Should -Be 'retried'

        # Started afresh, the old ones go on and are in doubt all the same.
        $null = $rows | New-ImagenImage -ThrottleLimit 1 -NoResume
        (Get-ImagenRequest).Prompt | Should -Be '[emulator:seconds=600] going', 'doubtful', 'retried', 'retried', '[emulator:seconds=600] going', 'doubtful'
        Get-ImagenRequest -History | Should -HaveCount 7
        Get-ImagenRequest -LedgerId (Get-ImagenRequest -State Rejected -History).LedgerId | Should -HaveCount 1
        Get-ImagenRequest -Unfinished | Stop-ImagenRequest -ErrorAction Ignore
    }

    It 'completes -State' {
        (TabExpansion2 'Get-ImagenRequest -State In' 27).CompletionMatches.CompletionText | Should -Be 'InQueue', 'InProgress', 'InDoubt'
    }

    It 'a request whose process died on the way is InDoubt; while it lives, it is Pending' {
        Add-Fault $test @{ operation = 'submit'; kind = 'hang' }
        $script = Join-Path $TestDrive child.ps1
        Set-Content $script "
            Import-Module '$ModuleManifest'
            Set-ImagenProvider emulator -Protocol FalQueue -BaseUri '$($test.BaseUri)' -Default
            [pscustomobject]@{ Prompt = 'on its way' } | New-ImagenImage -ApiKey k"
        $child = [System.Diagnostics.Process]::Start($PwshProgram, [string[]]($PwshArguments + '-NoProfile', '-File', $script))
        try {
            Wait-Until { Get-Seen $test | Where-Object method -EQ POST } 'the request is on its way'
            (Get-ImagenRequest).State | Should -Be 'Pending'
            (Get-ImagenRequest -State Pending).Prompt | Should -Be 'on its way'
            Get-ImagenRequest -State InDoubt | Should -BeNullOrEmpty
        }
        finally {
            $child.Kill()
            $child.WaitForExit()
        }
        (Get-ImagenRequest).State | Should -Be 'InDoubt'
        (Get-ImagenRequest -State InDoubt).Prompt | Should -Be 'on its way'
        Get-ImagenRequest -Unfinished | Should -BeNullOrEmpty
    }
}

Describe 'Requests that are followed up' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
    }
    BeforeEach {
        Reset-Emulator $test
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'a result found by its id alone has what the ledger knows of its row' {
        $sent = [pscustomobject]@{ Prompt = 'x' }, [pscustomobject]@{ Prompt = 'a red fox'; Key = 'fox'; num_images = 2; Tag = '{"team":"art"}' } | New-ImagenImage -ThrottleLimit 1
        $result = Receive-ImagenResult $sent[1].RequestId -NoDownload
        $result.LedgerId | Should -Be $sent[1].LedgerId
        $result.Key | Should -Be 'fox'
        $result.Index | Should -Be 2
        $result.Prompt | Should -Be 'a red fox'
        $result.NumImages | Should -Be 2
        $result.Tag | Should -Be '{"team":"art"}'
        (Get-ImagenRequest -Key fox).State | Should -Be 'Completed'
        # What the record says goes before.
        ([pscustomobject]@{ RequestId = $sent[1].RequestId; Index = 7; Key = 'mine' } | Receive-ImagenResult -NoDownload | Select-Object Index, Key | ConvertTo-Csv)[1] | Should -Be '"7","mine"'
    }

    It 'the ledger learns how a request ended, from its status and from its result' {
        $sent = '[emulator:content_policy_violation] a', '[emulator:content_policy_violation] b', 'c' | New-ImagenImage -ThrottleLimit 1
        $null = $sent[0] | Get-ImagenRequestStatus -Wait
        $null = $sent[1] | Receive-ImagenResult -Wait -NoDownload -ErrorAction SilentlyContinue
        $null = $sent[2] | Get-ImagenRequestStatus -Wait
        $known = Get-ImagenRequest
        $known.State | Should -Be 'Failed', 'Failed', 'Completed'
        $known[0].ErrorType | Should -Be 'content_policy_violation'
        $known[1].Error | Should -Not -BeNullOrEmpty
    }

    It 'a request of another machine works by its id alone and is not written down' {
        $sent = New-ImagenImage 'elsewhere'
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        ($sent | Receive-ImagenResult -OutputDirectory (Join-Path $TestDrive out)).State | Should -Be 'Delivered'
        $result = Receive-ImagenResult $sent.RequestId -NoDownload
        $result.State | Should -Be 'Completed'
        $result.LedgerId | Should -BeNullOrEmpty
        Get-ImagenRequest | Should -BeNullOrEmpty
    }

    It 'a ledger that cannot be read is one warning, and stops no reading' {
        $sent = 'a', 'b' | New-ImagenImage
        # What was forgotten is overwritten, so that all of the ledger is in its file; and that is of a version nobody knows yet.
        Remove-ImagenRequest -Before ([datetime]'2000-01-01') -Confirm:$false
        $future = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))
        Copy-Item (Join-Path $env:IMAGEN4_HOME ledger.db) $future
        $env:IMAGEN4_HOME = $future.FullName
        $file = [System.IO.File]::OpenWrite((Join-Path $future ledger.db))
        $file.Position = 60
        $file.Write([byte[]](0, 0, 0, 99))
        $file.Dispose()
        $seen = Watch-Command { $sent | Receive-ImagenResult -NoDownload }
        $seen.Output.State | Should -Be 'Completed', 'Completed'
        $seen.Warning | Should -HaveCount 1
        $seen.Warning | Should -BeLike 'The ledger cannot be used*version 99*'
        $seen.Error | Should -BeNullOrEmpty
        (Watch-Command { Get-ImagenRequest }).Error.FullyQualifiedErrorId | Should -BeLike 'LedgerUnavailable,*'
    }
}
