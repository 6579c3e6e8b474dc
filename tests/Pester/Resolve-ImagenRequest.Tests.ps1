Describe 'Resolve-ImagenRequest' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.ResolveImagenRequestCommand'

        # A row whose answer is lost: with -Taken the host has it, else it does not.
        function New-Doubt {
            param([string]$Prompt, [switch]$Taken, [string]$OutputDirectory)
            Add-Fault $test @{ operation = 'submit'; kind = 'reset'; after_accept = [bool]$Taken; match = $null }
            $more = $OutputDirectory ? @{ OutputDirectory = $OutputDirectory } : @{}
            $null = [pscustomobject]@{ Prompt = $Prompt } | New-ImagenImage @more -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
            $doubt = Get-ImagenRequest -State InDoubt | Select-Object -Last 1
            $doubt.Prompt | Should -Be $Prompt
            $doubt
        }
    }
    BeforeEach {
        Reset-Emulator $test
        Set-Emulator $test @{ history = $true }
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'finds a request that the host has by its input and time: likely, never certain, whatever it was labelled with' {
        $same = New-ImagenImage 'a red fox'
        $doubt = New-Doubt 'a red fox' -Taken
        $settled = $doubt | Resolve-ImagenRequest -WarningVariable warnings -WarningAction SilentlyContinue
        $settled | Should -BeOfType ([Imagen4.ImagenRequest])
        $settled.State | Should -Be 'InQueue'
        $settled.Certainty | Should -Be 'Likely'
        $settled.LedgerId | Should -Be $doubt.LedgerId
        $settled.RequestId | Should -Be (Get-Bill $test)[1].request_id
        $settled.RequestId | Should -Not -Be $same.RequestId
        (Get-Bill $test)[1].tags | Should -Be "imagen4-ledger=$($doubt.LedgerId)"
        $settled.Error | Should -BeNullOrEmpty
        $settled.StatusUri | Should -BeLike "*$($settled.RequestId)/status"
        $warnings | Should -BeLike "*$($settled.RequestId)*by its input*$($doubt.LedgerId)*"
        Get-ImagenRequest -State InDoubt | Should -BeNullOrEmpty
        ($settled | Receive-ImagenResult -Wait -NoDownload).State | Should -Be 'Completed'
        Get-Bill $test | Should -HaveCount 2
    }

    It 'two that it may be leave it in doubt, with both ways to decide' {
        $twin = "twin $([guid]::NewGuid())"
        $first = New-Doubt $twin -Taken
        $second = [pscustomobject]@{ Prompt = $twin; Key = 'second' }
        Add-Fault $test @{ operation = 'submit'; kind = 'reset'; after_accept = $true }
        $null = $second | New-ImagenImage -NoResume -ErrorAction SilentlyContinue
        $seen = Watch-Command { $first | Resolve-ImagenRequest }
        $seen.Output.State | Should -Be 'InDoubt'
        $seen.Output.Certainty | Should -BeNullOrEmpty
        $seen.Error.FullyQualifiedErrorId | Should -Be "SubmissionInDoubt,$command"
        $seen.Error.Exception.Message | Should -BeLike "*2 could be it*-LedgerId $($first.LedgerId) -RequestId ID*-LedgerId $($first.LedgerId) -AsNotSubmitted*"
        $seen.Error.ErrorDetails.RecommendedAction | Should -BeLike "Get-ImagenRequest -LedgerId $($first.LedgerId) | Format-List # *"
        (Get-ImagenRequest -State InDoubt).LedgerId | Should -Contain $first.LedgerId
    }

    It 'a request that a complete history does not have was not submitted; the next run submits it, once' {
        $doubt = New-Doubt 'lost on the way' -OutputDirectory (Join-Path $TestDrive lost)
        Get-Bill $test | Should -BeNullOrEmpty
        $settled = $doubt | Resolve-ImagenRequest
        $settled.State | Should -Be 'Failed'
        $settled.Certainty | Should -Be 'Certain'
        $result = [pscustomobject]@{ Prompt = 'lost on the way' } | New-ImagenImage -OutputDirectory (Join-Path $TestDrive lost)
        $result.State | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 1
    }

    It 'a history that promises nothing proves nothing by an absence' {
        Set-ImagenProvider plain -Protocol FalQueue -BaseUri $test.BaseUri
        Add-Fault $test @{ operation = 'submit'; kind = 'reset'; after_accept = $false }
        $null = [pscustomobject]@{ Prompt = 'plain' } | New-ImagenImage -Provider plain -ApiKey k -ErrorAction SilentlyContinue
        $doubt = Get-ImagenRequest -State InDoubt
        $seen = Watch-Command { $doubt | Resolve-ImagenRequest -ApiKey k }
        $seen.Output.State | Should -Be 'InDoubt'
        $seen.Error.Exception.Message | Should -BeLike '*plain''s profile has no list of requests*-RequestId ID*-AsNotSubmitted*'
        Remove-ImagenProvider plain
    }

    It 'a history that cannot be read leaves the request in doubt' {
        $doubt = New-Doubt 'unread' -Taken
        Set-Emulator $test @{ history = $false }
        $seen = Watch-Command { $doubt | Resolve-ImagenRequest }
        $seen.Error.FullyQualifiedErrorId | Should -Be "HostUnavailable,$command"
        (Get-ImagenRequest).State | Should -Be 'InDoubt'
    }

    It '-AsNotSubmitted records the user''s decision, without a key or a host' {
        $doubt = New-Doubt 'decided' -Taken
        Set-Emulator $test @{ history = $false }
        $null = Invoke-RestMethod "$($test.Admin)/requests" -Method Delete
        $settled = $doubt | Resolve-ImagenRequest -AsNotSubmitted
        $settled.State | Should -Be 'Failed'
        $settled.Certainty | Should -Be 'User'
        Get-Seen $test | Should -BeNullOrEmpty
        ([pscustomobject]@{ Prompt = 'decided' } | New-ImagenImage).State | Should -Be 'InQueue'
        Get-Bill $test | Should -HaveCount 2
    }

    It '-RequestId is believed when the host knows it' {
        $doubt = New-Doubt 'told' -Taken
        Set-Emulator $test @{ history = $false }
        $seen = Watch-Command { Resolve-ImagenRequest $doubt.LedgerId -RequestId $UnknownId }
        $seen.Error.FullyQualifiedErrorId | Should -Be "RequestNotFound,$command"
        (Get-ImagenRequest).State | Should -Be 'InDoubt'

        $id = (Get-Bill $test).request_id
        $settled = Resolve-ImagenRequest $doubt.LedgerId -RequestId $id
        $settled.State | Should -Be 'InQueue'
        $settled.RequestId | Should -Be $id
        $settled.Certainty | Should -Be 'User'
        ([pscustomobject]@{ Prompt = 'told' } | New-ImagenImage -OutputDirectory (Join-Path $TestDrive told)).State | Should -Be 'Delivered'
    }

    It 'one of the host''s requests is one submission only' {
        $other = New-ImagenImage 'other'
        $doubt = New-Doubt 'doubt'
        $seen = Watch-Command { $doubt | Resolve-ImagenRequest -RequestId $other.RequestId }
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -BeLike "*another submission*$($other.LedgerId)*"
        (Get-ImagenRequest -State InDoubt).LedgerId | Should -Be $doubt.LedgerId
    }

    It 'what is not in doubt, unknown or contradictory is refused' {
        $sent = 'a', 'b' | New-ImagenImage
        $seen = Watch-Command { $sent[0] | Resolve-ImagenRequest }
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -BeLike '*is not in doubt: it is InQueue.'
        (Watch-Command { Resolve-ImagenRequest nobody }).Error.FullyQualifiedErrorId | Should -Be "RequestNotFound,$command"
        (Watch-Command { Resolve-ImagenRequest }).Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        (Watch-Command { [pscustomobject]@{ Prompt = 'x' } | Resolve-ImagenRequest }).Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        (Watch-Command { Resolve-ImagenRequest x -AsNotSubmitted -RequestId y }).Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
    }

    It '-RequestId is for one request' {
        $null = New-Doubt 'one' -Taken
        $null = New-Doubt 'two' -Taken
        $id = (Get-Bill $test)[0].request_id
        $seen = Watch-Command { Get-ImagenRequest -State InDoubt | Resolve-ImagenRequest -RequestId $id }
        $seen.Output.Prompt | Should -Be 'one'
        $seen.Error.Exception.Message | Should -BeLike '*names one request*'
    }

    It '-WhatIf asks and writes nothing' {
        $doubt = New-Doubt 'what if' -Taken
        $null = Invoke-RestMethod "$($test.Admin)/requests" -Method Delete
        $before = Get-ChildItem $env:IMAGEN4_HOME -Recurse -File | ForEach-Object { "$($_.FullName) $($_.Length)" }
        $doubt | Resolve-ImagenRequest -WhatIf | Should -BeNullOrEmpty
        $doubt | Resolve-ImagenRequest -AsNotSubmitted -WhatIf | Should -BeNullOrEmpty
        Get-Seen $test | Should -BeNullOrEmpty
        Get-ChildItem $env:IMAGEN4_HOME -Recurse -File | ForEach-Object { "$($_.FullName) $($_.Length)" } | Should -Be $before
        (Get-ImagenRequest).State | Should -Be 'InDoubt'
    }
}

Describe 'A batch that meets a row in doubt' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
    }
    BeforeEach {
        $row = [pscustomobject]@{ Prompt = "a row $([guid]::NewGuid())" }
        Reset-Emulator $test
        Set-Emulator $test @{ history = $true }
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'goes on with the request the host has, once it is settled: one bill' {
        Add-Fault $test @{ operation = 'submit'; kind = 'reset'; after_accept = $true }
        $null = $row | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        (Get-ImagenRequest).State | Should -Be 'InDoubt'
        (Get-ImagenRequest | Resolve-ImagenRequest -WarningAction SilentlyContinue).Certainty | Should -Be 'Likely'
        $seen = Watch-Command { $row | New-ImagenImage -OutputDirectory $out }
        $seen.Error | Should -BeNullOrEmpty
        $seen.Output.State | Should -Be 'Delivered'
        $seen.Output.RequestId | Should -Be (Get-Bill $test).request_id
        Get-Bill $test | Should -HaveCount 1
    }

    It 'submits again what the host never got: one bill' {
        Add-Fault $test @{ operation = 'submit'; kind = 'reset'; after_accept = $false }
        $null = $row | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        (Get-ImagenRequest).State | Should -Be 'InDoubt'
        (Watch-Command { $row | New-ImagenImage -OutputDirectory $out }).Output.State | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 1
    }

    It 'reports again what is only likely, and what cannot be asked for' {
        Add-Fault $test @{ operation = 'submit'; kind = 'reset'; after_accept = $true }
        $null = $row | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        $seen = Watch-Command { $row | New-ImagenImage -OutputDirectory $out }
        $seen.Error.FullyQualifiedErrorId | Should -BeLike 'SubmissionInDoubt,*'
        $seen.Output.State | Should -Be 'InDoubt'
        Set-Emulator $test @{ history = $false }
        (Watch-Command { $row | New-ImagenImage -OutputDirectory $out }).Output.State | Should -Be 'InDoubt'
        Get-Bill $test | Should -HaveCount 1
    }

    It 'goes on with the request of a process that was killed while it waited for the answer' {
        Add-Fault $test @{ operation = 'submit'; kind = 'hang'; after_accept = $true }
        $script = Join-Path $TestDrive child.ps1
        Set-Content $script "
            Import-Module '$ModuleManifest'
            Set-ImagenProvider emulator -Protocol FalQueue -BaseUri '$($test.BaseUri)' -Default
            [pscustomobject]@{ Prompt = '$($row.Prompt)' } | New-ImagenImage -OutputDirectory '$out' -ApiKey k"
        $child = [System.Diagnostics.Process]::Start($PwshProgram, [string[]]($PwshArguments + '-NoProfile', '-File', $script))
        try {
            Wait-Until { Get-Bill $test } 'the host has the request'
        }
        finally {
            $child.Kill()
            $child.WaitForExit()
        }
        (Get-ImagenRequest).State | Should -Be 'InDoubt'
        (Watch-Command { $row | New-ImagenImage -OutputDirectory $out }).Output.State | Should -Be 'InDoubt'
        $null = Get-ImagenRequest | Resolve-ImagenRequest -WarningAction SilentlyContinue
        (Watch-Command { $row | New-ImagenImage -OutputDirectory $out }).Output.State | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 1
    }
}
