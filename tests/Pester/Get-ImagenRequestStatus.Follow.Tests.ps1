Describe 'Get-ImagenRequestStatus -Follow and -Logs' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.GetImagenRequestStatusCommand'
        $net = [timespan]::FromSeconds(20)
        $lines = 'Generating with fal-ai/imagen4/preview', 'Sampling: 25 %', 'Sampling: 50 %', 'Sampling: 75 %', 'Finished with 1 image(s)'
        $left = [System.Collections.Generic.List[Imagen4.ImagenRequest]]::new()
        # Requests that go on until the end of the test.
        function New-LongRequest([int]$Count = 1) {
            1..$Count | ForEach-Object { "[emulator:seconds=60] $_" } | New-ImagenImage | ForEach-Object { $left.Add($_); $_ }
        }
        function Disable-Stream {
            Add-Fault $test @{ kind = 'status'; operation = 'stream'; status = 404; count = -1 }
        }
    }
    BeforeEach { Reset-Emulator $test }
    AfterEach {
        $left | Stop-ImagenRequest
        $left.Clear()
    }
    AfterAll { Exit-ImagenTest $test }

    Context '-Follow' {
        It 'returns every change in its order, and the end once: <way>' -ForEach @(@{ way = 'by the stream' }, @{ way = 'by asking' }) {
            if ($way -eq 'by asking') { Disable-Stream }
            Set-Emulator $test @{ slots = 1 }
            $requests = '[emulator:seconds=0.7] a', '[emulator:seconds=0.7] b', '[emulator:seconds=3] c' | New-ImagenImage -ThrottleLimit 1
            $status = $requests[2] | Get-ImagenRequestStatus -Follow
            $status | ForEach-Object { $_ | Should -BeOfType ([Imagen4.ImagenRequestStatus]) }
            $status.RequestId | Select-Object -Unique | Should -Be $requests[2].RequestId
            $status.Provider | Select-Object -Unique | Should -Be 'emulator'
            $seen = $status | ForEach-Object { "$($_.State) $($_.QueuePosition)".Trim() }
            $seen | Should -Be ($seen | Select-Object -Unique) -Because 'a change is told once'
            $seen[0] | Should -BeLike 'InQueue *'
            $seen[-2, -1] | Should -Be 'InProgress', 'Completed'
            $queue = @($status | Where-Object State -EQ InQueue).QueuePosition
            $queue | Should -Be ($queue | Sort-Object -Descending)
            $queue.Count | Should -BeGreaterThan 1
            $status[-1].InferenceTime | Should -BeGreaterThan 0.5
            @($status | Where-Object { $_.Logs.Count }) | Should -HaveCount 0
        }

        It 'a request that has ended is one object' {
            $request = New-ImagenImage 'a'
            $null = $request | Receive-ImagenResult -Wait -NoDownload
            ($request | Get-ImagenRequestStatus -Follow).State | Should -Be 'Completed'
        }

        It 'with -Logs every line comes once, with the change it belongs to: <way>' -ForEach @(@{ way = 'by the stream' }, @{ way = 'by asking' }) {
            if ($way -eq 'by asking') { Disable-Stream }
            $status = New-ImagenImage '[emulator:seconds=1.5]' | Get-ImagenRequestStatus -Follow -Logs
            $status.Logs.Message | Should -Be $lines
            $status[-1].State | Should -Be 'Completed'
            @($status | Where-Object State -EQ Completed) | Should -HaveCount 1
            @($status | Where-Object { $_.Logs.Count -and $_.State -eq 'InProgress' }).Count | Should -BeGreaterThan 1
        }

        It 'follows many requests side by side, each to its end, once' {
            $ids = (1..30 | ForEach-Object { "[emulator:seconds=0.3] $_" } | New-ImagenImage).RequestId
            $status = $ids | Get-ImagenRequestStatus -Follow -Logs -ThrottleLimit 8
            $groups = $status | Group-Object RequestId
            $groups | Should -HaveCount 30
            foreach ($group in $groups) {
                @($group.Group | Where-Object State -EQ Completed) | Should -HaveCount 1
                $group.Group[-1].State | Should -Be 'Completed'
                $group.Group.Logs.Message | Should -Be $lines
            }
        }

        It 'hands a change on while the request goes on' {
            $running = Start-Shell { param($id) Get-ImagenRequestStatus $id -Follow } (New-LongRequest).RequestId
            Wait-Until { $running.Output.Count -and $running.Output[$running.Output.Count - 1].State -eq 'InProgress' } 'the change comes'
            Stop-Shell $running
        }

        It 'a slow reader holds it up and loses nothing' {
            $states = [System.Collections.Generic.List[string]]::new()
            $request = New-ImagenImage '[emulator:seconds=0.6]'
            $request | Get-ImagenRequestStatus -Follow -Logs | ForEach-Object {
                if (-not $states.Count) {
                    # The first change is held until the request has ended at the host.
                    Wait-Until { (Get-Summary $test).running -eq 0 } 'the request has ended'
                }
                $states.Add($_.State)
                $_
            } | ForEach-Object Logs | ForEach-Object Message | Should -Be $lines
            $states[-1] | Should -Be 'Completed'
        }

        It 'a request that fails ends it, in the state Failed, and is no error' {
            $seen = Watch-Command { New-ImagenImage '[emulator:runner_disconnected]' | Get-ImagenRequestStatus -Follow }
            $seen.Error | Should -HaveCount 0
            $seen.Output[-1].State | Should -Be 'Failed'
            $seen.Output[-1].ErrorType | Should -Be 'runner_disconnected'
        }

        It '-TimeoutSec limits it: the changes so far, and WaitTimeout' {
            $request = New-LongRequest
            $seen = Watch-Command { $request | Get-ImagenRequestStatus -Follow -TimeoutSec 1 }
            $seen.Error.FullyQualifiedErrorId | Should -Be "WaitTimeout,$command"
            $seen.Error.TargetObject | Should -Be $request
            $seen.Output[-1].State | Should -Be 'InProgress'
        }

        It 'Ctrl+C ends it' {
            $running = Start-Shell { param($ids) $ids | Get-ImagenRequestStatus -Follow } (, (New-LongRequest 2).RequestId)
            Wait-Until { $running.Output.Count -ge 2 } 'both are followed'
            Stop-Shell $running
            $running.Output.RequestId | Sort-Object -Unique | Should -Be ($left.RequestId | Sort-Object)
        }

        It 'Ctrl+C ends it while nobody takes the changes' {
            $entered = [System.Threading.ManualResetEventSlim]::new()
            $running = Start-Shell {
                param($entered, $id)
                Get-ImagenRequestStatus $id -Follow -Logs |
                    ForEach-Object { $entered.Set(); while ($true) { Start-Sleep -Milliseconds 10 } }
            } $entered, (New-LongRequest).RequestId
            $entered.Wait($net) | Should -BeTrue
            Stop-Shell $running
        }

        It 'Select-Object -First ends it' {
            (New-LongRequest | Get-ImagenRequestStatus -Follow | Select-Object -First 1).State | Should -BeIn 'InQueue', 'InProgress'
        }

        It 'cannot go with -Wait:$false' {
            $seen = Watch-Command { Get-ImagenRequestStatus $UnknownId -Follow -Wait:$false }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
            Get-Seen $test | Should -HaveCount 0
        }
    }

    Context '-Logs' {
        It 'brings every line there is, once' {
            $request = New-ImagenImage '[emulator:seconds=0.5]'
            $waited = $request | Get-ImagenRequestStatus -Wait -Logs
            $waited.Logs.Message | Should -Be $lines
            $waited.Logs[0].Level | Should -Be 'INFO'
            $waited.Logs[0].Timestamp | Should -BeOfType ([datetime])
            ($request | Get-ImagenRequestStatus -Logs).Logs.Message | Should -Be $lines
        }

        It 'brings them while the request runs, and none while it waits' {
            Set-Emulator $test @{ slots = 1 }
            $requests = @(New-LongRequest) + @(New-ImagenImage 'b')
            Wait-Until { ($requests[0] | Get-ImagenRequestStatus).State -eq 'InProgress' } 'the first one runs'
            ($requests[0] | Get-ImagenRequestStatus -Logs).Logs.Message | Should -Be $lines[0]
            ($requests[1] | Get-ImagenRequestStatus -Logs).Logs | Should -HaveCount 0
        }

        It 'without it there are none, and the host is not asked for them' {
            $request = New-ImagenImage 'a'
            ($request | Get-ImagenRequestStatus -Wait).Logs | Should -HaveCount 0
            (Get-Seen $test).path | Where-Object { $_ -like '*logs=1*' } | Should -HaveCount 0
        }

        It 'they survive CSV, JSON and CLIXML' {
            $status = New-ImagenImage '[emulator:seconds=0.5]' | Get-ImagenRequestStatus -Wait -Logs
            foreach ($line in $lines) {
                ($status | ConvertTo-Csv | ConvertFrom-Csv).Logs | Should -BeLike "*$line*"
            }
            ($status | ConvertTo-Json -Depth 5 | ConvertFrom-Json).Logs.Message | Should -Be $lines
            $status | Export-Clixml (Join-Path $TestDrive status.xml)
            (Import-Clixml (Join-Path $TestDrive status.xml)).Logs.Message | Should -Be $lines
        }
    }
}
