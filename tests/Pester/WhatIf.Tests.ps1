# -WhatIf writes nothing: neither in the state folder, nor where images go, nor at a host, which is asked for prices and for nothing else.

Describe '-WhatIf' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)

        # Everything below a folder: names, sizes, times, bytes. What SQLite keeps of who reads is no content, and neither is an empty log.
        function Get-Snapshot([string]$Path) {
            Get-ChildItem $Path -Recurse -Force | Where-Object { $_.Name -ne 'ledger.db-shm' -and ($_.Name -ne 'ledger.db-wal' -or $_.Length) } |
                Sort-Object FullName | ForEach-Object {
                    $hash = if (-not $_.PSIsContainer) { [Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.IO.File]::ReadAllBytes($_.FullName))) }
                    "$($_.FullName) $($_.Length) $(if (-not $_.PSIsContainer) { $_.LastWriteTimeUtc.Ticks }) $hash"
                }
        }

        # What a host is asked besides prices, which -WhatIf tells.
        function Get-Asked {
            Get-Seen $test | Where-Object path -NotLike '/v1/models/pricing*'
        }

        # A state folder of processes that have ended, one of them without a word.
        function New-Home {
            'one', 'two' | New-ImagenImage -OutputDirectory $out -WarningAction Ignore | Out-Null
            $folder = Join-Path $TestDrive ([guid]::NewGuid())
            $null = New-Item -ItemType Directory $folder
            Get-ChildItem $env:IMAGEN4_HOME -Filter ledger.db* | Where-Object Name -NE ledger.db-shm | Copy-Item -Destination $folder
            $null = New-Item -ItemType Directory (Join-Path $folder owners)
            Set-Content (Join-Path $folder owners 1.lock) ''
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
            'Send-ImagenFile' = { Send-ImagenFile $ModuleManifest -WhatIf }
            'Start-ImagenEmulator, Stop-ImagenEmulator' = { Start-ImagenEmulator -WhatIf; Stop-ImagenEmulator -WhatIf }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
        $other = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'changes nothing in a state folder that has much in it, which the same command without it writes to' {
        New-Home
        $before = Get-Snapshot $env:IMAGEN4_HOME
        $images = Get-Snapshot $out
        $seen = @(Get-Asked).Count
        foreach ($name in $commands.Keys | Sort-Object) {
            & $commands[$name] | Out-Null
            Get-Snapshot $env:IMAGEN4_HOME | Should -Be $before -Because "$name writes nothing"
        }
        Get-Snapshot $out | Should -Be $images
        $other | Should -Not -Exist
        @(Get-Asked) | Should -HaveCount $seen

        # It had much in it.
        (Get-ImagenRequest).Prompt | Sort-Object | Should -Be 'one', 'two'
        $images | Should -HaveCount 2
        $null = 'three' | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        (Get-ImagenRequest).Prompt | Should -Contain 'three'
    }

    It 'creates no state folder where there is none' {
        foreach ($name in $commands.Keys | Sort-Object) {
            & $commands[$name] | Out-Null
            $env:IMAGEN4_HOME | Should -Not -Exist -Because "$name writes nothing"
        }
        $out, $other | Should -Not -Exist
        @(Get-Asked) | Should -HaveCount 0
    }
}
