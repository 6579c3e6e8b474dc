Describe 'Remove-ImagenRequest' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.RemoveImagenRequestCommand'
        $long = '[emulator:seconds=600]'

        # The files below the state folder that have a text in them.
        function Find-Text {
            param([string]$Text)
            $bytes = [System.Text.Encoding]::UTF8.GetBytes($Text)
            $wanted = [System.Text.Encoding]::Latin1.GetString($bytes)
            Get-ChildItem $env:IMAGEN4_HOME -Recurse -File -Force |
                Where-Object { $_.Length -gt 0 -and [System.Text.Encoding]::Latin1.GetString((Read-Shared $_.FullName)).Contains($wanted) }
        }

        # The ledger is open.
        function Read-Shared {
            param([string]$Path)
            $file = [System.IO.FileStream]::new($Path, 'Open', 'Read', 'ReadWrite, Delete')
            try {
                $copy = [System.IO.MemoryStream]::new()
                $file.CopyTo($copy)
                , $copy.ToArray()
            }
            finally {
                $file.Dispose()
            }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It '-Before forgets what has ended, prompts included, and nothing else' {
        'canary-delivered', '[emulator:content_policy_violation] canary-failed' | ForEach-Object { [pscustomobject]@{ Prompt = $_ } } |
            New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue | Out-Null
        $going = New-ImagenImage "$long going"
        Add-Fault $test @{ operation = 'submit'; kind = 'reset' }
        $null = [pscustomobject]@{ Prompt = 'doubtful' } | New-ImagenImage -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        Find-Text 'canary-' | Should -Not -BeNullOrEmpty

        $seen = Watch-Command { Remove-ImagenRequest -Confirm:$false -Before ([datetime]::UtcNow.AddSeconds(1)) }
        $seen.Error | Should -BeNullOrEmpty
        $seen.Warning | Should -BeNullOrEmpty
        $seen.Output | Should -BeNullOrEmpty
        (Get-ImagenRequest).Prompt | Should -Be "$long going", 'doubtful'
        Find-Text 'canary-' | Should -BeNullOrEmpty
        Find-Text 'doubtful' | Should -Not -BeNullOrEmpty
        $going | Stop-ImagenRequest
    }

    It 'what its host no longer has can be forgotten, and is not paid for again by itself' {
        $row = [pscustomobject]@{ Prompt = 'canary-expired' }
        $request = $row | New-ImagenImage -Wait
        $null = Invoke-RestMethod "$($test.Admin)/jobs" -Method Delete
        (Watch-Command { $row | New-ImagenImage -Wait -WarningAction Ignore }).Error.FullyQualifiedErrorId | Should -BeLike 'RequestNotFound,*'
        (Watch-Command { $request | Get-ImagenRequestStatus }).Error.FullyQualifiedErrorId | Should -BeLike 'RequestNotFound,*'
        $known = Get-ImagenRequest
        $known.RequestId | Should -Be $request.RequestId
        $known.State | Should -Be 'Completed'

        $gone = New-ImagenImage 'canary-gone'
        $null = $gone | Receive-ImagenResult -Wait -NoDownload
        $gone | Remove-ImagenRequest -Confirm:$false
        Find-Text 'canary-gone' | Should -BeNullOrEmpty

        # A host may not know yet what it has only just accepted: that alone ends nothing.
        $lost = New-ImagenImage 'canary-lost'
        $null = Invoke-RestMethod "$($test.Admin)/reset" -Method Post
        (Watch-Command { $lost | Get-ImagenRequestStatus }).Error.FullyQualifiedErrorId | Should -BeLike 'RequestNotFound,*'
        (Get-ImagenRequest -RequestId $lost.RequestId).State | Should -Be 'InQueue'
        (Watch-Command { $lost | Remove-ImagenRequest -Confirm:$false }).Error.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
    }

    It 'what was forgotten is new to the next run' {
        $row = [pscustomobject]@{ Prompt = 'again' }
        $null = $row | New-ImagenImage -OutputDirectory $out
        Get-ImagenRequest | Remove-ImagenRequest -Confirm:$false
        $null = $row | New-ImagenImage -OutputDirectory $out
        Get-Bill $test | Should -HaveCount 2
        (Get-ImagenRequest).State | Should -Be 'Delivered'
    }

    It '-Before leaves alone what ended since' {
        $null = New-ImagenImage 'old' -OutputDirectory $out
        $middle = [datetime]::Now
        $null = New-ImagenImage 'new' -OutputDirectory $out
        Remove-ImagenRequest -Confirm:$false -Before $middle
        (Get-ImagenRequest).Prompt | Should -Be 'new'
    }

    It 'takes what is just being delivered from the pipeline' {
        'a', 'b' | New-ImagenImage -OutputDirectory $out | Remove-ImagenRequest -Confirm:$false
        Get-ChildItem $out | Should -HaveCount 2
        Get-ImagenRequest | Should -BeNullOrEmpty
    }

    It '-State chooses, and with -LedgerId filters' {
        $null = New-ImagenImage '[emulator:content_policy_violation]' -Wait -ErrorAction SilentlyContinue
        $null = New-ImagenImage 'good' -OutputDirectory $out
        Get-ImagenRequest | Remove-ImagenRequest -Confirm:$false -State Failed
        (Get-ImagenRequest).Prompt | Should -Be 'good'
        Remove-ImagenRequest -Confirm:$false -State Failed, Delivered
        Get-ImagenRequest | Should -BeNullOrEmpty
    }

    It 'naming what is not finished is InvalidInput and says what to do; the others go' {
        $null = New-ImagenImage 'good' -OutputDirectory $out
        $going = New-ImagenImage $long
        Add-Fault $test @{ operation = 'submit'; kind = 'reset' }
        $null = [pscustomobject]@{ Prompt = 'doubtful' } | New-ImagenImage -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $doubt = Get-ImagenRequest -State InDoubt
        $seen = Watch-Command { Get-ImagenRequest | Remove-ImagenRequest -Confirm:$false }
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command", "InvalidInput,$command"
        $seen.Error[0].Exception.Message | Should -BeLike "*$($going.RequestId) is InQueue*Stop-ImagenRequest*"
        $seen.Error[1].Exception.Message | Should -BeLike "*Resolve-ImagenRequest -LedgerId $($doubt.LedgerId)*"
        $seen.Error[1].TargetObject.LedgerId | Should -Be $doubt.LedgerId
        (Get-ImagenRequest).State | Should -Be 'InQueue', 'InDoubt'
        foreach ($state in 'Pending', 'InQueue', 'InDoubt') {
            (Watch-Command { Remove-ImagenRequest -Confirm:$false -State $state }).Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        }
        $going | Stop-ImagenRequest
    }

    It 'without a choice it is InvalidInput and forgets nothing' {
        $null = New-ImagenImage 'good' -OutputDirectory $out
        (Watch-Command { Remove-ImagenRequest -Confirm:$false }).Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        (Watch-Command { [pscustomobject]@{ Prompt = 'x' } | Remove-ImagenRequest -Confirm:$false }).Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        (Watch-Command { Remove-ImagenRequest nobody -Confirm:$false }).Error.FullyQualifiedErrorId | Should -Be "RequestNotFound,$command"
        Get-ImagenRequest | Should -HaveCount 1
    }

    It '-WhatIf writes nothing' {
        $null = New-ImagenImage 'good' -OutputDirectory $out
        $before = Get-ChildItem $env:IMAGEN4_HOME -Recurse -File | ForEach-Object { "$($_.FullName) $($_.Length)" }
        Remove-ImagenRequest -Before ([datetime]::MaxValue) -WhatIf
        Get-ImagenRequest | Remove-ImagenRequest -WhatIf
        & { $WhatIfPreference = $true; Remove-ImagenRequest -State Failed }
        Get-ChildItem $env:IMAGEN4_HOME -Recurse -File | ForEach-Object { "$($_.FullName) $($_.Length)" } | Should -Be $before
        Get-ImagenRequest | Should -HaveCount 1
    }

    It 'asks before it forgets, and says what that means' {
        $null = New-ImagenImage 'good' -OutputDirectory $out
        $null = New-ImagenImage '[emulator:internal_server_error]' -Wait -ErrorAction SilentlyContinue
        $good, $bad = Get-ImagenRequest | Sort-Object State

        # A host that cannot ask says what it was to ask.
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$ModuleManifest'; Remove-ImagenRequest -State Delivered; Remove-ImagenRequest $($bad.LedgerId)")
        $null = $shell.Invoke()
        $said = $shell.Streams.Error.Exception.Message
        $shell.Dispose()
        $said | Should -HaveCount 2
        $said[0] | Should -BeLike "*Remove request $($good.RequestId) (Delivered) and its prompt? Its images stay, but the ledger no longer knows that they were paid for: the next run of the same pipeline pays for this row again."
        $said[1] | Should -BeLike "*Remove request $($bad.RequestId) (Failed) and its prompt? The next run of the same pipeline treats this row as a new one and submits it."
        Get-ImagenRequest | Should -HaveCount 2
        { $bad | Remove-ImagenRequest -Force -Confirm } | Should -Throw
        Get-ImagenRequest | Should -HaveCount 2
        $bad | Remove-ImagenRequest -Force -WhatIf
        Get-ImagenRequest | Should -HaveCount 2
        $bad | Remove-ImagenRequest -Force
        $good | Remove-ImagenRequest -Confirm:$false
        Get-ImagenRequest | Should -BeNullOrEmpty
    }

    It 'forgets the earlier attempts of a row with the newest' {
        $rows = [pscustomobject]@{ Prompt = 'canary-row' }
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; count = 2; body = @{ detail = 'not now' } }
        1..3 | ForEach-Object { $null = $rows | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue }
        Get-ImagenRequest -History | Should -HaveCount 3
        Get-ImagenRequest | Remove-ImagenRequest -Confirm:$false
        Get-ImagenRequest -History | Should -BeNullOrEmpty
        Find-Text 'canary-row' | Should -BeNullOrEmpty

        # Chosen by their state, the attempts go and what has come of the row stays.
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; body = @{ detail = 'not now' } }
        1..2 | ForEach-Object { $null = $rows | New-ImagenImage -OutputDirectory $out -Force -ErrorAction SilentlyContinue }
        Remove-ImagenRequest -State Rejected -Confirm:$false
        (Get-ImagenRequest -History).State | Should -Be 'Delivered'
    }

    It 'forgetting a newest attempt that failed does not forget the images of an earlier one' {
        $rows = [pscustomobject]@{ Prompt = 'a fox' }
        $first = $rows | New-ImagenImage -OutputDirectory $out
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; body = @{ detail = 'not now' } }
        $null = $rows | New-ImagenImage -OutputDirectory $out -NoResume -ErrorAction SilentlyContinue
        Get-ImagenRequest -State Rejected | Remove-ImagenRequest -Confirm:$false
        (Get-ImagenRequest -History).RequestId | Should -Be $first.RequestId
        ($rows | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).RequestId | Should -Be $first.RequestId
        Get-Bill $test | Should -HaveCount 1
    }

    It 'the kept result of a host that says it once goes only when it is named' {
        Set-ImagenProvider once -Protocol FalSync -BaseUri "$($test.BaseUri)/fal-sync"
        $sent = New-ImagenImage 'canary-kept' -Provider once -ApiKey k
        Remove-ImagenRequest -Confirm:$false -Before ([datetime]::UtcNow.AddSeconds(1))
        ($sent | Receive-ImagenResult -ApiKey k -NoDownload).State | Should -Be 'Completed'
        $sent | Remove-ImagenRequest -Confirm:$false
        (Watch-Command { $sent | Receive-ImagenResult -ApiKey k -NoDownload }).Error.FullyQualifiedErrorId | Should -BeLike 'RequestNotFound,*'
        Find-Text 'canary-kept' | Should -BeNullOrEmpty
        Get-ImagenRequest | Should -BeNullOrEmpty
        Remove-ImagenProvider once
    }

    It 'takes what was sent out of a ledger that another process has open' {
        $ready = Join-Path $TestDrive ready
        $script = Join-Path $TestDrive child.ps1
        Set-Content $script "
            Import-Module '$ModuleManifest'
            Set-ImagenProvider emulator -Protocol FalQueue -BaseUri '$($test.BaseUri)' -Default
            `$null = [pscustomobject]@{ Prompt = 'canary-alive' } | New-ImagenImage -OutputDirectory '$out' -ApiKey k
            Set-Content '$ready' ready
            `$null = [Console]::In.ReadLine()"
        $start = [System.Diagnostics.ProcessStartInfo]::new($PwshProgram, [string[]]($PwshArguments + '-NoProfile', '-File', $script))
        $start.RedirectStandardInput = $true
        $child = [System.Diagnostics.Process]::Start($start)
        try {
            Wait-Until { Test-Path $ready } 'the other process has delivered'
            $seen = Watch-Command { Get-ImagenRequest | Remove-ImagenRequest -Confirm:$false }
            $seen.Warning | Should -BeNullOrEmpty
            Get-ImagenRequest | Should -BeNullOrEmpty
            Find-Text 'canary-alive' | Should -BeNullOrEmpty
        }
        finally {
            $child.Kill()
            $child.WaitForExit()
        }
    }
}
