Describe 'Get-ImagenRequestStatus' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.GetImagenRequestStatusCommand'
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    It 'says what the host says: in queue with its place, in progress, completed' {
        Set-Emulator $test @{ slots = 1 }
        $requests = '[emulator:seconds=60] a', 'b', 'c' | New-ImagenImage -ThrottleLimit 1
        Wait-Until { (Get-Summary $test).running -eq 1 } 'the first one runs'
        $status = $requests | Get-ImagenRequestStatus | Sort-Object { $requests.RequestId.IndexOf($_.RequestId) }
        $status | ForEach-Object { $_ | Should -BeOfType ([Imagen4.ImagenRequestStatus]) }
        $status.State | Should -Be 'InProgress', 'InQueue', 'InQueue'
        $status[1].QueuePosition | Should -BeLessThan $status[2].QueuePosition
        $status[0].Provider | Should -Be 'emulator'
        $status[0].Model | Should -Be 'fal-ai/imagen4/preview'
        Stop-ImagenRequest $requests[0].RequestId
        ($requests[1, 2] | Get-ImagenRequestStatus -Wait).State | Should -Be 'Completed', 'Completed'
    }

    It '-Wait returns when the request has ended, and how long it took' {
        $request = New-ImagenImage '[emulator:seconds=0.5]'
        $status = $request | Get-ImagenRequestStatus -Wait
        $status.State | Should -Be 'Completed'
        $status.InferenceTime | Should -BeGreaterThan 0.4
    }

    It 'says Failed of a request that failed, with the reason, and is no error' {
        $seen = Watch-Command { New-ImagenImage '[emulator:runner_disconnected]' | Get-ImagenRequestStatus -Wait }
        $seen.Error | Should -HaveCount 0
        $seen.Output.State | Should -Be 'Failed'
        $seen.Output.Error | Should -BeLike '*Runner disconnected*'
        $seen.Output.ErrorType | Should -Be 'runner_disconnected'
    }

    It 'takes ids as arguments, one or several, and as text in the pipeline' {
        $ids = ('a', 'b' | New-ImagenImage).RequestId
        (Get-ImagenRequestStatus $ids[0]).RequestId | Should -Be $ids[0]
        (Get-ImagenRequestStatus -RequestId $ids).RequestId | Sort-Object | Should -Be ($ids | Sort-Object)
        ($ids | Get-ImagenRequestStatus).RequestId | Sort-Object | Should -Be ($ids | Sort-Object)
        (@{ request_id = $ids[0] } | Get-ImagenRequestStatus).RequestId | Should -Be $ids[0]
        ([pscustomobject]@{ request_id = $ids[0]; model = 'fal-ai/imagen4/preview/fast' } | Get-ImagenRequestStatus).Model | Should -Be 'fal-ai/imagen4/preview/fast'
    }

    It 'an id nobody knows is RequestNotFound, and the others are answered' {
        $id = (New-ImagenImage 'a').RequestId
        $seen = Watch-Command { Get-ImagenRequestStatus $UnknownId, $id }
        $seen.Error.FullyQualifiedErrorId | Should -Be "RequestNotFound,$command"
        $seen.Error.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $seen.Error.TargetObject | Should -Be $UnknownId
        $seen.Error.Exception.Message | Should -BeLike "*emulator does not know request $UnknownId of fal-ai/imagen4/preview, or no longer does."
        $seen.Output.RequestId | Should -Be $id
    }

    It '<kind> is InvalidInput, and nothing is asked' -ForEach @(
        @{ kind = 'no id'; script = { Get-ImagenRequestStatus }; message = 'There is no request id. Give one with -RequestId, or pipe objects with a property named RequestId.' }
        @{ kind = 'a path for an id'; script = { Get-ImagenRequestStatus '../../admin' }; message = "'../../admin' is not a request id." }
        @{ kind = 'an empty cell'; script = { [pscustomobject]@{ RequestId = ''; Prompt = 'p' } | Get-ImagenRequestStatus }; message = 'Row 1: *' }
        @{ kind = 'another column'; script = { [pscustomobject]@{ Id = 'x' } | Get-ImagenRequestStatus }; message = 'Row 1: the record has no request id. Its properties are: Id.' }
        @{ kind = 'a file'; script = { Get-Item $PSHOME | Get-ImagenRequestStatus }; message = 'Row 1: a folder is not a request id. *' }
        @{ kind = 'a number'; script = { 5 | Get-ImagenRequestStatus }; message = 'Row 1: an integer is not a request id. *' }
        @{ kind = 'a model that is none'; script = { Get-ImagenRequestStatus $UnknownId -Model '../x' }; message = "*'../x' is not an endpoint id such as fal-ai/imagen4/preview." }
        @{ kind = 'a malformed id among others'; script = { $UnknownId, 'no id!' | Get-ImagenRequestStatus -ErrorAction Continue 2>&1 | Where-Object { $_.FullyQualifiedErrorId -like 'InvalidInput*' } }; message = "Row 2: 'no id!' is not a request id." }
    ) {
        $seen = Watch-Command $script
        $seen.Error | Should -HaveCount 1
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -BeLike $message
        Get-Seen $test | Where-Object path -NotLike "*$UnknownId*" | Should -HaveCount 0
    }

    It 'every id of an argument is looked at, whatever is wrong with the one before' {
        $id = (New-ImagenImage 'a').RequestId
        $seen = Watch-Command { Get-ImagenRequestStatus 'no id!', $id, '' }
        $seen.Error | Should -HaveCount 2
        "$($seen.Error[0])" | Should -Be "Row 1: 'no id!' is not a request id."
        $seen.Error[0].TargetObject | Should -Be 'no id!'
        $seen.Output.RequestId | Should -Be $id
    }

    It 'a missing key ends it' {
        $seen = Watch-Command { $UnknownId, $UnknownId | Get-ImagenRequestStatus -Provider fal }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "ApiKeyMissing,$command"
        $seen.Error | Should -HaveCount 0
    }

    It 'an error that nothing marks as the host''s own is HostUnavailable, nothing is noted, and the row is paid for once' {
        Set-ImagenProvider chainhub -BaseUri "$($test.BaseUri)/chainhub" -ApiKeyVariable CHAINHUB_API_KEY
        $env:CHAINHUB_API_KEY = 'any'
        try {
            $row = [pscustomobject]@{ prompt = 'a' }
            $request = $row | New-ImagenImage -Provider chainhub
            Add-Fault $test @{ kind = 'status'; operation = 'result'; status = 400; body = @{ detail = 'upstream is overloaded' }; count = -1 }
            $seen = Watch-Command { $request | Get-ImagenRequestStatus }
            $seen.Error.FullyQualifiedErrorId | Should -Be "HostUnavailable,$command"
            $seen.Error.CategoryInfo.Category | Should -Be 'ConnectionError'
            "$($seen.Error)" | Should -Be "Request $($request.RequestId) (row 1): chainhub answers 400: upstream is overloaded. Nothing shows that this answer comes from the host itself, so the request stays as it was."
            $seen.Output | Should -HaveCount 0
            (Get-ImagenRequest).State | Should -Be 'InQueue'
            $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
            ($row | New-ImagenImage -Provider chainhub -WarningAction Ignore).RequestId | Should -Be $request.RequestId
            Get-Bill $test | Should -HaveCount 1
        }
        finally {
            $env:CHAINHUB_API_KEY = $null
            Remove-ImagenProvider chainhub
        }
    }

    It 'a provider that does not answer is named once, in a warning and in the progress' {
        $requests = '[emulator:seconds=60] a', '[emulator:seconds=60] b' | New-ImagenImage
        'stream', 'status' | ForEach-Object { Add-Fault $test @{ kind = 'status'; operation = $_; status = 503; body = ''; count = -1 } }
        $running = Start-Shell { param($ids) $ids | Get-ImagenRequestStatus -Wait -TimeoutSec 0 } (, $requests.RequestId)
        $streams = $running.Shell.Streams
        Wait-Until { $streams.Warning.Count -gt 0 } 'the user is warned' 60
        Wait-Until { @($streams.Progress.StatusDescription) -match '^0 of 2, 2 in progress, emulator has not answered since \S+ \S+Z$' } 'the progress says it'
        $streams.Warning | Should -HaveCount 1
        $streams.Warning[0].Message | Should -BeLike 'emulator has not answered since * (it answered 503). It is asked again until it answers: there is no time limit.'
        Stop-Shell $running
        $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
        $requests | Stop-ImagenRequest
    }

    It '-TimeoutSec limits -Wait' {
        $request = New-ImagenImage '[emulator:seconds=60]'
        $seen = Watch-Command { $request | Get-ImagenRequestStatus -Wait -TimeoutSec 1 }
        $seen.Error.FullyQualifiedErrorId | Should -Be "WaitTimeout,$command"
        $seen.Error.CategoryInfo.Category | Should -Be 'OperationTimeout'
        $request | Stop-ImagenRequest
    }

    It 'reads requests that went to a nested endpoint under owner and alias' {
        $request = New-ImagenImage 'a' -Model fal-ai/imagen4/preview/ultra
        ($request | Get-ImagenRequestStatus).State | Should -Be 'Completed'
        (Get-Seen $test | Where-Object method -EQ GET).path | Should -BeLike '/fal-ai/imagen4/requests/*/status*'
    }
}
