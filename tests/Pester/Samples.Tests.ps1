# The samples, as processes of their own: what they write, what is paid for, and how they say how it went.

Describe 'samples' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $samples = (Resolve-Path (Join-Path $PSScriptRoot '../../samples')).Path

        function Invoke-Sample([string]$Name, [string[]]$Arguments, [string]$Piped) {
            $script = Join-Path $samples $Name
            $said = if ($Piped) {
                $Piped | & $PwshProgram @PwshArguments -NoProfile -NonInteractive -File $script @Arguments 2>$problems
            }
            else {
                & $PwshProgram @PwshArguments -NoProfile -NonInteractive -File $script @Arguments 2>$problems
            }
            @{ ExitCode = $LASTEXITCODE; Output = @($said); Text = "$said"; Error = Get-Content $problems -Raw }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $place = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
        $env:IMAGEN4_HOME = Join-Path $place home
        $out = Join-Path $place images
        $csv = Join-Path $place prompts.csv
        $problems = Join-Path $place problems.txt
    }
    AfterAll { Exit-ImagenTest $test }

    Context 'Submit.ps1 and Collect.ps1' {
        It 'submit now, fetch later, and pay once however often both are run' {
            Set-Content $csv "key,prompt`nfox,A red fox`nowl,A snowy owl [emulator:seconds=60]"
            1..2 | ForEach-Object { (Invoke-Sample Submit.ps1 @('-Csv', $csv)).Output[-1] | Should -Be 'Accepted: 2 of 2.' }
            $owl = Get-ImagenRequest -Key owl

            $run = Invoke-Sample Collect.ps1 @('-OutputDirectory', $out)
            $run.Text | Should -Match 'Requests still in progress: 1\. Run this again later\.'
            Get-ChildItem $out | Should -HaveCount 1

            $owl | Stop-ImagenRequest -Confirm:$false
            $run = Invoke-Sample Collect.ps1 @('-OutputDirectory', $out, '-Wait')
            $run.Text | Should -Not -Match 'still in progress'
            Get-ChildItem $out | Should -HaveCount 1
            Get-Bill $test | Should -HaveCount 2
        }
    }

    Context 'RetryFailed.ps1' {
        It 'submits again what has failed, once, and leaves alone what would be refused again' {
            Set-Content $csv "key,prompt`nfox,A red fox`nowl,A snowy owl [emulator:internal_server_error]`nelk,A secret [emulator:content_policy_violation]"
            $null = Import-Csv $csv | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
            $before = Get-Bill $test

            $run = Invoke-Sample RetryFailed.ps1 @('-OutputDirectory', $out)
            $run.Text | Should -Match '^Failed: 2\.'
            $run.Error | Should -Match 'checker refused it'
            $sent = Get-Seen $test | Where-Object { $_.method -eq 'POST' -and $_.path -like '/fal-ai/imagen4/*' }
            $sent | Should -HaveCount 4 -Because 'the row that failed is sent again, and the refused one is not'
            (Get-Bill $test).Count | Should -BeGreaterOrEqual $before.Count
            Get-ChildItem $out | Should -HaveCount 1
        }
    }

    Context 'JsonLines.ps1' {
        BeforeEach {
            $lines = '{"key":"fox","prompt":"A red fox","num_images":2}', '{"key":"owl","prompt":"A snowy owl"}', '{"key":"elk","prompt":"An elk","num_images":"five"}', '{ half a line'
        }

        It 'one line of output for each row that was sent, what went wrong on the error stream: <from>' -ForEach @(@{ from = 'a file' }, @{ from = 'standard input' }) {
            if ($from -eq 'a file') {
                Set-Content (Join-Path $place prompts.jsonl) $lines
                $run = Invoke-Sample JsonLines.ps1 @('-OutputDirectory', $out, '-Path', (Join-Path $place prompts.jsonl))
            }
            else {
                $run = Invoke-Sample JsonLines.ps1 @('-OutputDirectory', $out) ($lines -join "`n")
            }

            $run.ExitCode | Should -Be 1
            $results = $run.Output | ConvertFrom-Json
            $results.Key | Sort-Object | Should -Be 'fox', 'owl'
            $results.State | Should -Be 'Delivered', 'Delivered'
            ($results | Where-Object Key -EQ fox).Images.Count | Should -Be 2
            $run.Error | Should -Match "Row 3, key 'elk': NumImages is 'five', not a whole number"
            $run.Error | Should -Match 'Not JSON: \{ half a line'
            Get-Bill $test | Should -HaveCount 2
        }
    }

    Context 'WebhookReceiver.ps1' {
        It 'saves the images of a genuine webhook, and does nothing about a forged one' {
            $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
            $listener.Start()
            $port = $listener.LocalEndpoint.Port
            $listener.Stop()
            $address = "http://127.0.0.1:$port/done/"

            $start = [System.Diagnostics.ProcessStartInfo]::new($PwshProgram)
            @($PwshArguments + '-NoProfile', '-NonInteractive', '-File', (Join-Path $samples WebhookReceiver.ps1), '-OutputDirectory', $out, '-Prefix', $address, '-Count', '3').ForEach{ $start.ArgumentList.Add($_) }
            $start.RedirectStandardOutput = $true
            $receiver = [System.Diagnostics.Process]::Start($start)
            try {
                $receiver.StandardOutput.ReadLine() | Should -Be "Listening on $address"
                $forged = Invoke-WebRequest $address -Method Post -Body '{"request_id":"x","status":"OK"}' -SkipHttpErrorCheck
                $forged.StatusCode | Should -Be 400

                # One who breaks off in the middle of his body ends nothing.
                $caller = [System.Net.Sockets.TcpClient]::new('127.0.0.1', $port)
                $caller.LingerState = [System.Net.Sockets.LingerOption]::new($true, 0)
                $half = [System.Text.Encoding]::ASCII.GetBytes("POST /done/ HTTP/1.1`r`nHost: 127.0.0.1:$port`r`nContent-Length: 100`r`n`r`n0123456789")
                $caller.GetStream().Write($half)
                $caller.Dispose()

                $request = New-ImagenImage 'A red fox' -WebhookUri $address
                $said = $receiver.StandardOutput.ReadToEndAsync()
                $receiver.WaitForExit(60000) | Should -BeTrue
                $said.Result | Should -Match 'Delivered'
                Get-ChildItem $out | Should -HaveCount 1
                (Get-ImagenRequest -RequestId $request.RequestId).State | Should -Be 'Delivered'
            }
            finally {
                if (-not $receiver.HasExited) {
                    $receiver.Kill()
                }
            }
        }
    }
}
