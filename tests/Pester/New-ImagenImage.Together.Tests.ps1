# Several commands at once: in one folder, at the same rows, after one that was killed.

Describe 'New-ImagenImage, together with others' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
    }
    BeforeEach {
        Reset-Emulator $test -Slots 400
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'two sessions that save under the same names never overwrite each other''s images' {
        Set-Emulator $test @{ generation_time = 2 }
        $sessions = 'first', 'second' | ForEach-Object {
            Start-Shell {
                param($who, $out)
                1..100 | ForEach-Object { "$who $_ [emulator:pixels=16]" } |
                    New-ImagenImage -OutputDirectory $out -FileName '{Index}' -ThrottleLimit 100
            } $_, $out
        }
        Wait-Until { $sessions.Shell.InvocationStateInfo.State -notcontains 'Running' } 'both have ended' -Seconds 120
        $results = $sessions.Output
        $errors = $sessions.Shell.Streams.Error
        $results | Should -HaveCount 200
        Get-Bill $test | Should -HaveCount 200
        $delivered = $results | Where-Object State -EQ Delivered
        $delivered | Should -HaveCount 100
        $delivered.Path | Sort-Object -Unique | Should -HaveCount 100
        foreach ($image in $delivered.Images) {
            (Get-FileHash $image.Path).Hash | Should -Be $image.Sha256
        }
        # The others are paid for, and can be received under other names.
        $late = $results | Where-Object State -NE Delivered
        $late.State | Sort-Object -Unique | Should -Be 'Completed'
        $errors.FullyQualifiedErrorId | Sort-Object -Unique | Should -Be "FileExists,$command"
        ($late | Receive-ImagenResult -OutputDirectory $out).State | Sort-Object -Unique | Should -Be 'Delivered'
        Get-ChildItem $out -File -Force | Should -HaveCount 200
        Get-Bill $test | Should -HaveCount 200
    }

    It 'a row that another command holds is waited for no longer than -TimeoutSec, and who holds it is said' {
        $row = '[emulator:seconds=600] held'
        $holder = Start-Shell { param($row) $row | New-ImagenImage -Wait } $row
        Wait-Until { Get-ImagenRequest -State InQueue, InProgress } 'it is accepted'
        $seen = Watch-Command { $row | New-ImagenImage -Wait -TimeoutSec 6 }
        $who = "process $PID on $([Environment]::MachineName) (since $([datetime]::UtcNow.Year)-"
        @($seen.Warning | Where-Object { $_ -like "Rows of this batch are being worked on by *$who* but waits for their results, for 6 s at most (-TimeoutSec)." }) | Should -HaveCount 1
        $seen.Error.FullyQualifiedErrorId | Should -Be "WaitTimeout,$command"
        $seen.Error.CategoryInfo.Category | Should -Be 'OperationTimeout'
        $seen.Error.Exception.Message | Should -BeLike "Row 1, request *: The row is still being worked on by *$who*, after a wait of 6 s. This command has submitted nothing for it; *"
        $seen.Output.State | Should -BeIn 'InQueue', 'InProgress'
        $seen.Output.RequestId | Should -Be (Get-Bill $test).request_id
        Stop-Shell $holder
        $seen.Output | Stop-ImagenRequest
    }

    It 'what is kept of a host that says its results once is found after its provider was renamed' {
        $where = "$($test.BaseUri)/fal-sync"
        Set-ImagenProvider once -Protocol FalSync -BaseUri $where
        $sent = 'kept' | New-ImagenImage -Provider once -ApiKey k
        Remove-ImagenProvider once
        Set-ImagenProvider later -Protocol FalSync -BaseUri "$where/"
        ($sent.RequestId | Get-ImagenRequestStatus -Provider later -ApiKey k).State | Should -Be 'Completed'
        $result = Receive-ImagenResult $sent.RequestId -Provider later -ApiKey k -OutputDirectory $out
        $result.State | Should -Be 'Delivered'

        # The row, too: it is continued, and nothing is paid for again.
        $again = 'kept' | New-ImagenImage -Provider later -ApiKey k -WarningAction Ignore
        $again.RequestId | Should -Be $sent.RequestId
        Get-Bill $test | Should -HaveCount 1
        Remove-ImagenProvider later
    }

    It 'what a killed command left of an image goes when the request is forgotten, and what a living one is writing stays' {
        $result = 'a fox' | New-ImagenImage -OutputDirectory $out
        $left = Join-Path $out ".$($result.RequestId).$([guid]::NewGuid().ToString('N')).partial"
        $living = Join-Path $out ".$($result.RequestId).$([guid]::NewGuid().ToString('N')).partial"
        Set-Content $left 'half an image'
        $writing = [System.IO.FileStream]::new($living, 'CreateNew', 'ReadWrite', 'Read, Delete')
        $result | Remove-ImagenRequest -Confirm:$false
        $writing.Dispose()
        Get-ChildItem $out -Force | ForEach-Object FullName | Sort-Object | Should -Be ($result.Path, $living | Sort-Object)
    }
}
