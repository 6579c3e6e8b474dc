# Rows that were submitted without a key and get one: they continue, and are not paid for again.

Describe 'A key column that is added later' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        function New-Row([string]$Prompt, [string]$Key) {
            [pscustomobject]@{ prompt = $Prompt; key = $Key }
        }
        function Get-Path($Results) {
            $Results | Sort-Object Index | ForEach-Object { "$($_.Key) $([System.IO.Path]::GetFileName($_.Path))" }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'pays for nothing again, with equal rows and in another order too' {
        $null = (New-Row one), (New-Row two), (New-Row one) | New-ImagenImage $out
        $seen = Watch-Command { (New-Row two b), (New-Row one a), (New-Row one a2) | New-ImagenImage $out }
        Get-Path $seen.Output | Should -Be 'b 0002-two.png', 'a 0001-one.png', 'a2 0003-one.png'
        $seen.Warning | Should -HaveCount 1
        Get-Path ((New-Row one a2), (New-Row two b), (New-Row one a) | New-ImagenImage $out -WarningAction Ignore) | Should -Be 'a2 0003-one.png', 'b 0002-two.png', 'a 0001-one.png'
        Get-Bill $test | Should -HaveCount 3
    }

    It 'makes the key stand for its row: another key with the same input is another row' {
        $null = New-Row one | New-ImagenImage $out
        $null = New-Row one a | New-ImagenImage $out -WarningAction Ignore
        $other = New-Row one b | New-ImagenImage $out
        $other.Path | Should -Be (Join-Path $out b.png)
        Get-Path (New-Row one a | New-ImagenImage $out -WarningAction Ignore) | Should -Be 'a 0001-one.png'
        Get-Path (New-Row one | New-ImagenImage $out -WarningAction Ignore) | Should -Be ' 0001-one.png'
        Get-Bill $test | Should -HaveCount 2
    }

    It 'leaves a row without a key its own row, in one pipeline' {
        $null = New-Row one | New-ImagenImage $out
        $results = (New-Row one a), (New-Row one) | New-ImagenImage $out -WarningAction Ignore
        $results.RequestId | Sort-Object -Unique | Should -HaveCount 2
        Get-Bill $test | Should -HaveCount 2
        $again = (New-Row one a), (New-Row one) | New-ImagenImage $out -WarningAction Ignore
        $again.RequestId | Sort-Object | Should -Be ($results.RequestId | Sort-Object)
        Get-Bill $test | Should -HaveCount 2
    }

    It 'refuses other input under that key from then on' {
        $null = New-Row one | New-ImagenImage $out
        $null = New-Row one a | New-ImagenImage $out -WarningAction Ignore
        $seen = Watch-Command { New-Row changed a | New-ImagenImage $out }
        "$($seen.Error)" | Should -BeLike "Row 1: The key 'a' is known with another input.*"
        Get-Bill $test | Should -HaveCount 1
    }

    It 'continues what was only submitted, and what is in doubt is not sent again' {
        $first = New-Row one | New-ImagenImage
        (New-Row one a | New-ImagenImage -WarningAction Ignore).RequestId | Should -Be $first.RequestId
        Add-Fault $test @{ operation = 'submit'; kind = 'reset'; after_accept = $true }
        $doubt = Watch-Command { New-Row two | New-ImagenImage }
        $doubt.Error.FullyQualifiedErrorId | Should -BeLike 'SubmissionInDoubt,*'
        $again = Watch-Command { New-Row two b | New-ImagenImage }
        $again.Error.FullyQualifiedErrorId | Should -BeLike 'SubmissionInDoubt,*'
        (Get-Bill $test).input.prompt | Where-Object { $_ -eq 'two' } | Should -HaveCount 1
    }

    It 'submits again what had failed, once' {
        $null = Watch-Command { New-Row '[emulator:downstream_service_unavailable] one' | New-ImagenImage $out }
        $null = Watch-Command { New-Row '[emulator:downstream_service_unavailable] one' a | New-ImagenImage $out }
        Get-ImagenRequest -History | Should -HaveCount 2
        $null = Watch-Command { New-Row '[emulator:downstream_service_unavailable] one' a | New-ImagenImage $out }
        Get-ImagenRequest -History | Should -HaveCount 3
    }

    It 'generates afresh with -NoResume, and warns for another directory' {
        $null = New-Row one | New-ImagenImage $out
        $seen = Watch-Command { New-Row one a | New-ImagenImage "$out-2" -WhatIf }
        $seen.Warning | Should -Contain "Rows of this batch were submitted before, for images in $out. For another directory they are new rows, and are paid for again."
        $fresh = New-Row one a | New-ImagenImage $out -NoResume
        $fresh.Path | Should -Be (Join-Path $out a.png)
        (New-Row one a | New-ImagenImage $out -WarningAction Ignore).RequestId | Should -Be $fresh.RequestId
        Get-Bill $test | Should -HaveCount 2
    }

    It 'goes on after the request was forgotten as any row does' {
        $null = New-Row one | New-ImagenImage $out
        $null = New-Row one a | New-ImagenImage $out -WarningAction Ignore
        Get-ImagenRequest | Remove-ImagenRequest -Confirm:$false
        (New-Row one a | New-ImagenImage $out).Path | Should -Be (Join-Path $out a.png)
        Get-Bill $test | Should -HaveCount 2
    }

    It 'is worked out once by processes that run the same rows at once' {
        $null = 1..4 | ForEach-Object { New-Row one } | New-ImagenImage $out
        $script = "Import-Module '$ModuleManifest'
            Set-ImagenProvider emulator -Protocol FalQueue -BaseUri '$($test.BaseUri)' -Default
            `$env:IMAGEN4_HOME = '$($env:IMAGEN4_HOME)'
            'a', 'b', 'c', 'd' | Sort-Object { Get-Random } | ForEach-Object { [pscustomobject]@{ prompt = 'one'; key = `$_ } } |
                New-ImagenImage '$out' -ApiKey k -WarningAction Ignore | ForEach-Object { `"`$(`$_.Key) `$(`$_.RequestId)`" }"
        $encoded = [Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes($script))
        $said = 1..3 | ForEach-Object -Parallel {
            & $using:PwshProgram @using:PwshArguments -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand $using:encoded
        } -ThrottleLimit 3
        $said | Should -HaveCount 12
        $said | Sort-Object -Unique | Should -HaveCount 4
        Get-Bill $test | Should -HaveCount 4
    }
}
