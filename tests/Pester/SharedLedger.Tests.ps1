# The ledger on a PostgreSQL server of the test's own: machines that share a batch, one that dies, and all that can be wrong with it.

BeforeDiscovery {
    . $PSScriptRoot/../../build/PostgresServer.ps1
    $isMissing = -not (Find-PostgresProgram)
    if ($isMissing) {
        Write-Warning "NOT RUN: a ledger that machines share. PostgreSQL's programs (initdb, postgres) are not installed."
    }
}

Describe 'A ledger that machines share' -Skip:$isMissing {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        . $PSScriptRoot/../../build/PostgresServer.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $server = Start-PostgresServer
        $name = [Environment]::MachineName
        $certificate = Set-PostgresCertificate $server $name
        Enable-PostgresTls $server @(
            'host all worker 127.0.0.1/32 scram-sha-256'
            'hostssl all worker samehost scram-sha-256'
        )
        $null = Invoke-PostgresSql $server "CREATE ROLE worker LOGIN PASSWORD 's3cret-of-the-ledger'; CREATE ROLE visitor LOGIN"
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $machines = [System.Collections.Generic.List[System.Diagnostics.Process]]::new()

        # A process with a state folder of its own, as another machine has; it ends with a kill at the latest.
        function Start-Machine([string]$Name, [string]$Script) {
            $encoded = [Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes("`$ProgressPreference = 'SilentlyContinue'; Import-Module '$ModuleManifest'; $Script"))
            $start = [System.Diagnostics.ProcessStartInfo]::new($PwshProgram)
            @($PwshArguments + '-NoProfile', '-NonInteractive', '-EncodedCommand', $encoded).ForEach{ $start.ArgumentList.Add($_) }
            $start.Environment['IMAGEN4_HOME'] = Join-Path $TestDrive $Name
            $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            $process = [System.Diagnostics.Process]::Start($start)
            $machines.Add($process)
            @{ Process = $process; Output = $process.StandardOutput.ReadToEndAsync(); Error = $process.StandardError.ReadToEndAsync() }
        }

        function Stop-Machine([hashtable]$Machine) {
            $Machine.Process.Kill()
            $Machine.Process.WaitForExit()
        }

        # What the ledger says of each row, as its database has it.
        function Get-State {
            if (-not (Invoke-PostgresSql $server "SELECT to_regclass('imagen4.request')" $database)) {
                return @{}
            }
            @(Invoke-PostgresSql $server 'SELECT row_key, state FROM imagen4.request JOIN imagen4.progress ON request = id ORDER BY row_key' $database) | ConvertFrom-Csv -Delimiter '|' -Header Key, State |
                ForEach-Object { $states = @{} } { $states[$_.Key] = [int]$_.State } { $states }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $database = "d$([guid]::NewGuid().ToString('N'))"
        $null = Invoke-PostgresSql $server "CREATE DATABASE $database"
        $env:IMAGEN4_LEDGER = "Host=127.0.0.1;Port=$($server.Port);Database=$database;Username=tester"
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterEach {
        $machines.Where{ -not $_.HasExited }.ForEach{ $_.Kill(); $_.WaitForExit() }
        Remove-Item Env:\PGPASSWORD, Env:\IMAGEN4_LEDGER -ErrorAction Ignore
        Set-ImagenLedger -Reset
    }
    AfterAll {
        Remove-PostgresServer $server
        Exit-ImagenTest $test
    }

    It 'two at the same time pay once for each row, and both return every one' {
        Set-Emulator $test @{ generation_time = 0.2 }
        $script = "1..20 | ForEach-Object { [pscustomobject]@{ key = `$_; prompt = `"a fox `$_`" } } | New-ImagenImage -OutputDirectory '$out' -ThrottleLimit 5 | ForEach-Object State"
        $both = 'left', 'right' | ForEach-Object { Start-Machine $_ $script }
        foreach ($one in $both) {
            $one.Process.WaitForExit()
            @($one.Output.Result.Trim() -split '\s+') | Should -Be (@('Delivered') * 20) -Because $one.Error.Result
        }
        Get-Bill $test | Should -HaveCount 20
        (Get-ChildItem $out -File) | Should -HaveCount 20
        Join-Path $TestDrive left ledger.db | Should -Not -Exist
        $ledger = Get-ImagenLedger -Verify
        $ledger.Kind | Should -Be 'PostgreSQL'
        $ledger.Delivered | Should -Be 20
        $ledger.IsIntact | Should -BeTrue
    }

    It 'when one is killed, the other finishes its rows or reports them in doubt, and pays for none again' {
        $csv = Join-Path $TestDrive rows.csv
        @(
            'key,prompt'
            'saved,saved'
            'running,[emulator:seconds=12] running'
            'taken,taken'
            'lost,lost'
            'saving,saving'
            'throttled,throttled'
            'later,[emulator:seconds=12] later'
            'last,last'
        ) | Set-Content $csv

        # The host takes the one and not the other, and neither hears of it; of the third, the image hangs, and its place goes to the row
        # that takes its time; the fourth is to come later.
        Add-Fault $test @{ operation = 'submit'; kind = 'hang'; after_accept = $true; match = 'taken' }
        Add-Fault $test @{ operation = 'submit'; kind = 'hang'; after_accept = $false; match = 'lost' }
        Add-Fault $test @{ operation = 'download'; kind = 'hang'; match = 'saving' }
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 429; headers = @{ 'Retry-After' = '60' }; match = 'throttled' }
        $run = "Import-Csv '$csv' | New-ImagenImage -OutputDirectory '$out' -ThrottleLimit 5"
        $first = Start-Machine first $run
        Wait-Until {
            $state = Get-State
            $state.saved -eq 13 -and $state.running -in 6, 14 -and $state.taken -eq 1 -and $state.lost -eq 1 -and $state.saving -ge 9 -and $state.throttled -eq 3
        } 'each row is at its step' -Seconds 60
        Stop-Machine $first
        (Get-State).ContainsKey('last') | Should -BeFalse -Because 'the limit kept it from being taken'

        $env:IMAGEN4_HOME = Join-Path $TestDrive second
        $seen = Watch-Command { Import-Csv $csv | New-ImagenImage -OutputDirectory $out }
        $seen.Thrown | Should -BeNullOrEmpty
        $seen.Output | Should -HaveCount 8
        $result = @{}
        $seen.Output.ForEach{ $result[$_.Key] = $_.State }
        'saved', 'running', 'saving', 'throttled', 'later', 'last' | ForEach-Object { $result[$_] | Should -Be 'Delivered' -Because $_ }

        # In doubt they are reported, unless the host's list of requests says already what became of them.
        foreach ($key in 'taken', 'lost') {
            if ($result[$key] -ne 'Delivered') {
                $result[$key] | Should -Be 'InDoubt'
                $seen.Error.FullyQualifiedErrorId | Should -Contain "SubmissionInDoubt,$command"
            }
        }
        Get-ImagenRequest -State InDoubt | Resolve-ImagenRequest | Out-Null
        $again = Import-Csv $csv | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $again | Should -HaveCount 8
        $again.State | Sort-Object -Unique | Should -Be 'Delivered'
        (Get-Bill $test).request_id | Sort-Object | Should -Be ($again.RequestId | Sort-Object)
    }

    It 'a server that goes away ends the submitting before a request, and what was accepted is saved; the next run goes on' {
        Set-Emulator $test @{ generation_time = 2 }
        $rows = 1..30 | ForEach-Object { [pscustomobject]@{ key = "k$_"; prompt = "a fox $_" } }
        $shell = Start-Shell { param($rows, $out) $rows | New-ImagenImage -OutputDirectory $out -ThrottleLimit 5 } $rows, $out
        Wait-Until { @(Get-Bill $test).Count -ge 8 } 'some rows are accepted' -Seconds 60
        Stop-PostgresServer $server
        try {
            Wait-Until { $shell.Shell.InvocationStateInfo.State -ne 'Running' } 'the batch has ended' -Seconds 120
        }
        finally {
            Resume-PostgresServer $server
        }
        $reason = @($shell.Shell.InvocationStateInfo.Reason.ErrorRecord) + @($shell.Shell.Streams.Error)
        $reason.FullyQualifiedErrorId | Should -Contain "LedgerUnavailable,$command"
        $paid = @(Get-Bill $test).Count
        $paid | Should -BeLessThan 30
        $left = @($shell.Output).Where{ $_.State -eq 'Delivered' }.Count

        $seen = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out }
        $left | Should -BeGreaterThan 0
        $seen.Output | Should -HaveCount 30
        Get-ImagenRequest -State InDoubt | Resolve-ImagenRequest | Out-Null
        $again = $rows | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $again.State | Sort-Object -Unique | Should -Be 'Delivered'
        (Get-Bill $test).request_id | Sort-Object | Should -Be ($again.RequestId | Sort-Object)
    }

    It '<kind> is one clear error, and nothing is sent' -ForEach @(
        @{ kind = 'a wrong password'; address = 'Host=127.0.0.1;Username=worker'; password = 's3cret-wrong'; message = "The ledger in postgres://127.0.0.1:*/* does not accept the role 'worker', and nothing is submitted: *password authentication failed*" }
        @{ kind = 'no password'; address = 'Host=127.0.0.1;Username=worker'; message = 'The ledger *postgres://127.0.0.1:*: No password has been provided*' }
        @{ kind = 'a role without rights'; address = 'Host=127.0.0.1;Username=visitor'; message = 'The ledger in postgres://127.0.0.1:* cannot be used with this role, and nothing is submitted: 42501: permission denied *docs/ledger.sql has the tables and the rights a role needs.' }
        @{ kind = 'an unknown database'; address = 'Host=127.0.0.1;Username=tester;Database=nowhere'; message = 'The ledger *postgres://127.0.0.1:*/nowhere*: 3D000: database "nowhere" does not exist' }
        @{ kind = 'a server that is not there'; address = 'Host=127.0.0.1;Username=tester;Port=1'; message = 'The ledger *postgres://127.0.0.1:1/*: Failed to connect to 127.0.0.1:1*' }
        @{ kind = 'a certificate that nobody vouches for'; address = "Host=$([Environment]::MachineName);Username=worker"; password = 's3cret-of-the-ledger'; message = 'The ledger in postgres://* cannot be used, because the certificate of its server is not accepted, and nothing is submitted: The remote certificate * It has to name this host, *' }
    ) {
        $env:IMAGEN4_LEDGER = (@("Port=$($server.Port);Database=$database") + $address) -join ';'
        if ($password) {
            $env:PGPASSWORD = $password
        }
        $seen = Watch-Command { 'one', 'two', 'three' | New-ImagenImage -OutputDirectory $out }
        $all = @($seen.Error) + @($seen.Thrown) | Where-Object { $_ }
        $all | Should -HaveCount 1
        $all[0].FullyQualifiedErrorId | Should -Be "LedgerUnavailable,$command"
        $all[0].Exception.Message | Should -BeLike $message
        $all[0].Exception.Message | Should -Not -BeLike '*s3cret*'
        $seen.Output | Should -BeNullOrEmpty
        Get-Seen $test | Should -BeNullOrEmpty
        Get-Bill $test | Should -BeNullOrEmpty
    }

    It 'a certificate for another name is refused, and the right one taken, with the password of a secret' {
        function Get-Secret { param($Name, $Vault) if ($Name -eq 'imagen-ledger') { 's3cret-of-the-ledger' } }
        Remove-Item Env:\IMAGEN4_LEDGER
        $null = Invoke-PostgresSql $server "GRANT CREATE ON DATABASE $database TO worker"
        $address = "Port=$($server.Port);Database=$database;Username=worker;Root Certificate=$certificate"
        Set-ImagenLedger "Host=$name;$address" -SecretName imagen-ledger
        ('a fox' | New-ImagenImage -OutputDirectory $out).State | Should -Be 'Delivered'
        (Get-ImagenLedger).Location | Should -Be "postgres://${name}:$($server.Port)/$database"
        Invoke-PostgresSql $server "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'worker'" | Should -Be 't'
        Get-ChildItem $env:IMAGEN4_HOME -Recurse -File -ErrorAction Ignore | Get-Content -Raw | Should -Not -BeLike '*s3cret*'

        # The same server with another one's certificate, which is trusted itself.
        $other = Set-PostgresCertificate $server 'elsewhere.example'
        $null = Invoke-PostgresSql $server 'SELECT pg_reload_conf()'
        try {
            Set-ImagenLedger "Host=$name;$($address -replace 'Certificate=.*', "Certificate=$other")" -SecretName imagen-ledger
            $seen = Watch-Command { 'an owl' | New-ImagenImage -OutputDirectory $out }
            $seen.Thrown.Exception.Message | Should -BeLike 'The ledger in postgres://* cannot be used, because the certificate of its server is not accepted, *'
        }
        finally {
            Set-ImagenLedger -Reset
        }
        Get-Bill $test | Should -HaveCount 1
    }

    Context 'the samples' {
        BeforeEach {
            Set-Emulator $test @{ generation_time = 0.2 }
            $samples = (Resolve-Path (Join-Path $PSScriptRoot '../../samples')).Path
            $place = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
            $csv = Join-Path $place prompts.csv
            1..8 | ForEach-Object { [pscustomobject]@{ key = "row$_"; prompt = "a fox $_" } } | Export-Csv $csv
        }

        It 'SharedBatch.ps1 on two machines, as the cron job of Kubernetes runs it' {
            $lines = Get-Content (Join-Path $samples kubernetes/cronjob.yaml)
            $command = ($lines | Select-String '^ {16}- (.+)$').Matches.ForEach{ $_.Groups[1].Value }
            $command[0..2] | Should -Be 'pwsh', '-NoProfile', '-File'
            $words = @($command -notmatch "^name:")[3..7].ForEach{ $_ -replace '^/opt/imagen4/samples', $samples -replace '^/data', $place }
            $script = "& $($words.ForEach{ $_ -match '^-' ? $_ : "'$_'" } -join ' '); exit `$LASTEXITCODE"
            foreach ($one in @('left', 'right' | ForEach-Object { Start-Machine $_ $script })) {
                $one.Process.WaitForExit()
                $one.Process.ExitCode | Should -Be 0 -Because "$($one.Output.Result) $($one.Error.Result)"
                $one.Output.Result | Should -Match 'Delivered: 8'
            }
            Get-Bill $test | Should -HaveCount 8
            Get-ChildItem (Join-Path $place images) | Should -HaveCount 8
        }

        It 'SharedBatch.ps1 refuses rows without a key, and a ledger of one machine' {
            Set-Content (Join-Path $place keyless.csv) "prompt`na fox"
            $script = Join-Path $samples SharedBatch.ps1
            { & $script -Csv (Join-Path $place keyless.csv) -OutputDirectory $out } | Should -Throw '*needs a key*'
            Remove-Item Env:\IMAGEN4_LEDGER
            { & $script -Csv $csv -OutputDirectory $out } | Should -Throw '*Name a database*'
            Get-Bill $test | Should -HaveCount 0
        }

        It 'the jobs of the workflow, one after the other lost' {
            $workflow = Get-Content (Join-Path $samples github-actions/images.yml) -Raw
            $runs = [regex]::Matches($workflow, '(?m)^ {8}run: \|\n((?: {10}.*\n|\n)+)').ForEach{ $_.Groups[1].Value -replace '(?m)^ {10}' }
            $runs | Should -HaveCount 2
            $runs = $runs.ForEach{ "Set-Location '$place'`n" + $_.Replace('Import-Module ./Imagen4/Imagen4.psd1', '') }

            # The job of the third part never ran; the collecting job does its rows, too.
            foreach ($one in @(0, 1, 3 | ForEach-Object { Start-Machine "part$_" $runs[0].Replace('${{ matrix.part }}', "$_") })) {
                $one.Process.WaitForExit()
                $one.Process.ExitCode | Should -Be 0 -Because $one.Error.Result
            }
            Get-Bill $test | Should -HaveCount 6
            $collect = Start-Machine collect $runs[1]
            $collect.Process.WaitForExit()
            $collect.Process.ExitCode | Should -Be 0 -Because $collect.Error.Result
            Get-ChildItem (Join-Path $place images) | Should -HaveCount 8
            Get-Bill $test | Should -HaveCount 8
        }
    }
}
