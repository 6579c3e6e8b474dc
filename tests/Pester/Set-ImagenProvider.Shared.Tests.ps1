# Two processes that change the settings of one user at the same time: nothing that either has saved is lost.

Describe 'Set-ImagenProvider -Scope User in two processes at once' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home) -NoEmulator

        # A process that says that it is ready, waits for a line, and then runs a script twenty times.
        function Start-Saver {
            param([string]$Script)
            $start = [System.Diagnostics.ProcessStartInfo]::new($PwshProgram)
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
            $whole = "Import-Module '$ModuleManifest'; `$null = Get-ImagenProvider; 'ready'; `$null = [Console]::In.ReadLine(); foreach (`$n in 1..20) { try { $Script } catch { `"`$_`" } }; 'done'"
            $PwshArguments + '-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-Command', $whole | ForEach-Object { $start.ArgumentList.Add($_) }
            [System.Diagnostics.Process]::Start($start)
        }

        # Both at once; what they say beside being ready and done is what went wrong.
        function Invoke-Both {
            param([string[]]$Script)
            $savers = $Script.ForEach{ Start-Saver $_ }
            try {
                $savers.ForEach{ $_.StandardOutput.ReadLine() } | Should -Be 'ready', 'ready'
                $savers.ForEach{ $_.StandardInput.WriteLine() }
                $savers.ForEach{ $_.StandardOutput.ReadToEnd().Trim() } | Should -Be 'done', 'done'
            }
            finally {
                $savers.ForEach{ $_.Kill(); $_.Dispose() }
            }
        }
    }
    BeforeEach { $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid()) }
    AfterAll { Exit-ImagenTest $test }

    It 'forty profiles of their own are all kept' {
        Invoke-Both ('a', 'b' | ForEach-Object { "Set-ImagenProvider `"$_-`$n`" -Protocol FalQueue -BaseUri https://x.example -Scope User" })
        (Get-ImagenProvider | Where-Object Scope -EQ User).Name | Sort-Object | Should -Be (1..20 | ForEach-Object { "a-$_"; "b-$_" } | Sort-Object)
        (Get-ChildItem $env:IMAGEN4_HOME -Force).Name | Sort-Object | Should -Be 'settings.json', 'settings.lock'
    }

    It 'two settings of the same profile, and a profile that is removed meanwhile' {
        Set-ImagenProvider shared -Protocol FalQueue -BaseUri https://x.example -Scope User
        1..20 | ForEach-Object { Set-ImagenProvider "gone-$_" -Protocol FalQueue -BaseUri https://x.example -Scope User }
        # What one has just saved, the other has not put back.
        Invoke-Both 'Set-ImagenProvider shared -ConcurrencyLimit $n -Scope User; if ((Get-ImagenProvider shared).ConcurrencyLimit -ne $n) { throw "$n is lost" }',
        'Set-ImagenProvider shared -PricePerImage $n -Scope User; if ((Get-ImagenProvider shared).PricePerImage -ne $n) { throw "$n is lost" }; Remove-ImagenProvider "gone-$n" -ErrorAction Stop'
        $shared = Get-ImagenProvider shared
        $shared.ConcurrencyLimit | Should -Be 20
        $shared.PricePerImage | Should -Be 20
        (Get-ImagenProvider | Where-Object Scope -EQ User).Name | Should -Be 'shared'
    }
}
