Describe 'Stop-ImagenRequest' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.StopImagenRequestCommand'
        $long = '[emulator:seconds=60]'
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    It 'cancels requests, running and waiting, and returns nothing' {
        Set-Emulator $test @{ slots = 1 }
        $requests = "$long a", "$long b" | New-ImagenImage
        $requests | Stop-ImagenRequest | Should -BeNullOrEmpty
        $seen = Watch-Command { $requests | Receive-ImagenResult -Wait -NoDownload }
        $seen.Output.State | Should -Be 'Cancelled', 'Cancelled'
        Wait-Until { $now = Get-Summary $test; $now.running + $now.waiting -eq 0 } 'the emulator has nothing left to do'
    }

    It '-PassThru returns the state after the host was asked' {
        $request = New-ImagenImage $long
        $status = $request | Stop-ImagenRequest -PassThru
        $status | Should -BeOfType ([Imagen4.ImagenRequestStatus])
        $status.RequestId | Should -Be $request.RequestId
        $status.State | Should -Be 'Cancelled'
        ($request | Get-ImagenRequestStatus).State | Should -Be 'Cancelled'
    }

    It 'a status that says only COMPLETED is no end: the result tells that it was cancelled, and the row can be submitted again' {
        $row = [pscustomobject]@{ prompt = $long }
        $request = $row | New-ImagenImage
        Add-Fault $test @{ kind = 'status'; operation = 'status'; status = 200; body = @{ status = 'COMPLETED' }; count = -1 }
        ($request | Stop-ImagenRequest -PassThru).State | Should -Be 'Cancelled'
        (Get-ImagenRequest).State | Should -Be 'Cancelled'
        ($row | New-ImagenImage).RequestId | Should -Not -Be $request.RequestId
        Get-Bill $test | Should -HaveCount 2
    }

    It '-WhatIf asks nothing' {
        $request = New-ImagenImage $long
        $before = @(Get-Seen $test).Count
        $said = Invoke-Pwsh "
            Import-Module '$ModuleManifest'
            Set-ImagenProvider here -Protocol FalQueue -BaseUri '$($test.BaseUri)' -Default
            Stop-ImagenRequest $($request.RequestId) -ApiKey k -WhatIf"
        $said | Should -Be "What if: Performing the operation `"Cancel the request at here`" on target `"'$long' (request $($request.RequestId))`"."
        Get-Seen $test | Should -HaveCount $before
        ($request | Get-ImagenRequestStatus).State | Should -Be 'InProgress'
        $request | Stop-ImagenRequest
    }

    It 'a request that has ended is AlreadyCompleted, and keeps its result' {
        $request = New-ImagenImage 'a'
        $seen = Watch-Command { $request | Stop-ImagenRequest }
        $seen.Error.FullyQualifiedErrorId | Should -Be "AlreadyCompleted,$command"
        $seen.Error.CategoryInfo.Category | Should -Be 'InvalidOperation'
        $seen.Error.Exception.Message | Should -BeLike "*Request $($request.RequestId) had ended before it could be cancelled."
        $seen.Error.ErrorDetails.RecommendedAction | Should -BeLike '*Receive-ImagenResult*'
        ($request | Receive-ImagenResult -NoDownload).State | Should -Be 'Completed'
    }

    It 'an id nobody knows is RequestNotFound; the others are cancelled' {
        $request = New-ImagenImage $long
        $seen = Watch-Command { Stop-ImagenRequest $UnknownId, $request.RequestId }
        $seen.Error.FullyQualifiedErrorId | Should -Be "RequestNotFound,$command"
        $seen.Error.TargetObject | Should -Be $UnknownId
        (Watch-Command { $request | Receive-ImagenResult -Wait -NoDownload }).Output.State | Should -Be 'Cancelled'
    }

    It 'one line says how many were cancelled, on the information stream alone' {
        $requests = "$long a", "$long b" | ForEach-Object { [pscustomobject]@{ Prompt = $_ } } | New-ImagenImage -ThrottleLimit 1
        $ended = New-ImagenImage 'ended'
        Wait-Until { ($ended.StatusUri | ForEach-Object { Invoke-RestMethod $_ -Headers @{ Authorization = 'Key k' } }).status -eq 'COMPLETED' } 'the host has finished'
        $seen = Watch-Command { Get-ImagenRequest -Unfinished | Stop-ImagenRequest }
        $seen.Output | Should -BeNullOrEmpty
        $seen.Other | Should -Be 'Requests cancelled: 2. Had already ended: 1. Could not be cancelled: 0. To fetch what had ended: Get-ImagenRequest -State Completed | Receive-ImagenResult -OutputDirectory ./out'
        $seen.Error | Should -HaveCount 0

        # What had ended is known now, and is still to be fetched.
        (Get-ImagenRequest -Unfinished).State | Should -Be 'Completed'
        (Watch-Command { Stop-ImagenRequest $ended.RequestId }).Other | Should -BeNullOrEmpty
    }

    It 'of several requests those that had ended are counted, named with -Verbose, and returned with -PassThru: <from>' -ForEach @(
        @{ from = 'the pipeline'; stop = { $ended, $request | Stop-ImagenRequest -PassThru -Verbose } }
        @{ from = 'arguments'; stop = { Stop-ImagenRequest $ended.RequestId, $request.RequestId -PassThru -Verbose } }
    ) {
        $ended = New-ImagenImage 'ended'
        $request = New-ImagenImage $long
        Wait-Until { ($ended.StatusUri | ForEach-Object { Invoke-RestMethod $_ -Headers @{ Authorization = 'Key k' } }).status -eq 'COMPLETED' } 'the host has finished'
        $seen = Watch-Command $stop
        $seen.Error | Should -HaveCount 0
        $seen.Verbose -like "*Request $($ended.RequestId) had ended before it could be cancelled." | Should -HaveCount 1
        $states = @{}
        $seen.Output.ForEach{ $states[$_.RequestId] = $_.State }
        $states[$ended.RequestId] | Should -Be 'Completed'
        $states[$request.RequestId] | Should -Be 'Cancelled'
    }

    It 'a single request that had ended is an error also with -ErrorAction Stop, and with -PassThru it is returned' {
        $ended = New-ImagenImage 'ended'
        Wait-Until { ($ended.StatusUri | ForEach-Object { Invoke-RestMethod $_ -Headers @{ Authorization = 'Key k' } }).status -eq 'COMPLETED' } 'the host has finished'
        { $ended | Stop-ImagenRequest -ErrorAction Stop } | Should -Throw -ErrorId "AlreadyCompleted,$command"
        $seen = Watch-Command { $ended | Stop-ImagenRequest -PassThru }
        $seen.Output.State | Should -Be 'Completed'
        $seen.Error.FullyQualifiedErrorId | Should -Be "AlreadyCompleted,$command"
    }

    It 'the line does not get into redirected output, unless it is asked for' {
        $request = New-ImagenImage $long
        $said = Invoke-Pwsh "
            Import-Module '$ModuleManifest'
            Set-ImagenProvider emulator -Protocol FalQueue -BaseUri '$($test.BaseUri)' -Default
            $($request.RequestId | ForEach-Object { "'$_'" }) | Stop-ImagenRequest -InformationAction Continue
            $($request.RequestId | ForEach-Object { "'$_'" }) | Stop-ImagenRequest -ErrorAction Ignore"
        @($said -split '\r?\n' | Where-Object { $_ -like 'Requests cancelled*' }) | Should -Be 'Requests cancelled: 1. Had already ended: 0. Could not be cancelled: 0.'
    }

    It 'an error names the row and the key of the request' {
        $ended = [pscustomobject]@{ Key = 'fox'; Prompt = 'ended' } | New-ImagenImage
        Wait-Until { ($ended.StatusUri | ForEach-Object { Invoke-RestMethod $_ -Headers @{ Authorization = 'Key k' } }).status -eq 'COMPLETED' } 'the host has finished'
        (Watch-Command { Stop-ImagenRequest $ended.RequestId }).Error.Exception.Message |
            Should -Be "Row 1, key 'fox': Request $($ended.RequestId) had ended before it could be cancelled."
    }
}
