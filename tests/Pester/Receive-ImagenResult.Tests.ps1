Describe 'Receive-ImagenResult' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.ReceiveImagenResultCommand'
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'saves every image of every request' {
        $results = [pscustomobject]@{ prompt = 'a'; num_images = 4 }, [pscustomobject]@{ prompt = 'b' } | New-ImagenImage | Receive-ImagenResult -Wait -OutputDirectory $out
        $results | ForEach-Object { $_ | Should -BeOfType ([Imagen4.ImagenResult]) }
        $results.State | Should -Be 'Delivered', 'Delivered'
        Get-ChildItem $out | Should -HaveCount 5
        ($results | Where-Object Prompt -EQ 'a').Images.Path | Should -Be (1..4 | ForEach-Object { Join-Path $out "0001-a-$_.png" })
        Get-Bill $test | Should -HaveCount 2
    }

    It 'saves into the current folder where none is given' {
        $id = (New-ImagenImage 'a').RequestId
        $null = New-Item -ItemType Directory $out
        Push-Location $out
        try {
            $result = Receive-ImagenResult $id -Wait
        }
        finally {
            Pop-Location
        }
        $result.Path | Should -Be (Join-Path $out 0001-a.png)
        $result.Path | Should -Exist
    }

    It 'saves a row that has not been saved yet where it belongs, from anywhere' {
        $null = Watch-Command { 'slow [emulator:seconds=3]' | New-ImagenImage -OutputDirectory $out -TimeoutSec 1 }
        $elsewhere = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
        Push-Location $elsewhere
        try {
            $result = Get-ImagenRequest -Unfinished | Receive-ImagenResult -Wait
            $result.State, $result.Directory | Should -Be 'Delivered', $out
            $result.Path | Should -Be (Join-Path $out '0001-slow-emulator-seconds-3.png')
            Get-ChildItem $elsewhere -Force | Should -HaveCount 0
            ('slow [emulator:seconds=3]' | New-ImagenImage -OutputDirectory $out).Path | Should -Be $result.Path
            Get-Bill $test | Should -HaveCount 1
        }
        finally {
            Pop-Location
        }
    }

    It 'a directory in the place of the id ends it, with the command that was meant: <what>' -ForEach @(
        @{ what = 'a path'; run = { 'a' | New-ImagenImage | Receive-ImagenResult ./out -Wait }; next = '... | Receive-ImagenResult -OutputDirectory ./out' }
        @{ what = 'a name'; run = { 'a' | New-ImagenImage | Receive-ImagenResult pictures -Wait }; next = '... | Receive-ImagenResult -OutputDirectory pictures' }
        @{ what = 'alone'; run = { Receive-ImagenResult '~/out' }; next = 'Get-ImagenRequest -Unfinished | Receive-ImagenResult -OutputDirectory ''~/out''' }
    ) {
        Push-Location (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
        try {
            $null = New-Item -ItemType Directory pictures
            $seen = Watch-Command $run
            $seen.Thrown.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            $seen.Thrown.Exception.Message | Should -BeLike '* is a directory, not a request id. Receive-ImagenResult takes it by name.'
            $seen.Thrown.ErrorDetails.RecommendedAction | Should -BeExactly $next
            $seen.Output | Should -BeNullOrEmpty
            Get-ChildItem -Recurse -File | Should -HaveCount 0
        }
        finally {
            Pop-Location
        }
    }

    It 'brings images that have been saved back where they are, without a copy and without asking the host' {
        $saved = [pscustomobject]@{ prompt = 'a'; num_images = 2 } | New-ImagenImage $out -FileName '{Provider}/{Index}'
        $elsewhere = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
        $mark = @(Get-Seen $test).Count
        Push-Location $elsewhere
        try {
            $result = Get-ImagenRequest | Receive-ImagenResult
            Get-ImagenRequest | ForEach-Object Path | Should -Be $saved.Path
            (Get-ImagenRequest).Images.Path | Should -Be $saved.Images.Path
            $result.Images.Path | Should -Be $saved.Images.Path
            $result.State | Should -Be 'Delivered'
            $result.Cost | Should -Be $saved.Cost
            @(Get-Seen $test).Count | Should -Be $mark

            # What is gone is fetched again, to its place.
            Remove-Item $saved.Images[1].Path
            $result = Get-ImagenRequest | Receive-ImagenResult
            $result.Images.Path | Should -Be $saved.Images.Path
            (Get-FileHash $saved.Images[1].Path).Hash | Should -Be $saved.Images[1].Sha256
            Get-ChildItem $elsewhere -Force | Should -HaveCount 0
            Get-ChildItem $out -Recurse -File -Force | Should -HaveCount 2

            # With a directory, they are saved there too, once.
            $there = Get-ImagenRequest | Receive-ImagenResult -OutputDirectory there
            $null = Get-ImagenRequest | Receive-ImagenResult -OutputDirectory there
            $there.Images.Path | Should -Be (Join-Path $elsewhere there 0001-a-1.png), (Join-Path $elsewhere there 0001-a-2.png)
            Get-ChildItem $elsewhere -Recurse -File -Force | Should -HaveCount 2
            (Get-ImagenRequest).Path | Should -Be $saved.Path
        }
        finally {
            Pop-Location
        }
        Get-Bill $test | Should -HaveCount 1
    }

    It 'says so where an image is gone and its host no longer has it' {
        $saved = New-ImagenImage 'a' $out
        Remove-Item $saved.Path
        Stop-ImagenEmulator
        $emulator = Start-ImagenEmulator -Port ([uri]$test.BaseUri).Port
        $seen = Watch-Command { Get-ImagenRequest | Receive-ImagenResult }
        $seen.Error.FullyQualifiedErrorId | Should -Be "RequestNotFound,$command"
        $saved.Path | Should -Not -Exist
        $test.Emulator = $emulator
    }

    It 'finds a request under the name its provider has now: <protocol>' -ForEach @(@{ protocol = 'FalQueue' }, @{ protocol = 'FalSync' }) {
        $place = @{ Protocol = $protocol; BaseUri = "$($test.BaseUri)/$(if ($protocol -eq 'FalSync') { 'fal-sync' })"; ApiKeyVariable = 'RENAMED_KEY' }
        $env:RENAMED_KEY = 'a-key'
        try {
            Set-ImagenProvider oldname @place
            $requests = 1..2 | ForEach-Object { "a fox $_" } | New-ImagenImage -Provider oldname
            Remove-ImagenProvider oldname
            Set-ImagenProvider newname @place
            $requests | Get-ImagenRequestStatus -Wait | ForEach-Object State | Should -Be 'Completed', 'Completed'
            $results = Get-ImagenRequest -Provider oldname | Receive-ImagenResult -Wait -OutputDirectory $out
            $results.State | Should -Be 'Delivered', 'Delivered'
            $results.Path | Should -Exist
            Get-ImagenRequest -RequestId $requests.RequestId | ForEach-Object State | Should -Be 'Delivered', 'Delivered'
            Get-Bill $test | Should -HaveCount 2
        }
        finally {
            Remove-Item Env:\RENAMED_KEY
            'oldname', 'newname' | Remove-ImagenProvider -ErrorAction Ignore
        }
    }

    It '-NoDownload reads the result and saves nothing' {
        $null = New-Item -ItemType Directory $out
        Push-Location $out
        try {
            $result = New-ImagenImage 'a' | Receive-ImagenResult -Wait -NoDownload
        }
        finally {
            Pop-Location
        }
        $result.State | Should -Be 'Completed'
        $result.Path | Should -BeNullOrEmpty
        $result.Images.Uri | Should -BeLike "$($test.BaseUri)/*"
        Get-ChildItem $out -Force | Should -HaveCount 0
        Get-Seen $test | Where-Object path -Like '/_emulator/files/*' | Should -HaveCount 0
    }

    It '-NoDownload does not go with <parameter>' -ForEach @(
        @{ parameter = 'OutputDirectory'; value = 'x' }, @{ parameter = 'FileName'; value = 'x' }, @{ parameter = 'Force'; value = $true }, @{ parameter = 'Sidecar'; value = $true }
    ) {
        $given = @{ $parameter = $value }
        $seen = Watch-Command { Receive-ImagenResult $UnknownId -NoDownload @given }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Thrown.Exception.Message | Should -Be '-NoDownload saves nothing: it cannot be used with -OutputDirectory, -FileName, -Sidecar or -Force.'
        Get-Seen $test | Should -HaveCount 0
    }

    It 'without -Wait, a request that goes on is returned as it is, without an error and without a file' {
        $request = New-ImagenImage '[emulator:seconds=60]'
        $seen = Watch-Command { $request | Receive-ImagenResult -OutputDirectory $out }
        $seen.Error | Should -HaveCount 0
        $seen.Output.State | Should -Be 'InProgress'
        $seen.Output.RequestId | Should -Be $request.RequestId
        $out | Should -Not -Exist
        $request | Stop-ImagenRequest
    }

    It 'an id alone is looked for at the host that has it, whichever is the default' {
        $env:ELSEWHERE_KEY = 'a-key'
        Set-ImagenProvider elsewhere -Protocol FalQueue -BaseUri $test.BaseUri -ApiKeyVariable ELSEWHERE_KEY
        $sent = New-ImagenImage 'one' -Provider elsewhere -Model fal-ai/imagen4/preview/fast
        Set-ImagenProvider fal -BaseUri http://127.0.0.1:1 -ApiKeyVariable ELSEWHERE_KEY -Default
        try {
            (Get-ImagenRequestStatus $sent.RequestId -Wait).Provider | Should -Be 'elsewhere'
            $received = Receive-ImagenResult $sent.RequestId -NoDownload
            $received.Provider, $received.Model | Should -Be 'elsewhere', 'fal-ai/imagen4/preview/fast'

            # A key that is given is for the default provider, and for no other that nobody has named.
            $seen = Watch-Command { Get-ImagenRequestStatus $sent.RequestId -ApiKey typed -TimeoutSec 5 -Verbose }
            "$($seen.Verbose) $($seen.Error)" | Should -Not -BeLike "*$($test.BaseUri)*"
        }
        finally {
            $env:ELSEWHERE_KEY = $null
            'fal', 'elsewhere' | Remove-ImagenProvider
            Set-ImagenProvider emulator -Default
        }
    }

    It 'an id nobody knows is RequestNotFound; the others are delivered' {
        $id = (New-ImagenImage 'a').RequestId
        $seen = Watch-Command { $UnknownId, $id | Receive-ImagenResult -Wait -OutputDirectory $out }
        $seen.Error.FullyQualifiedErrorId | Should -Be "RequestNotFound,$command"
        $seen.Error.Exception.Message | Should -BeLike "*does not know request $UnknownId*"
        $seen.Output.RequestId | Should -Be $id
        $seen.Output.State | Should -Be 'Delivered'
    }

    It 'a request that failed is an error with its object beside it' {
        $seen = Watch-Command { 'forbidden', 'good' | New-ImagenImage | Receive-ImagenResult -Wait -OutputDirectory $out }
        $seen.Error.FullyQualifiedErrorId | Should -Be "ContentPolicyViolation,$command"
        $seen.Error.TargetObject.Prompt | Should -Be 'forbidden'
        ($seen.Output | Sort-Object Index).State | Should -Be 'Failed', 'Delivered'
        Get-ChildItem $out | Should -HaveCount 1
    }

    It 'an error names the request, and the row and the key of it: <from>' -ForEach @(
        @{ from = 'the record' }, @{ from = 'the ledger' }, @{ from = 'a CSV without a ledger' }
    ) {
        $sent = [pscustomobject]@{ prompt = 'a' }, [pscustomobject]@{ prompt = '[emulator:content_policy_violation]'; key = 'owl' } | New-ImagenImage -ThrottleLimit 1
        $csv = $sent[1] | ConvertTo-Csv | ConvertFrom-Csv
        if ($from -like 'a CSV*') {
            $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        }
        $record = switch -Wildcard ($from) { 'the record' { $sent[1] } 'the ledger' { $sent[1].RequestId } default { $csv } }
        $seen = Watch-Command { $record | Receive-ImagenResult -Wait -NoDownload }
        $seen.Error.Exception.Message | Should -BeLike "Request $($sent[1].RequestId) at emulator (row 2, key 'owl'): The model's checker refused it*"
    }

    It 'a cancelled request is RequestCancelled, and its state Cancelled' {
        $request = New-ImagenImage '[emulator:seconds=60]'
        $request | Stop-ImagenRequest
        $seen = Watch-Command { $request | Receive-ImagenResult -Wait -OutputDirectory $out }
        $seen.Error.FullyQualifiedErrorId | Should -Be "RequestCancelled,$command"
        $seen.Output.State | Should -Be 'Cancelled'
    }

    It 'never overwrites a file without -Force, and pays for nothing either way' {
        $request = New-ImagenImage 'a' -Key taken
        $null = New-Item -ItemType Directory $out
        Set-Content (Join-Path $out taken.png) 'mine'
        $seen = Watch-Command { $request | Receive-ImagenResult -Wait -OutputDirectory $out -FileName '{Key}' }
        $seen.Error.FullyQualifiedErrorId | Should -Be "FileExists,$command"
        $seen.Output.State | Should -Be 'Completed'
        Get-Content (Join-Path $out taken.png) | Should -Be 'mine'
        $forced = $request | Receive-ImagenResult -Wait -OutputDirectory $out -FileName '{Key}' -Force
        $forced.State | Should -Be 'Delivered'
        (Get-Item (Join-Path $out taken.png)).Length | Should -Be $forced.Images[0].FileSize
        Get-Bill $test | Should -HaveCount 1
    }

    It 'fetches again what was fetched before, to the same bytes' {
        $request = New-ImagenImage 'a'
        $first = $request | Receive-ImagenResult -Wait -OutputDirectory (Join-Path $out 1)
        $second = $request | Receive-ImagenResult -OutputDirectory (Join-Path $out 2)
        $second.Images[0].Sha256 | Should -Be $first.Images[0].Sha256
        Get-Bill $test | Should -HaveCount 1
    }

    It '-OutputDirectory that is <kind> ends it, and nothing is asked' -ForEach @(
        @{ kind = 'a file'; make = { Set-Content $out 'x'; $out }; message = 'The output directory *is a file.' }
        @{ kind = 'empty'; make = { '' }; message = '-OutputDirectory is empty.' }
        @{ kind = 'an unset variable'; make = { $null }; message = '-OutputDirectory is empty.' }
    ) {
        $directory = & $make
        $seen = Watch-Command { $UnknownId | Receive-ImagenResult -OutputDirectory $directory }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Thrown.Exception.Message | Should -BeLike $message
        Get-Seen $test | Should -HaveCount 0
    }

    It '-Force overwrites what was there before, never what it has just saved itself' {
        $requests = New-ImagenImage 'one', 'two'
        $seen = Watch-Command { $requests | Receive-ImagenResult -Wait -OutputDirectory $out -FileName same -Force -ThrottleLimit 1 }
        $seen.Error.FullyQualifiedErrorId | Should -Be "FileExists,$command"
        $seen.Error.Exception.Message | Should -BeLike '*same.png was saved by this very command for another image and is not overwritten.*'
        $seen.Output.State | Sort-Object | Should -Be 'Completed', 'Delivered'
    }
}
