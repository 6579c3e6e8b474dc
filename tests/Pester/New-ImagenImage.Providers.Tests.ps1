# Batches whose rows go to several providers: each has its own limit, and what ends submitting to one leaves the others alone.

Describe 'New-ImagenImage: several providers' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $env:IMAGEN4_TEST_KEY = 'k'

        # The same server under several names.
        function Add-Provider {
            param([string]$Name, [int]$Limit)
            Set-ImagenProvider $Name -Protocol FalQueue -BaseUri $test.BaseUri -ConcurrencyLimit $Limit -ApiKeyVariable IMAGEN4_TEST_KEY
        }

        function Get-Row {
            param([string[]]$Provider, [int]$Count)
            foreach ($number in 1..$Count) {
                foreach ($name in $Provider) {
                    [pscustomobject]@{ Provider = $name; Prompt = "$name $number" }
                }
            }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        Add-Provider left 1
        Add-Provider right 4
    }
    AfterAll {
        'left', 'right' | Remove-ImagenProvider
        $env:IMAGEN4_TEST_KEY = $null
        Exit-ImagenTest $test
    }

    It '401 at one: the rows of the other are all delivered, and the error comes at the end' {
        Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = 401; body = @{ detail = 'No user found' }; match = 'left'; count = -1 }
        $seen = Watch-Command { Get-Row left, right 15 | New-ImagenImage -Wait }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "AuthenticationFailed,$command"
        $seen.Thrown.Exception.Message | Should -BeLike '*left does not accept the key from $env:IMAGEN4_TEST_KEY: No user found'
        $seen.Error | Should -HaveCount 0
        $seen.Output | Where-Object Provider -EQ right | ForEach-Object State | Should -Be (@('Completed') * 15)
        $seen.Output | Where-Object Provider -EQ left | ForEach-Object State | Should -Be 'Rejected'
        $seen.Warning | Should -Be 'Submitting to left has ended. Rows of it that were not sent, and not paid for: 14.'
        (Get-Bill $test).input.prompt | Sort-Object | Should -Be (1..15 | ForEach-Object { "right $_" } | Sort-Object)
        Get-Seen $test | Where-Object { $_.method -eq 'POST' -and $_.status -eq 401 } | Should -HaveCount 1
    }

    It 'ten in doubt at one: the rows of the other are all delivered' {
        Add-Fault $test @{ kind = 'html'; operation = 'submit'; match = 'left'; count = -1 }
        $seen = Watch-Command { Get-Row left, right 30 | New-ImagenImage -Wait }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "HostUnavailable,$command"
        $seen.Thrown.Exception.Message | Should -BeLike 'Submitting to left has ended: 10 requests in a row are in doubt (the last: *). This command sends nothing more there. Settle them before the next one does: Get-ImagenRequest -State InDoubt | Resolve-ImagenRequest'
        $seen.Error.FullyQualifiedErrorId | Should -Be (@("SubmissionInDoubt,$command") * 10)
        $seen.Output | Where-Object Provider -EQ right | ForEach-Object State | Should -Be (@('Completed') * 30)
        $seen.Output | Where-Object Provider -EQ left | ForEach-Object State | Should -Be (@('InDoubt') * 10)
        $seen.Warning | Where-Object { $_ -like 'In doubt: 10.*' } | Should -HaveCount 1
        $seen.Warning | Should -Contain 'Submitting to left has ended. Rows of it that were not sent, and not paid for: 20.'
        Get-Bill $test | Should -HaveCount 30
    }

    It 'rows of another provider run when every one named so far has ended' {
        Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = 401; match = 'left'; count = -1 }
        $seen = Watch-Command { & { Get-Row left 5; Get-Row right 5 } | New-ImagenImage -Wait }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "AuthenticationFailed,$command"
        $seen.Output | Where-Object State -EQ Completed | ForEach-Object Provider | Should -Be (@('right') * 5)
        Get-Bill $test | Should -HaveCount 5
    }

    It 'both end: one error ends the command, the other is written beside it' {
        Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = 401; match = 'left'; count = -1 }
        Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = 403; match = 'right'; count = -1 }
        $seen = Watch-Command { Get-Row left, right 5 | New-ImagenImage }
        $ids = @($seen.Thrown; $seen.Error).FullyQualifiedErrorId | Select-Object -Unique | Sort-Object
        $ids | Should -Be "AccountLocked,$command", "AuthenticationFailed,$command"
        $seen.Error.Exception.Message -join ' ' | Should -Match 'left|right'
        Get-Bill $test | Should -HaveCount 0
    }

    It 'a provider given with -Provider ends the command at once' {
        Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = 401; match = 'fox'; count = -1 }
        $emitted = [System.Collections.Generic.List[int]]::new()
        $seen = Watch-Command {
            1..9 | ForEach-Object { $emitted.Add($_); [pscustomobject]@{ Prompt = "fox $_" } } | New-ImagenImage -Provider left -Wait
        }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "AuthenticationFailed,$command"
        $seen.Warning | Should -Be 'Submitting has ended. Rows read so far that were not sent, and not paid for: 1. No later row is sent either.'
        $emitted.Count | Should -BeLessThan 9
    }

    It 'each provider has its own number of requests under way, whatever the order of the rows' -ForEach @(
        @{ order = { Get-Row narrow, wide 40 } }
        @{ order = { Get-Row narrow 40; Get-Row wide 40 } }
    ) {
        Add-Provider narrow 2
        Add-Provider wide 40
        $running = Start-Shell {
            param($Rows)
            $Rows | New-ImagenImage -Wait
        } @(, @(& $order | Select-Object Provider, @{ Name = 'Prompt'; Expression = { "[emulator:seconds=600] $($_.Prompt)" } }))
        try {
            Wait-Until { @(Get-Bill $test).Count -ge 42 } 'each provider has all the requests under way that it may have'
            $bills = (Get-Bill $test).input.prompt
        }
        finally {
            Stop-Shell $running
            $null = Invoke-RestMethod "$($test.Admin)/reset" -Method Post
            'narrow', 'wide' | Remove-ImagenProvider
        }
        $bills | ForEach-Object { ($_ -split ' ')[1] } | Group-Object | Sort-Object Name | ForEach-Object Count | Should -Be 2, 40
    }

    It '-ThrottleLimit is the number for all of them together' {
        Set-Emulator $test @{ generation_time = 0.1 }
        $null = Invoke-RestMethod "$($test.Admin)/peak" -Method Delete
        Get-Row left, right 6 | New-ImagenImage -Wait -ThrottleLimit 3 | Should -HaveCount 12
        (Invoke-RestMethod "$($test.Admin)/peak").running | Should -BeIn (1..3)
    }

    It 'records of several providers are followed up within the limits of each' {
        (Get-Row left, right 6 | New-ImagenImage | Get-ImagenRequestStatus -Wait).State | Should -Be (@('Completed') * 12)
        Get-Bill $test | Should -HaveCount 12
    }
}
