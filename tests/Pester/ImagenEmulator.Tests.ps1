Describe 'The emulator' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home) -NoEmulator
        function Test-Process([int]$Id) {
            [bool](Get-Process -Id $Id -ErrorAction Ignore | Where-Object { -not $_.HasExited })
        }
    }
    AfterEach {
        Stop-ImagenEmulator -WarningAction SilentlyContinue
        Remove-Item Env:\IMAGEN4_PROVIDER -ErrorAction Ignore
    }
    AfterAll { Exit-ImagenTest $test }

    It 'starts, is the session''s default provider, and needs no key' {
        $emulator = Start-ImagenEmulator
        $emulator | Should -BeOfType ([Imagen4.ImagenEmulator])
        ([uri]$emulator.BaseUri).Host | Should -Be '127.0.0.1'
        (Get-ImagenProvider | Where-Object IsDefault).Name | Should -Be 'emulator'
        (New-ImagenImage 'a fox' -OutputDirectory (Join-Path $TestDrive out)).Path | Should -Exist
        (Invoke-RestMethod $emulator.BillLogUri).input.prompt | Should -Be 'a fox'
        (Invoke-WebRequest $emulator.PageUri).Headers.'Content-Type' | Should -BeLike 'text/html*'
        Test-Process $emulator.ProcessId | Should -BeTrue
    }

    It 'started again is the same one; what it is told then is not taken without a word' {
        $first = Start-ImagenEmulator
        $seen = Watch-Command { Start-ImagenEmulator }
        $seen.Output.ProcessId | Should -Be $first.ProcessId
        $seen.Warning | Should -HaveCount 0
        $seen = Watch-Command { Start-ImagenEmulator -Slots 2 -GenerationTime 3 }
        $seen.Output.BaseUri | Should -Be $first.BaseUri
        $seen.Warning | Should -Be 'The emulator of this session is already running, with the settings it was started with; -Slots, -GenerationTime changed nothing. Stop-ImagenEmulator stops it.'
        (Invoke-RestMethod "$($first.BaseUri)_emulator/summary").slots | Should -Be 4
    }

    It 'takes port, slots and generation time' {
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        $emulator = Start-ImagenEmulator -Port $port -Slots 2 -GenerationTime 0.25
        $emulator.BaseUri | Should -Be "http://127.0.0.1:$port/"
        $summary = Invoke-RestMethod "$($emulator.BaseUri)_emulator/summary"
        $summary.slots | Should -Be 2
        $summary.generation_time | Should -Be 0.25
    }

    It 'on a port that is taken is one clear error' {
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            $seen = Watch-Command { Start-ImagenEmulator -Port $listener.LocalEndpoint.Port }
        }
        finally {
            $listener.Stop()
        }
        $seen.Error.FullyQualifiedErrorId | Should -Be 'EmulatorUnavailable,Imagen4.PowerShell.Commands.StartImagenEmulatorCommand'
        $seen.Error.Exception.Message | Should -BeLike "The emulator ended without listening: Cannot listen on 127.0.0.1:*"
        $seen.Error.ErrorDetails.RecommendedAction | Should -Be 'Start-ImagenEmulator'
        (Get-ImagenProvider | Where-Object IsDefault).Name | Should -Be 'fal'
    }

    It 'stops; the default provider is what it was, and stopping again only warns' {
        $emulator = Start-ImagenEmulator
        Stop-ImagenEmulator | Should -BeNullOrEmpty
        Test-Process $emulator.ProcessId | Should -BeFalse
        (Get-ImagenProvider | Where-Object IsDefault).Name | Should -Be 'fal'
        $seen = Watch-Command { New-ImagenImage 'p' -Provider emulator }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be 'EmulatorUnavailable,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $seen.Thrown.Exception.Message | Should -Be "Provider 'emulator' is not running. Start-ImagenEmulator starts the emulator."
        $seen = Watch-Command { Stop-ImagenEmulator }
        $seen.Error | Should -HaveCount 0
        $seen.Warning | Should -Be 'No emulator of this session is running.'
    }

    It 'gives the session its own default back when it stops' {
        Set-ImagenProvider mine -Protocol FalQueue -BaseUri http://127.0.0.1:9 -Default
        try {
            $null = Start-ImagenEmulator
            (Get-ImagenProvider | Where-Object IsDefault).Name | Should -Be 'emulator'
            Stop-ImagenEmulator
            (Get-ImagenProvider | Where-Object IsDefault).Name | Should -Be 'mine'
        }
        finally {
            Remove-ImagenProvider mine
        }
        (Get-ImagenProvider | Where-Object IsDefault).Name | Should -Be 'fal'
    }

    It 'keeps its profile as long as it runs' {
        $null = Start-ImagenEmulator
        $seen = Watch-Command { Remove-ImagenProvider emulator }
        $seen.Error.Exception.Message | Should -Be 'The emulator is running; Stop-ImagenEmulator stops it and removes its profile.'
        (Get-ImagenProvider | Where-Object IsDefault).Name | Should -Be 'emulator'
        Stop-ImagenEmulator
    }

    # Only Linux shows the variables of another process as a file.
    It 'gets no variable of the session that it does not need' -Skip:(-not $IsLinux) {
        $env:FAL_KEY = "canary-$([guid]::NewGuid())"
        try {
            $emulator = Start-ImagenEmulator
            $variables = [System.IO.File]::ReadAllText("/proc/$($emulator.ProcessId)/environ") -split [char]0
            $variables -match '^PATH=' | Should -HaveCount 1
            $variables -match 'canary|^FAL_|^IMAGEN4_' | Should -HaveCount 0
        }
        finally {
            Remove-Item env:FAL_KEY
            Stop-ImagenEmulator -WarningAction Ignore
        }
    }

    It 'that was killed is started anew' {
        $first = Start-ImagenEmulator
        Stop-Process -Id $first.ProcessId -Force
        Wait-Until { -not (Test-Process $first.ProcessId) } 'it is gone'
        (Watch-Command { New-ImagenImage 'p' -Wait }).Thrown.Exception.Message | Should -Be "Provider 'emulator' is not running. Start-ImagenEmulator starts the emulator." -Because 'anybody may listen there now'
        $second = Start-ImagenEmulator
        $second.ProcessId | Should -Not -Be $first.ProcessId
        (New-ImagenImage 'p' -Wait).State | Should -Be 'Completed'
    }

    It '-WhatIf starts and stops nothing' {
        Start-ImagenEmulator -WhatIf | Should -BeNullOrEmpty
        (Get-ImagenProvider emulator).BaseUri | Should -BeNullOrEmpty
        $emulator = Start-ImagenEmulator
        Stop-ImagenEmulator -WhatIf
        Test-Process $emulator.ProcessId | Should -BeTrue
    }

    It 'ends with the session that started it, <how>' -ForEach @(@{ how = 'killed' }, @{ how = 'ended' }) {
        $start = [System.Diagnostics.ProcessStartInfo]::new($PwshProgram, $PwshArguments)
        $start.RedirectStandardOutput = $start.RedirectStandardInput = $true
        '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$ModuleManifest'; (Start-ImagenEmulator).ProcessId; `$null = [Console]::ReadLine()" |
            ForEach-Object { $start.ArgumentList.Add($_) }
        $parent = [System.Diagnostics.Process]::Start($start)
        $id = [int]$parent.StandardOutput.ReadLine()
        Test-Process $id | Should -BeTrue
        if ($how -eq 'killed') { $parent.Kill() } else { $parent.StandardInput.Close() }
        $parent.WaitForExit(30000) | Should -BeTrue
        Wait-Until { -not (Test-Process $id) } 'the emulator has ended with its parent'
    }

    It 'is the default provider of what the session starts, too: <kind>' -ForEach @(
        @{ kind = 'a job'; run = { Start-Job { Import-Module $using:ModuleManifest; New-ImagenImage 'a fox' -OutputDirectory $using:out } | Receive-Job -Wait -AutoRemoveJob } }
        @{ kind = 'a parallel loop'; run = { 'a fox' | ForEach-Object -Parallel { Import-Module $using:ModuleManifest; New-ImagenImage $_ -OutputDirectory $using:out } } }
        @{ kind = 'a script that a job starts'; run = {
                $script = Join-Path $TestDrive child.ps1
                Set-Content $script "Import-Module '$ModuleManifest'; New-ImagenImage 'a fox' -OutputDirectory '$out' | ConvertTo-Json"
                $command = @($PwshProgram) + $PwshArguments + '-NoProfile', '-File', $script
                Start-Job { & $args[0] $args[1..9] } -ArgumentList $command | Receive-Job -Wait -AutoRemoveJob | Out-String | ConvertFrom-Json
            }
        }
    ) {
        # With a key, and another provider in the environment, the host that costs money would be asked.
        $env:IMAGEN4_PROVIDER = 'mine'
        $emulator = Start-ImagenEmulator -GenerationTime 0
        $out = Join-Path $TestDrive ([guid]::NewGuid())
        $result = & $run
        $result.State | Should -Be 'Delivered'
        $result.Provider | Should -Be 'emulator'
        (Invoke-RestMethod $emulator.BillLogUri).input.prompt | Should -Be 'a fox'
        Stop-ImagenEmulator
        $env:IMAGEN4_PROVIDER | Should -Be 'mine'
        $env:IMAGEN4_EMULATOR | Should -BeNullOrEmpty
    }

    It 'is inherited as long as it is the one of the session, however many there were' {
        $first = Start-ImagenEmulator
        $env:IMAGEN4_EMULATOR | Should -Be $first.BaseUri
        Stop-ImagenEmulator
        $env:IMAGEN4_EMULATOR | Should -BeNullOrEmpty
        $killed = Start-ImagenEmulator
        Stop-Process -Id $killed.ProcessId -Force
        Wait-Until { -not (Test-Process $killed.ProcessId) } 'it is gone'
        $env:IMAGEN4_EMULATOR | Should -Be $killed.BaseUri -Because 'what is started now must not go to a host that costs money'
        $third = Start-ImagenEmulator
        $env:IMAGEN4_EMULATOR | Should -Be $third.BaseUri
        Stop-ImagenEmulator
        $env:IMAGEN4_EMULATOR | Should -BeNullOrEmpty
        Start-ImagenEmulator -WhatIf
        $env:IMAGEN4_EMULATOR | Should -BeNullOrEmpty
    }

    It 'that a session has inherited comes back after its own' {
        $emulator = Start-ImagenEmulator
        $lines = (Invoke-Pwsh "Import-Module '$ModuleManifest'
            function Show-Default { `$p = Get-ImagenProvider | Where-Object IsDefault; `"`$(`$p.Name) `$(`$p.BaseUri)`" }
            Show-Default; (Start-ImagenEmulator).BaseUri; Show-Default; Stop-ImagenEmulator; Show-Default
            Set-ImagenProvider fal -Default; Show-Default
            Stop-ImagenEmulator 3>&1 | ForEach-Object Message") -split "`r?`n"
        $lines[0] | Should -Be "emulator $($emulator.BaseUri)"
        $lines[1] | Should -Not -Be $emulator.BaseUri
        $lines[2] | Should -Be "emulator $($lines[1])"
        $lines[3] | Should -Be "emulator $($emulator.BaseUri)"
        $lines[4] | Should -Be 'fal https://queue.fal.run/'
        $lines[5] | Should -Be 'No emulator of this session is running.'
        Test-Process $emulator.ProcessId | Should -BeTrue
    }

    It 'outlives Ctrl+C, at an idle prompt too, and the same command continues' -Skip:$IsWindows {
        # A console sends Ctrl+C to every process of the group in the foreground: this session is the first of its own.
        $start = New-ConsoleStart '-NoProfile', '-NonInteractive', '-Command', '-'
        $start.RedirectStandardOutput = $start.RedirectStandardInput = $true
        $session = [System.Diagnostics.Process]::Start($start)
        function Send-Line([string]$Line) { $session.StandardInput.WriteLine($Line) }
        function Send-Interrupt { & sh -c "kill -INT -$($session.Id)" }

        # Sends a line until the session has answered it with a mark: an interrupt can also hit the line sent after it.
        $script:reading = $null
        function Read-Mark([string]$Name, [string]$Line) {
            foreach ($attempt in 1..6) {
                Send-Line $Line
                $deadline = [datetime]::UtcNow.AddSeconds(10)
                for ($left = $deadline - [datetime]::UtcNow; $left -gt 0; $left = $deadline - [datetime]::UtcNow) {
                    $script:reading ??= $session.StandardOutput.ReadLineAsync()
                    if (-not $script:reading.Wait($left)) { break }
                    $text, $script:reading = $script:reading.Result, $null
                    if ($null -eq $text) { return "the session ended before $Name" }
                    if ($text -match "mark $Name (.*)") { return $Matches[1] }
                }
            }
            "the session is silent about $Name"
        }
        Send-Line 'Add-Type ''public static class Group { [System.Runtime.InteropServices.DllImport("libc")] public static extern int setpgid(int process, int group); }'''
        Send-Line "Import-Module '$ModuleManifest'; `$null = [Group]::setpgid(0, 0); `$emulator = Start-ImagenEmulator"
        $bills = Read-Mark bills '"mark bills $($emulator.BillLogUri)"'
        $id = Read-Mark process '"mark process $($emulator.ProcessId)"'

        $batch = "'[emulator:seconds=8] a fox' | New-ImagenImage -OutputDirectory '$(Join-Path $TestDrive interrupted)'"
        Send-Line $batch
        Wait-Until { Invoke-RestMethod $bills } 'the emulator has the request'
        Send-Interrupt
        Read-Mark idle '"mark idle $($emulator.ProcessId) $(@(Get-ImagenRequest)[-1].State)"' | Should -BeIn "$id InQueue", "$id InProgress" -Because 'the batch was stopped'
        Test-Process $id | Should -BeTrue
        Send-Interrupt
        Read-Mark result "`"mark result `$(($batch).State)`"" | Should -Be 'Delivered'
        (Invoke-RestMethod $bills) -split "`n" | Where-Object { $_ } | Should -HaveCount 1
        $session.StandardInput.Close()
        $session.WaitForExit(30000) | Should -BeTrue
        Wait-Until { -not (Test-Process $id) } 'the emulator has ended with its session'
    }
}
