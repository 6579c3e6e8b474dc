# -WhatIf writes nothing: neither in the state folder, nor where images go, nor at a host.

Describe '-WhatIf' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)

        # Everything below a folder: names, sizes, times, bytes.
        function Get-Snapshot([string]$Path) {
            Get-ChildItem $Path -Recurse -Force | Sort-Object FullName | ForEach-Object {
                $hash = if (-not $_.PSIsContainer) { [Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.IO.File]::ReadAllBytes($_.FullName))) }
                "$($_.FullName) $($_.Length) $($_.LastWriteTimeUtc.Ticks) $hash"
            }
        }

        # A state folder of processes that have ended, with more segments than are left as they are.
        function New-Home {
            'one', 'two' | New-ImagenImage -OutputDirectory $out -WarningAction Ignore | Out-Null
            $segment = [System.IO.File]::ReadAllBytes((Get-ChildItem (Join-Path $env:IMAGEN4_HOME v1 seg) -File | Select-Object -First 1).FullName)
            $folder = Join-Path $TestDrive ([guid]::NewGuid())
            foreach ($part in 'seg', 'claim', 'own') {
                $null = New-Item -ItemType Directory (Join-Path $folder v1 $part)
            }
            1..40 | ForEach-Object { [System.IO.File]::WriteAllBytes((Join-Path $folder v1 seg ('20260101T000000-{0}-00000001.0001.jsonl' -f $_)), $segment) }
            $env:IMAGEN4_HOME = $folder
            Set-ImagenProvider mine -Protocol FalQueue -BaseUri $test.BaseUri -Scope User
        }

        $commands = @{
            'New-ImagenImage, rows' = { 'one', 'two', 'three' | New-ImagenImage -OutputDirectory $out -WhatIf -WarningAction Ignore }
            'New-ImagenImage, rows afresh' = { 'one', 'two', 'three' | New-ImagenImage -OutputDirectory $out -NoResume -WhatIf }
            'New-ImagenImage, a key' = { New-ImagenImage 'one' -Key a -OutputDirectory $other -FileName '{Key}' -Force -WhatIf }
            'New-ImagenImage, by preference' = { $WhatIfPreference = $true; 'one', 'two' | New-ImagenImage -WarningAction Ignore }
            'New-ImagenImage, an answer that is the result' = { 'one' | New-ImagenImage -Provider fal-sync -ApiKey k -WhatIf -WarningAction Ignore }
            'Stop-ImagenRequest' = { @(Get-ImagenRequest) + [pscustomobject]@{ RequestId = $UnknownId } | Stop-ImagenRequest -WhatIf }
            'Remove-ImagenRequest' = { Remove-ImagenRequest -Before ([datetime]::MaxValue) -WhatIf; Get-ImagenRequest | Remove-ImagenRequest -WhatIf }
            'Resolve-ImagenRequest' = { @(Get-ImagenRequest) + [pscustomobject]@{ LedgerId = 'none' } | Resolve-ImagenRequest -AsNotSubmitted -WhatIf -ErrorAction Ignore }
            'Set-ImagenProvider' = { Set-ImagenProvider new -Protocol FalQueue -BaseUri $test.BaseUri -Default -Scope User -WhatIf; Set-ImagenProvider fal -ConcurrencyLimit 3 -Scope User -WhatIf }
            'Remove-ImagenProvider' = { Get-ImagenProvider mine -ErrorAction Ignore | Remove-ImagenProvider -WhatIf }
            'Start-ImagenEmulator, Stop-ImagenEmulator' = { Start-ImagenEmulator -WhatIf; Stop-ImagenEmulator -WhatIf }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
        $other = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'changes nothing in a state folder that has much in it, which the same command without it rewrites' {
        New-Home
        $before = Get-Snapshot $env:IMAGEN4_HOME
        $images = Get-Snapshot $out
        $seen = @(Get-Seen $test).Count
        foreach ($name in $commands.Keys | Sort-Object) {
            & $commands[$name] | Out-Null
            Get-Snapshot $env:IMAGEN4_HOME | Should -Be $before -Because "$name writes nothing"
        }
        Get-Snapshot $out | Should -Be $images
        $other | Should -Not -Exist
        Get-Seen $test | Should -HaveCount $seen

        $null = 'one' | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        Wait-Until { @(Get-ChildItem (Join-Path $env:IMAGEN4_HOME v1 seg)).Count -lt 5 } 'the old segments are rewritten'
    }

    It 'creates no state folder where there is none' {
        foreach ($name in $commands.Keys | Sort-Object) {
            & $commands[$name] | Out-Null
            $env:IMAGEN4_HOME | Should -Not -Exist -Because "$name writes nothing"
        }
        $out, $other | Should -Not -Exist
        Get-Seen $test | Should -HaveCount 0
    }
}
