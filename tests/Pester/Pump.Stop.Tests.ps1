# The ends of a pipeline that are no end of its input: Ctrl+C, Select-Object -First, -ErrorAction Stop, an error downstream.
# Each returns at once and leaves nothing running.

Describe 'The pump, stopped' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $long = '[emulator:seconds=60]'
        $net = [timespan]::FromSeconds(20)
    }
    BeforeEach { Reset-Emulator $test }
    AfterEach {
        # The process is whole, and so are its connections.
        Reset-Emulator $test
        (New-ImagenImage 'afterwards' -Wait).State | Should -Be 'Completed'
        Get-Bill $test | Should -HaveCount 1
    }
    AfterAll {
        # What a test left running would still be asking.
        Wait-Quiet $test
        Exit-ImagenTest $test
    }

    Context 'by Ctrl+C' {
        It 'before the first record' {
            $entered = [System.Threading.ManualResetEventSlim]::new()
            $running = Start-Shell {
                param($entered)
                & { $entered.Set(); while ($true) { Start-Sleep -Milliseconds 10 } } | New-ImagenImage -Wait
            } $entered
            $entered.Wait($net) | Should -BeTrue
            Stop-Shell $running
            Get-Seen $test | Should -HaveCount 0
        }

        It 'while a POST is on its way' {
            Add-Fault $test @{ kind = 'hang'; operation = 'submit'; count = -1 }
            $running = Start-Shell { 'one', 'two', 'three' | New-ImagenImage -Wait -ThrottleLimit 2 }
            Wait-Until { @(Get-Seen $test).Count -eq 2 } 'two POSTs are on their way'
            Stop-Shell $running
            Get-Seen $test | Should -HaveCount 2
            $running.Output | Should -HaveCount 0
        }

        It 'while a throttled POST waits for its next try' {
            Add-Fault $test @{ kind = 'status'; operation = 'submit'; status = 429; headers = @{ 'Retry-After' = '60' }; count = -1 }
            $running = Start-Shell { 'one', 'two' | New-ImagenImage }
            Wait-Until { @(Get-Seen $test | Where-Object status -EQ 429).Count -ge 1 } 'the host throttles'
            Stop-Shell $running
            Get-Bill $test | Should -HaveCount 0
        }

        It 'while a broken read waits for its next try' {
            Add-Fault $test @{ kind = 'html'; operation = 'stream'; count = -1 }
            Add-Fault $test @{ kind = 'html'; operation = 'status'; headers = @{ 'Retry-After' = '60' }; count = -1 }
            $running = Start-Shell { New-ImagenImage 'one' -Wait }
            Wait-Until { @(Get-Seen $test | Where-Object { $_.status -eq 502 -and $_.path -like '*/status' }).Count -ge 1 } 'the read breaks'
            Stop-Shell $running
        }

        It 'while requests run and rows wait for a place: <limit> at once, no more' -ForEach @(@{ limit = 1 }, @{ limit = 4 }) {
            $running = Start-Shell { param($long, $limit) 1..10 | ForEach-Object { "$long $_" } | New-ImagenImage -Wait -ThrottleLimit $limit } $long, $limit
            Wait-Until { @(Get-Bill $test).Count -eq $limit } "$limit requests run"
            Stop-Shell $running
            Get-Bill $test | Should -HaveCount $limit
        }

        It 'while the input is at its end and results are waited for' {
            $running = Start-Shell { param($long) $long, 'fast' | New-ImagenImage -Wait } $long
            Wait-Until { $running.Output.Count -eq 1 } 'the fast one is handed on'
            Stop-Shell $running
            $running.Output.Prompt | Should -Be 'fast'
            Get-Bill $test | Should -HaveCount 2
        }

        It 'while a file is fetched: no part of it stays' {
            Add-Fault $test @{ kind = 'hang'; operation = 'download'; count = -1 }
            $out = Join-Path $TestDrive stopped
            $running = Start-Shell { param($out) New-ImagenImage 'one' -OutputDirectory $out } $out
            Wait-Until { @(Get-Seen $test | Where-Object path -Like '/_emulator/files/*').Count -eq 1 } 'the file is being fetched'
            Stop-Shell $running
            Wait-Until { @(Get-ChildItem $out -Force).Count -eq 0 } 'the draft is gone'
        }

        It 'of <name>' -ForEach @(
            @{ name = 'Get-ImagenRequestStatus -Wait'; script = { param($id) Get-ImagenRequestStatus $id -Wait } }
            @{ name = 'Receive-ImagenResult -Wait'; script = { param($id) Receive-ImagenResult $id -Wait -NoDownload } }
        ) {
            $id = (New-ImagenImage $long).RequestId
            $running = Start-Shell $script $id
            Wait-Until { @(Get-Seen $test | Where-Object path -Like "*/$id/status*").Count -ge 1 } 'it waits'
            Stop-Shell $running
            Stop-ImagenRequest $id
        }
    }

    Context 'by other commands' {
        It 'Select-Object -First 1' {
            $first = 'fast', $long, $long | New-ImagenImage -Wait | Select-Object -First 1
            $first.Prompt | Should -Be 'fast'
        }

        It 'Select-Object -First 1, before the input has been read' {
            $read = [System.Collections.Generic.List[int]]::new()
            $null = 1..1000 | ForEach-Object { $read.Add($_); "row $_" } | New-ImagenImage -ThrottleLimit 2 | Select-Object -First 1
            $read.Count | Should -BeLessThan 10
            @(Get-Bill $test).Count | Should -BeLessThan 10
        }

        It '-ErrorAction Stop' {
            { $long, 'forbidden', 'never' | New-ImagenImage -Wait -ErrorAction Stop -ThrottleLimit 2 } |
                Should -Throw -ErrorId 'ContentPolicyViolation,Imagen4.PowerShell.Commands.NewImagenImageCommand'
            (Get-Bill $test).input.prompt | Should -Not -Contain 'never'
        }

        It '-ErrorAction Stop, submitting only: what was paid for is handed on first' {
            $handed = [System.Collections.Generic.List[object]]::new()
            { 'one', 'two', 'three', ' x', 'five' | ForEach-Object { [pscustomobject]@{ prompt = $_; num_images = $_ -eq ' x' ? 'five' : '' } } |
                New-ImagenImage -ErrorAction Stop | ForEach-Object { $handed.Add($_) } } |
                Should -Throw -ErrorId 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
            Get-Bill $test | Should -HaveCount 3
            $handed.RequestId | Sort-Object | Should -Be @((Get-Bill $test).request_id | Sort-Object)
        }

        It '-ErrorAction Stop at a row that is bad input' {
            { $long, ' ', 5, 'never' | New-ImagenImage -Wait -ErrorAction Stop } |
                Should -Throw -ErrorId 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
            @(Get-Bill $test | Where-Object { $_.input.prompt -eq 'never' }) | Should -HaveCount 0
        }

        It 'a command downstream that fails' {
            { 'fast', $long, $long | New-ImagenImage -Wait | ForEach-Object { throw 'enough' } } | Should -Throw 'enough'
        }

        It 'a loop that breaks off' {
            foreach ($once in 1) {
                'fast', $long | New-ImagenImage -Wait | ForEach-Object { break }
            }
            $once | Should -Be 1
        }
    }
}
