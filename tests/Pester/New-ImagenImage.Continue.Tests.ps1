# A batch that is run again, stopped, or meets a host that leaves everything in doubt: what is paid for, and what is said.

BeforeDiscovery {
    $isRoot = $IsLinux -and (id -u) -eq 0
    if (-not $isRoot) {
        Write-Warning 'NOT RUN: state of another user. Only root on Linux can give a file to somebody.'
    }
}

Describe 'New-ImagenImage, run again' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $rows = 'one', 'two', 'three' | ForEach-Object { [pscustomobject]@{ prompt = $_ } }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'hands on what is there, pays for nothing, and says so once' {
        $first = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out }
        $again = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out }
        $first.Warning | Should -BeNullOrEmpty
        $again.Error | Should -BeNullOrEmpty
        $again.Warning | Should -BeLike "Rows submitted before, by an earlier run or another process: 3. They were not paid for again. The ledger is in $(Join-Path $env:IMAGEN4_HOME ledger.db); -NoResume generates *"
        $again.Output.State | Should -Be 'Delivered', 'Delivered', 'Delivered'
        foreach ($name in 'RequestId', 'Prompt', 'Path', 'Seed', 'LedgerId', 'Index') {
            ($again.Output | Sort-Object Index).$name | Should -Be ($first.Output | Sort-Object Index).$name -Because $name
        }
        $again.Output.Images.Sha256 | Sort-Object | Should -Be ($first.Output.Images.Sha256 | Sort-Object)
        Get-Bill $test | Should -HaveCount 3
    }

    It 'in a new process, too' {
        $first = $rows | New-ImagenImage -OutputDirectory $out
        $said = Invoke-Pwsh @"
            Import-Module '$ModuleManifest'
            Set-ImagenProvider again -Protocol FalQueue -BaseUri '$($test.BaseUri)' -Default
            'one', 'two', 'three' | ForEach-Object { [pscustomobject]@{ prompt = `$_ } } | New-ImagenImage -OutputDirectory '$out' -ApiKey any -WarningAction Ignore | ForEach-Object RequestId
"@
        ($said -split '\s+') | Sort-Object | Should -Be ($first.RequestId | Sort-Object)
        Get-Bill $test | Should -HaveCount 3
    }

    It '-NoResume generates afresh, and the next run continues the newest' {
        $null = $rows | New-ImagenImage -OutputDirectory $out
        $fresh = $rows | New-ImagenImage -OutputDirectory $out -NoResume
        $again = $rows | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        Get-Bill $test | Should -HaveCount 6
        $again.RequestId | Sort-Object | Should -Be ($fresh.RequestId | Sort-Object)
    }

    It 'a prompt given as an argument is a new request, unless it has a key' {
        $null = New-ImagenImage 'one', 'one' -OutputDirectory $out
        $null = New-ImagenImage 'one' -OutputDirectory $out
        Get-Bill $test | Should -HaveCount 3
        $first = New-ImagenImage 'one' -Key a -OutputDirectory $out
        $again = New-ImagenImage 'one' -Key a -OutputDirectory $out -WarningAction Ignore
        $again.RequestId | Should -Be $first.RequestId
        Get-Bill $test | Should -HaveCount 4
        $whatIf = Invoke-Pwsh "Import-Module '$ModuleManifest'; Set-ImagenProvider emulator -BaseUri '$($test.BaseUri)' -Default; New-ImagenImage one, new -WhatIf; New-ImagenImage one -Key a -OutputDirectory '$out' -WhatIf"
        $whatIf -split "`n" | Where-Object { $_ -like '*Generate with*' } | Should -HaveCount 2
        $whatIf | Should -Match 'Return or continue what was submitted to emulator before; nothing is paid for'
        (Watch-Command { New-ImagenImage 'two' -Key a -OutputDirectory $out }).Error.Exception.Message |
            Should -BeLike "The key 'a' is known with another input. Its row was submitted with the prompt '*'. Give this row another key, or pipe it alone with -NoResume, which generates it and pays for it."
        (Watch-Command { New-ImagenImage 'one' -Key a -AspectRatio 16:9 -NumImages 2 -OutputDirectory $out }).Error.Exception.Message |
            Should -BeLike "The key 'a' is known with another input. Its row was submitted with aspect_ratio not given, now 16:9, num_images not given, now 2. Give this row another key, *"
        $seen = Watch-Command { New-ImagenImage 'one' -Key a -AdditionalInput @{ style = 'sk-secret' } -SkipInputCheck -OutputDirectory $out }
        $seen.Error.Exception.Message | Should -BeLike "*Its row was submitted with the same prompt and other inputs, to fal-ai/imagen4/preview. Give*"
        Get-Bill $test | Should -HaveCount 4
    }

    It 'ForEach-Object with arguments and keys continues like a pipeline' {
        $run = { 1..3 | ForEach-Object { New-ImagenImage "study $_" -Key "k$_" -OutputDirectory $out -WarningAction Ignore } }
        $first = & $run
        $again = & $run
        $again.RequestId | Should -Be $first.RequestId
        Get-Bill $test | Should -HaveCount 3
    }

    It 'another directory is another row, and the old one is named before anything is paid for' {
        $null = $rows | New-ImagenImage -OutputDirectory $out
        $warning = "Rows submitted before, for images in ${out}: 3. In another directory they are new rows and are paid for again; cost: at most 0.15 USD. Use that directory to continue them."
        $paid = [System.Collections.Generic.List[int]]::new()
        $seen = Watch-Command {
            @([pscustomobject]@{ prompt = 'another' }) + $rows | New-ImagenImage -OutputDirectory "$out-2" -ThrottleLimit 1 3>&1 | ForEach-Object {
                if ($_ -is [System.Management.Automation.WarningRecord]) {
                    $paid.Add(@(Get-Bill $test | Where-Object { $_.input.prompt -ne 'another' }).Count)
                }
                $_
            }
        }
        $seen.Warning | Should -Be $warning
        $paid | Should -Be 3 -Because 'it is said before any of them is paid for again'
        $seen.Output | Should -HaveCount 4
        Get-Bill $test | Should -HaveCount 7
        (Watch-Command { $rows | New-ImagenImage -OutputDirectory "$out-2" }).Warning | Should -Not -BeLike '*paid for again;*'
    }

    It 'the number and the cost of rows for another directory come with -MaxCost, with a key as an argument, and where no price is known' {
        $null = $rows | New-ImagenImage -OutputDirectory $out
        $null = New-ImagenImage 'with a key' -Key mine -OutputDirectory $out
        $seen = Watch-Command { $rows | New-ImagenImage -OutputDirectory "$out-2" -MaxCost 0.1 }
        $seen.Warning | Should -Contain "Rows submitted before, for images in ${out}: 3. In another directory they are new rows and are paid for again; cost: at most 0.15 USD. Use that directory to continue them."
        $seen.Error.FullyQualifiedErrorId | Should -Be "CostLimitReached,$command"
        $seen = Watch-Command { New-ImagenImage 'with a key' -Key mine -OutputDirectory "$out-2" }
        $seen.Warning | Should -Be "Rows submitted before, for images in ${out}: 1. In another directory they are new rows and are paid for again; cost: at most 0.05 USD. Use that directory to continue them."
        $seen.Output | Should -HaveCount 1
        Set-ImagenProvider cheap -Protocol FalAggregator -BaseUri "$($test.BaseUri)/chainhub"
        $null = $rows | New-ImagenImage -Provider cheap -ApiKey k -OutputDirectory $out
        $seen = Watch-Command { $rows | New-ImagenImage -Provider cheap -ApiKey k -OutputDirectory "$out-3" }
        Remove-ImagenProvider cheap
        $seen.Warning | Should -Be "Rows submitted before, for images in ${out}: 3. In another directory they are new rows and are paid for again; cost: unknown. Use that directory to continue them."
    }

    It 'rows that end submitting are counted with those that wait for the end of the input' {
        $null = $rows | New-ImagenImage -OutputDirectory $out
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 401; count = -1 }
        $seen = Watch-Command { @([pscustomobject]@{ prompt = 'another' }) + $rows | New-ImagenImage -OutputDirectory "$out-2" -ThrottleLimit 1 }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "AuthenticationFailed,$command"
        $seen.Warning -like 'Submitting has ended. Rows read so far that were not sent, and not paid for: 3. *' | Should -HaveCount 1
        Get-Bill $test | Should -HaveCount 3
    }

    It '-WhatIf says it last, beside the sum' {
        $null = $rows | New-ImagenImage -OutputDirectory $out
        $said = Invoke-Pwsh "
            Import-Module '$ModuleManifest'
            Set-ImagenProvider emulator -Protocol FalQueue -BaseUri '$($test.BaseUri)' -Default
            'another', 'one', 'two', 'three' | New-ImagenImage -OutputDirectory '$out-2' -WhatIf"
        $lines = ($said -join "`n") -replace '\r?\n(?!What if|WARNING)', ' ' -split '\r?\n'
        $lines[-2] | Should -BeLike '*In all, rows to be generated: 4, cost: at most *'
        $lines[-1].Trim() | Should -BeLike "WARNING: Rows submitted before, for images in ${out}: 3. In another directory*cost: *."
        $lines -like 'WARNING*' | Should -HaveCount 1
    }

    It 'what was only submitted is the same row in every directory' {
        $submitted = $rows | New-ImagenImage
        Get-Bill $test | Should -HaveCount 3
        $seen = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out }
        $seen.Output.State | Should -Be (@('Delivered') * 3)
        $seen.Output.RequestId | Sort-Object | Should -Be ($submitted.RequestId | Sort-Object)

        # Again, with a file gone, after another submit, in another directory, and back.
        Remove-Item $seen.Output[0].Path
        $again = $rows | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $again.Path | Sort-Object | Should -Be ($seen.Output.Path | Sort-Object)
        $again.Path | Should -Exist
        $null = $rows | New-ImagenImage -WarningAction Ignore
        $other = $rows | New-ImagenImage -OutputDirectory "$out-2" -WarningAction Ignore
        $other.RequestId | Sort-Object | Should -Be ($submitted.RequestId | Sort-Object)
        $other.Path | ForEach-Object { Split-Path $_ } | Sort-Object -Unique | Should -Be "$out-2"
        $null = $submitted | Receive-ImagenResult -OutputDirectory "$out-3"
        Add-Fault $test @{ operation = 'result'; kind = 'status'; status = 404; count = -1 }
        $back = $rows | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $back.State | Should -Be (@('Delivered') * 3) -Because 'the files are still there'
        $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
        $back.Path | Sort-Object | Should -Be ($seen.Output.Path | Sort-Object)
        Get-ChildItem $out -File | Should -HaveCount 3
        Get-ImagenRequest -Unfinished | Should -BeNullOrEmpty
        Get-Bill $test | Should -HaveCount 3

        $null = $rows | New-ImagenImage -OutputDirectory $out -NoResume
        Get-Bill $test | Should -HaveCount 6
    }

    It 'what was collected into a directory is continued there' {
        $submitted = $rows | New-ImagenImage
        $received = $submitted | Receive-ImagenResult -Wait -OutputDirectory $out
        $again = $rows | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $again.Path | Sort-Object | Should -Be ($received.Path | Sort-Object)
        Get-Bill $test | Should -HaveCount 3
    }

    It 'what was collected into another directory is delivered, and is fetched again for its own' {
        $null = $rows | New-ImagenImage -OutputDirectory $out
        Get-ChildItem $out | Remove-Item
        $elsewhere = Get-ImagenRequest | Receive-ImagenResult -OutputDirectory "$out-2"
        (Get-ImagenRequest).Path | Sort-Object | Should -Be ($elsewhere.Path | Sort-Object)
        Get-ImagenRequest -Unfinished | Should -BeNullOrEmpty
        $again = $rows | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $again.State | Should -Be (@('Delivered') * 3)
        $again.Path | ForEach-Object { Split-Path $_ } | Sort-Object -Unique | Should -Be $out
        $elsewhere.Path | Should -Exist

        # A copy does not change where they are.
        $null = Get-ImagenRequest | Receive-ImagenResult -OutputDirectory "$out-3"
        (Get-ImagenRequest).Path | ForEach-Object { Split-Path $_ } | Sort-Object -Unique | Should -Be $out
        Get-Bill $test | Should -HaveCount 3
    }

    It 'a doubt is reported again, and not resent' {
        Set-Emulator $test @{ history = $false }
        Add-Fault $test @{ operation = 'submit'; kind = 'close'; after_accept = $true; match = 'two' }
        $first = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out }
        $again = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out }
        Set-Emulator $test @{ history = $true }
        foreach ($seen in $first, $again) {
            $seen.Error.FullyQualifiedErrorId | Should -Be "SubmissionInDoubt,$command"
            @($seen.Output | Where-Object State -EQ InDoubt).Prompt | Should -Be 'two'
            $seen.Warning | Where-Object { $_ -like 'In doubt: 1. *Get-ImagenRequest -State InDoubt*' } | Should -HaveCount 1
        }
        $again.Error.Exception.Message | Should -BeLike "*Resolve-ImagenRequest -LedgerId $((Get-ImagenRequest -State InDoubt).LedgerId)*"
        Get-Bill $test | Should -HaveCount 3
        # Who knows that the host has it says so, and the row goes on.
        $id = (Get-Bill $test | Where-Object { $_.input.prompt -eq 'two' }).request_id
        $null = Resolve-ImagenRequest -LedgerId (Get-ImagenRequest -State InDoubt).LedgerId -RequestId $id -Confirm:$false
        $last = $rows | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $last.State | Select-Object -Unique | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 3
    }

    It 'ten doubts in a row end submitting' {
        Add-Fault $test @{ operation = 'submit'; kind = 'close'; count = -1 }
        $seen = Watch-Command { 1..30 | ForEach-Object { "row $_" } | New-ImagenImage -ThrottleLimit 1 }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "HostUnavailable,$command"
        $seen.Thrown.Exception.Message | Should -BeLike 'Submitting to emulator has ended: 10 requests in a row are in doubt (the last: *). This command sends nothing more there. Settle them before the next one does: Get-ImagenRequest -State InDoubt | Resolve-ImagenRequest'
        @($seen.Output | Where-Object State -EQ InDoubt) | Should -HaveCount 10
        @(Get-Seen $test | Where-Object method -EQ POST) | Should -HaveCount 10
    }

    # Windows has no modes; there a user's own folder is protected by its access list.
    It 'state that others may write is refused, with the command that mends it: <file>' -Skip:$IsWindows -ForEach @(
        @{ file = 'ledger.db'; mode = '666' }, @{ file = 'ledger.db-wal'; mode = '666' }, @{ file = 'ledger.db-shm'; mode = '622' }
        @{ file = 'settings.json'; mode = '622' }, @{ file = ''; mode = '777' }
    ) {
        $null = New-ImagenImage 'one' -Key a
        Set-ImagenProvider kkiai -ConcurrencyLimit 3 -Scope User
        $path = [System.IO.Path]::TrimEndingDirectorySeparator((Join-Path $env:IMAGEN4_HOME $file))
        if (-not (Test-Path $path)) { $null = New-Item $path }
        $null = & chmod $mode $path
        $seen = Watch-Command { New-ImagenImage 'two' -Key b }
        "$($seen.Thrown)$($seen.Error)" | Should -BeLike "*Other users may write to ${path}, and its content would be trusted. To fix this: chmod * '$path'*"
        @($seen.Thrown) + @($seen.Error) | Where-Object { $_ } | Select-Object -First 1 | ForEach-Object { $_.ErrorDetails.RecommendedAction | Should -BeLike "chmod * '$path'" }
        Get-Bill $test | Should -HaveCount 1
        $null = & chmod ($file ? '600' : '700') $path
        $null = New-ImagenImage 'two' -Key b
        Get-Bill $test | Should -HaveCount 2
        Remove-ImagenProvider kkiai -Scope User
    }

    It 'state of another user is refused, with the command that mends it: <file>' -Skip:(-not $isRoot) -ForEach @(
        @{ file = 'ledger.db' }, @{ file = 'settings.json' }, @{ file = '' }
    ) {
        $null = New-ImagenImage 'one' -Key a
        Set-ImagenProvider kkiai -ConcurrencyLimit 3 -Scope User
        $path = [System.IO.Path]::TrimEndingDirectorySeparator((Join-Path $env:IMAGEN4_HOME $file))
        $null = & chown 12345 $path
        $seen = Watch-Command { New-ImagenImage 'two' -Key b }
        "$($seen.Thrown)$($seen.Error)" | Should -BeLike (
            "*$path belongs to another user (number 12345), and its content would be trusted. To fix this, as an administrator: chown 0 '$path'. " +
            "Or use a folder of your own, whose ledger does not know what was paid for here: `$env:IMAGEN4_HOME = '*'*")
        Get-Bill $test | Should -HaveCount 1
        $null = & chown 0 $path
        $null = New-ImagenImage 'two' -Key b
        Get-Bill $test | Should -HaveCount 2
        Remove-ImagenProvider kkiai -Scope User
    }

    It 'a ledger that cannot be written ends the batch before anything is sent' {
        Set-Content $env:IMAGEN4_HOME 'a file in its place'
        $seen = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out }
        Remove-Item $env:IMAGEN4_HOME
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "LedgerUnavailable,$command"
        $seen.Output | Should -BeNullOrEmpty
        Get-Seen $test | Should -HaveCount 0
    }
}

Describe 'New-ImagenImage, stopped' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $long = '[emulator:seconds=600]'

        # A batch in a process of its own, which a signal stops as Ctrl+C does.
        function Start-Batch {
            param([string]$Script)
            $whole = "Import-Module '$ModuleManifest'; Set-ImagenProvider emulator -BaseUri '$($test.BaseUri)' -Default; $Script"
            $start = New-ConsoleStart '-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-Command', $whole
            $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            [System.Diagnostics.Process]::Start($start)
        }

        function Stop-Batch {
            param([System.Diagnostics.Process]$Process)
            $null = & sh -c "kill -INT $($Process.Id)"
            $said = $Process.StandardOutput.ReadToEnd() + $Process.StandardError.ReadToEnd()
            $Process.WaitForExit()
            $said
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterEach { Get-ImagenRequest -Unfinished | Stop-ImagenRequest -ErrorAction Ignore }
    AfterAll { Exit-ImagenTest $test }

    It 'says how many requests go on and how to continue, and continues them' -Skip:$IsWindows {
        # They stand in the queue behind a request that does not end, until there is room.
        Set-Emulator $test @{ slots = 1 }
        $null = New-ImagenImage "$long blocker"
        $batch = Start-Batch "1..3 | ForEach-Object { 'row {0}' -f `$_ } | New-ImagenImage -OutputDirectory '$out'"
        Wait-Until { @(Get-ImagenRequest -State InQueue, InProgress).Count -eq 4 } 'all are accepted'
        $said = Stop-Batch $batch
        $said | Should -Match 'Requests that continue at the host: 3\.'
        $said | Should -Match 'The same command continues them, and so does: Get-ImagenRequest -LedgerId .+ \| Receive-ImagenResult -Wait'
        $said | Should -Match ([regex]::Escape("-OutputDirectory '$out'"))
        $bills = Get-Bill $test | Where-Object { $_.input.prompt -like 'row *' }
        (Get-ImagenRequest -Unfinished | Where-Object Prompt -Like 'row *').RequestId | Sort-Object | Should -Be ($bills.request_id | Sort-Object)
        Set-Emulator $test @{ slots = 10 }
        $results = 1..3 | ForEach-Object { "row $_" } | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $results.State | Select-Object -Unique | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 4
    }

    # Windows has no signal that stops the command of another console.
    It 'says what became of the rows before it was stopped, and what that cost' -Skip:$IsWindows {
        $batch = Start-Batch "'quick', '[emulator:content_policy_violation] no', '$long a', '$long b' | New-ImagenImage -OutputDirectory '$out' -ErrorAction Ignore"
        Wait-Until { @(Get-ImagenRequest -State Delivered, Failed).Count -eq 2 -and @(Get-ImagenRequest -Unfinished).Count -eq 2 } 'two have ended'
        $said = Stop-Batch $batch
        $said -replace '\s+', ' ' | Should -Match ([regex]::Escape("Stopped. Rows: 2. Delivered: 1, failed: 1. Images: 1, in $out. Cost: 0.05 USD. Requests that continue at the host: 2. The same command continues them"))
    }

    It 'a POST whose answer comes within the grace is accepted, one without an answer is in doubt' {
        Add-Fault $test @{ operation = 'submit'; kind = 'hang'; after_accept = $true; match = 'silent' }
        Add-Fault $test @{ operation = 'submit'; kind = 'drip'; bytes = 400; delay_ms = 250; match = 'slow' }
        $running = Start-Shell { 'silent', 'slow' | New-ImagenImage -Wait }
        Wait-Until { @(Get-Bill $test).Count -eq 2 } 'both are at the host'
        Stop-Shell $running
        Wait-Until { (Get-ImagenRequest).State -notcontains 'Pending' } 'both are written down'
        (Get-ImagenRequest -State InDoubt).Prompt | Should -Be 'silent'
        (Get-ImagenRequest -State InQueue, InProgress).Prompt | Should -Be 'slow'
    }

    It '-CancelOnStop counts what was cancelled, and says what was not, when one cancel hangs' -Skip:$IsWindows {
        Add-Fault $test @{ kind = 'hang'; operation = 'cancel'; match = 'silent'; count = -1 }
        $batch = Start-Batch "'$long a', '$long silent', '$long b' | New-ImagenImage -Wait -CancelOnStop"
        Wait-Until { @(Get-Bill $test).Count -eq 3 } 'all are accepted'
        $said = Stop-Batch $batch
        $said | Should -Match 'Cancelling failed: \S+ did not answer within 5 s\.'
        $said | Should -Match 'Requests cancelled: 2\. Requests that continue at the host: 1\.'
        @(Get-ImagenRequest -State Cancelled).Count | Should -Be 2
        $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
    }

    It '-CancelOnStop cancels what goes on, and the next run submits it again' {
        $running = Start-Shell { param($long) "$long a", "$long b" | New-ImagenImage -Wait -CancelOnStop } $long
        Wait-Until { @(Get-ImagenRequest -State InQueue, InProgress).Count -eq 2 } 'both are accepted'
        Stop-Shell $running
        Wait-Until { @(Get-ImagenRequest -State Cancelled).Count -eq 2 } 'both are cancelled'
        (Get-Summary $test).running | Should -Be 0
        $null = "$long a", "$long b" | New-ImagenImage
        Get-Bill $test | Should -HaveCount 4
    }

    It 'Select-Object -First leaves what was not handed on in the ledger' {
        $first = 1..5 | ForEach-Object { "$long $_" } | New-ImagenImage | Select-Object -First 1
        @(Get-ImagenRequest -Unfinished).Count | Should -Be @(Get-Bill $test).Count
        (Get-ImagenRequest -Unfinished).RequestId | Should -Contain $first.RequestId
    }
}
