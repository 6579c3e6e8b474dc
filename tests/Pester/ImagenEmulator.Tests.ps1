Describe 'The emulator' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home) -NoEmulator
        function Test-Process([int]$Id) {
            [bool](Get-Process -Id $Id -ErrorAction Ignore | Where-Object { -not $_.HasExited })
        }
    }
    AfterEach { Stop-ImagenEmulator -WarningAction SilentlyContinue }
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
        $seen.Warning | Should -Be 'The emulator of this session runs already, as it was started; -Slots, -GenerationTime changed nothing. Stop-ImagenEmulator ends it.'
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
        $seen.Error.Exception.Message | Should -Be 'The emulator is running; Stop-ImagenEmulator ends it and takes its profile away.'
        (Get-ImagenProvider | Where-Object IsDefault).Name | Should -Be 'emulator'
        Stop-ImagenEmulator
    }

    It 'that was killed is started anew' {
        $first = Start-ImagenEmulator
        Stop-Process -Id $first.ProcessId -Force
        Wait-Until { -not (Test-Process $first.ProcessId) } 'it is gone'
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
}
