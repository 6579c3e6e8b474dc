# Rows that never left this machine: they are shown as what they are, and can be forgotten, while the process lives that tried them.

Describe 'New-ImagenImage: a host that cannot be reached' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $unsent = 'gone \([0-9.]+\) cannot be reached; nothing was sent: '

        # An address where nobody listens.
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        Set-ImagenProvider gone -Protocol FalQueue -BaseUri "http://127.0.0.1:$port"
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll {
        Remove-ImagenProvider gone
        Exit-ImagenTest $test
    }

    It 'leaves a row that can be looked at and forgotten: <from>' -ForEach @(
        @{ from = 'an argument'; run = { New-ImagenImage 'canary-fox' -Provider gone -ApiKey k } }
        @{ from = 'an argument, waiting'; run = { New-ImagenImage 'canary-fox' -Provider gone -ApiKey k -Wait } }
        @{ from = 'an argument with a key'; run = { New-ImagenImage 'canary-fox' -Key a -Provider gone -ApiKey k } }
        @{ from = 'the pipeline'; run = { 'canary-fox' | New-ImagenImage -Provider gone -ApiKey k } }
    ) {
        $seen = Watch-Command $run
        $seen.Error.FullyQualifiedErrorId | Should -Be 'HostUnavailable,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $seen.Output | Should -HaveCount 0

        $known = Get-ImagenRequest
        $known.State | Should -Be 'Failed'
        $known.RequestId | Should -BeNullOrEmpty
        $known.Error | Should -Match $unsent
        $known.ErrorType | Should -Be 'HostUnavailable'
        $known.SubmittedAt | Should -BeNullOrEmpty
        Get-ImagenRequest -Unfinished | Should -HaveCount 0
        Get-ImagenRequest -State InDoubt | Should -HaveCount 0

        # What follows requests up does not send the user in circles.
        foreach ($command in { $known | Stop-ImagenRequest -Provider gone -ApiKey k }, { $known | Receive-ImagenResult -NoDownload -ApiKey k }, { $known | Get-ImagenRequestStatus -ApiKey k }) {
            (Watch-Command $command).Error.Exception.Message | Should -Be 'Row 1: the request id is empty. Its row was refused or never reached the host, or it is in doubt, and then Resolve-ImagenRequest -LedgerId settles it.'
        }

        (Watch-Command { $known | Resolve-ImagenRequest -ApiKey k }).Error.Exception.Message | Should -BeLike '*is not in doubt: it is Failed.'
        $seen = Watch-Command { $known | Remove-ImagenRequest -Confirm:$false }
        $seen.Error | Should -HaveCount 0
        Get-ImagenRequest | Should -HaveCount 0
    }

    It 'is submitted once the host is there again, and paid for once' {
        $rows = 'one', 'two' | ForEach-Object { [pscustomobject]@{ prompt = $_ } }
        $null = Watch-Command { $rows | New-ImagenImage -Provider gone -ApiKey k }
        Set-ImagenProvider gone -BaseUri $test.BaseUri
        $null = $rows | New-ImagenImage -Provider gone -ApiKey k -WarningAction Ignore
        $null = $rows | New-ImagenImage -Provider gone -ApiKey k -WarningAction Ignore
        Set-ImagenProvider gone -BaseUri "http://127.0.0.1:$port"
        Get-Bill $test | Should -HaveCount 2
    }

    It 'is said in full once: the rows behind the first are one error, which has their records' {
        $rows = 1..5 | ForEach-Object { [pscustomobject]@{ key = "k$_"; prompt = "canary-$_" } }
        $seen = Watch-Command { $rows | New-ImagenImage -Provider gone -ApiKey k -Wait }
        $seen.Output | Should -HaveCount 0
        $seen.Thrown | Should -BeNullOrEmpty
        $seen.Error | Should -HaveCount 2
        $seen.Error.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'HostUnavailable,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $seen.Error[0].Exception.Message | Should -Match "^Row (\d), key 'k\1': $unsent"
        $seen.Error[0].ErrorDetails.RecommendedAction | Should -BeLike '*Get-ImagenProvider gone*same command*'
        $seen.Error[1].Exception.Message | Should -BeLike 'More rows that were not sent, because gone cannot be reached: 4 (row numbers: *).'
        $seen.Error[1].CategoryInfo.Category | Should -Be 'ConnectionError'
        $seen.Error.TargetObject.key | Sort-Object | Should -Be 'k1', 'k2', 'k3', 'k4', 'k5'
        $seen.Other | Should -Be 'Rows: 5. Not submitted: 5.'
        (Get-ImagenRequest).Error | Should -Match $unsent

        # What was not sent can be piped in again as it is.
        Set-ImagenProvider gone -BaseUri $test.BaseUri
        ($seen.Error.TargetObject | New-ImagenImage -Provider gone -ApiKey k -WarningAction Ignore).Key | Sort-Object | Should -Be 'k1', 'k2', 'k3', 'k4', 'k5'
        Set-ImagenProvider gone -BaseUri "http://127.0.0.1:$port"
    }

    It 'ends the command at the first row with -ErrorAction Stop' {
        { 'a', 'b', 'c' | New-ImagenImage -Provider gone -ApiKey k -ErrorAction Stop } | Should -Throw -ErrorId 'HostUnavailable,*'
    }

    It 'a stop between two tries leaves the same' {
        $running = Start-Shell { New-ImagenImage 'canary-fox' -Provider gone -ApiKey k }
        Wait-Until { Get-ImagenRequest } 'the first try is in the ledger'
        (Watch-Command { Get-ImagenRequest | Remove-ImagenRequest -Confirm:$false }).Error.Exception.Message |
            Should -BeLike 'Request * is being submitted by a process that is running, and cannot be removed yet. *'
        Stop-Shell $running
        Wait-Until { (Get-ImagenRequest).State -eq 'Failed' } 'it has been left'
        Get-ImagenRequest | Remove-ImagenRequest -Confirm:$false
        Get-ImagenRequest | Should -HaveCount 0
    }
}
