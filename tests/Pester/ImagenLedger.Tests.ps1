Describe 'Get-ImagenLedger and Set-ImagenLedger' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home) -NoEmulator
        $address = 'Host=db.example;Database=imagen;Username=imagen'

        # Nobody listens there: what is looked at is where it would be, which is known without asking.
        $closed = 'Host=127.0.0.1;Port=1;Database=imagen;Username=imagen'
        function Get-Place { Get-ImagenLedger -ErrorAction SilentlyContinue }
        function Get-InNewProcess([string]$Script) {
            Invoke-Pwsh "Import-Module '$ModuleManifest'; $Script"
        }
    }
    BeforeEach {
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterEach {
        Remove-Item Env:\IMAGEN4_LEDGER -ErrorAction Ignore
        Set-ImagenLedger -Reset
    }
    AfterAll { Exit-ImagenTest $test }

    It 'a ledger that is not there yet is a file in the state folder, and stays not there' {
        $ledger = Get-ImagenLedger -Verify
        $ledger | Should -BeOfType ([Imagen4.ImagenLedger])
        $ledger.Location | Should -Be (Join-Path $env:IMAGEN4_HOME ledger.db)
        $ledger.Kind | Should -Be 'SQLite'
        $ledger.Scope | Should -Be 'Default'
        $ledger.SchemaVersion | Should -BeNullOrEmpty
        $ledger.Requests | Should -Be 0
        $ledger.InDoubt | Should -Be 0
        $env:IMAGEN4_HOME | Should -Not -Exist
    }

    It 'its view shows where it is and the counts, and what is damaged only where that was looked at' {
        $text = Get-ImagenLedger | Out-String
        $text | Should -Match '(?m)^Location +: .*ledger\.db'
        $text | Should -Match '(?m)^InDoubt +: 0'
        $text | Should -Not -Match 'IsIntact|Damage|SecretName'
        [pscustomobject]@{ PSTypeName = 'Imagen4.ImagenLedger'; IsIntact = $false; Damage = 'Request x' } | Out-String | Should -Match '(?m)^IsIntact +: False\r?\nDamage +: Request x'
    }

    It 'of the session it holds in all its runspaces, and -Reset takes it back' {
        Set-ImagenLedger $closed -SecretName imagen-ledger
        $env:PGPASSWORD = 's3cret'
        $manifest = $ModuleManifest
        $ledger = 1 | ForEach-Object -Parallel { Import-Module $using:manifest; Get-ImagenLedger -ErrorAction SilentlyContinue }
        Remove-Item Env:\PGPASSWORD
        $ledger.Location | Should -Be 'postgres://127.0.0.1:1/imagen'
        $ledger.Kind | Should -Be 'PostgreSQL'
        $ledger.Scope | Should -Be 'Session'
        $ledger.SecretName | Should -Be 'imagen-ledger'
        $env:IMAGEN4_HOME | Should -Not -Exist
        Set-ImagenLedger -Reset
        (Get-ImagenLedger).Kind | Should -Be 'SQLite'
    }

    It 'with -Scope User holds in a new process, until -Reset -Scope User' {
        Set-ImagenLedger $closed -Scope User
        (Get-Place).Scope | Should -Be 'User'
        Get-InNewProcess '(Get-ImagenLedger -ErrorAction SilentlyContinue).Location; Set-ImagenLedger -Reset -Scope User; (Get-ImagenLedger).Kind' |
            ForEach-Object { $_ -split '\s+' } | Should -Be 'postgres://127.0.0.1:1/imagen', 'SQLite'
        (Get-ImagenLedger).Scope | Should -Be 'Default'
    }

    It 'IMAGEN4_LEDGER comes first, and that is said to who sets another one' {
        $env:IMAGEN4_LEDGER = 'postgres://imagen:s3cret@127.0.0.1:2/imagen'
        $seen = Watch-Command { Set-ImagenLedger $closed }
        $seen.Warning | Should -Be 'The variable IMAGEN4_LEDGER takes precedence: the new setting is used where that variable is not set.'
        $ledger = Get-Place
        $ledger.Location | Should -Be 'postgres://127.0.0.1:2/imagen'
        $ledger.Scope | Should -Be 'Environment'
        $ledger | Format-List * | Out-String | Should -Not -BeLike '*s3cret*'
        Remove-Item Env:\IMAGEN4_LEDGER
        (Get-Place).Location | Should -Be 'postgres://127.0.0.1:1/imagen'
        (Watch-Command { Set-ImagenLedger $address -Scope User }).Warning | Should -Be 'This session has a ledger of its own, which takes precedence here. Set-ImagenLedger -Reset removes it.'
    }

    It 'a ledger that cannot be reached is shown with the reason' {
        Set-ImagenLedger $closed
        $seen = Watch-Command { Get-ImagenLedger }
        $seen.Output.Location | Should -Be 'postgres://127.0.0.1:1/imagen'
        $seen.Output.Requests | Should -BeNullOrEmpty
        $seen.Error.FullyQualifiedErrorId | Should -Be 'LedgerUnavailable,Imagen4.PowerShell.Commands.GetImagenLedgerCommand'
        $seen.Error.Exception.Message | Should -BeLike 'The ledger cannot be read: postgres://127.0.0.1:1/imagen: *'
    }

    It 'refuses <kind>, stores nothing and repeats nothing' -ForEach @(
        @{ kind = 'a password'; given = @{ ConnectionString = 'Host=db.example;Database=imagen;Username=imagen;Password=s3cret' }; message = "The address of the ledger's database has a password in it, and nothing was kept of it. *PGPASSWORD*" }
        @{ kind = 'a password in an address'; given = @{ ConnectionString = 'postgres://imagen:s3cret@db.example/imagen' }; message = "The address of the ledger's database has a password in it, and nothing was kept of it. *" }
        @{ kind = 'a file'; given = @{ ConnectionString = 'C:\s3cret\ledger.db' }; message = "The address of the ledger's database cannot be read: Host=…;*" }
        @{ kind = 'another database'; given = @{ ConnectionString = 'Server=s3cret;Driver=mysql' }; message = "The address of the ledger's database *" }
        @{ kind = 'no database'; given = @{ ConnectionString = 'Host=s3cret' }; message = "The address of the ledger's database names no host or no database: *" }
        @{ kind = 'several hosts'; given = @{ ConnectionString = 'Host=s3cret,b;Database=imagen' }; message = "The address of the ledger's database names several hosts. *" }
        @{ kind = 'a key for a name'; given = @{ ConnectionString = 'Host=db.example;Database=imagen'; SecretName = 'a3f1s3cretS3cret9d8c7b6a5f4e3d2c1' }; message = '-SecretName takes a name, and what was given looks like the key itself. *' }
    ) {
        $seen = Watch-Command { Set-ImagenLedger @given -Scope User }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be 'InvalidInput,Imagen4.PowerShell.Commands.SetImagenLedgerCommand'
        $seen.Thrown.Exception.Message | Should -BeLike $message
        "$($seen.Thrown) $($seen.Thrown.Exception)" | Should -Not -BeLike '*s3cret*'
        $env:IMAGEN4_HOME | Should -Not -Exist
    }

    It 'a variable that names no database stops, before a file is used in its place' {
        $env:IMAGEN4_LEDGER = './ledger.db'
        $seen = Watch-Command { Get-ImagenLedger }
        $seen.Output | Should -BeNullOrEmpty
        $seen.Error.FullyQualifiedErrorId | Should -BeLike 'LedgerUnavailable,*'
        $seen.Error.Exception.Message | Should -BeLike "IMAGEN4_LEDGER: The address of the ledger's database cannot be read: *"
    }

    It 'a secret that is not there is said so, and is not needed where there is another password' {
        function Get-Secret { param($Name, $Vault) }
        Set-ImagenLedger $closed -SecretName imagen-ledger
        (Watch-Command { Get-ImagenLedger }).Error.Exception.Message | Should -BeLike "There is no password for the ledger's database: the secret imagen-ledger does not exist, or is empty. *"
        $env:PGPASSWORD = 's3cret'
        (Watch-Command { Get-ImagenLedger }).Error.Exception.Message | Should -BeLike 'The ledger cannot be read: *'
        Remove-Item Env:\PGPASSWORD
    }

    It '-WhatIf changes nothing' {
        Set-ImagenLedger $address -WhatIf
        Set-ImagenLedger $address -Scope User -WhatIf
        (Get-ImagenLedger).Kind | Should -Be 'SQLite'
        $env:IMAGEN4_HOME | Should -Not -Exist
    }
}
