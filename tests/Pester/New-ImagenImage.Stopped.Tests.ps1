# What a stopped batch prints to go on with: it is run here as it stands, and finds those requests and no others.

Describe 'New-ImagenImage, stopped: the command that is printed' -Skip:$IsWindows {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $long = '[emulator:seconds=600]'

        # Runs a batch in a process of its own, stops it as Ctrl+C does once it waits for this many requests, and returns what it said.
        function Invoke-StoppedBatch {
            param([string]$Script, [int]$Waiting)
            $null = Invoke-RestMethod "$($test.Admin)/requests" -Method Delete
            $whole = "Import-Module '$ModuleManifest'; Set-ImagenProvider emulator -BaseUri '$($test.BaseUri)' -Default; $Script"
            $start = New-ConsoleStart '-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-Command', $whole
            $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            $process = [System.Diagnostics.Process]::Start($start)
            try {
                Wait-Until { @(Get-Seen $test | Where-Object path -Like '*/status*' | ForEach-Object { ($_.path -split '/requests/')[1] -replace '/.*' } | Select-Object -Unique).Count -ge $Waiting } "it waits for $Waiting requests" -Seconds 120
                $null = & /bin/kill -INT $process.Id
                $process.StandardOutput.ReadToEnd() + $process.StandardError.ReadToEnd()
                $process.WaitForExit()
            }
            finally {
                $process.Kill()
                $process.Dispose()
            }
        }

        # The command in what a batch said, or its first half only.
        function Get-Printed {
            param([string]$Said, [switch]$FindOnly)
            $command = [regex]::Match($Said, '(?m)Get-ImagenRequest .*?\| Receive-ImagenResult -Wait[^\e\r\n]*').Value
            $command | Should -Not -BeNullOrEmpty -Because "of: $Said"
            [scriptblock]::Create($FindOnly ? ($command -split ' \| ')[0] : $command)
        }

        function Find-Printed {
            param([string]$Said)
            & (Get-Printed $Said -FindOnly) | ForEach-Object RequestId | Sort-Object
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive "it's out $([guid]::NewGuid())"
        $quoted = "'$($out.Replace("'", "''"))'"
    }
    AfterEach { Get-ImagenRequest -Unfinished | Stop-ImagenRequest -ErrorAction Ignore }
    AfterAll { Exit-ImagenTest $test }

    It 'finds the requests of a batch that was continued' {
        $batch = "1..3 | ForEach-Object { '$long row {0}' -f `$_ } | New-ImagenImage -OutputDirectory $quoted"
        $null = Invoke-StoppedBatch $batch -Waiting 3
        $said = Invoke-StoppedBatch $batch -Waiting 3
        $bills = (Get-Bill $test).request_id | Sort-Object
        $bills | Should -HaveCount 3
        Find-Printed $said | Should -Be $bills
        $said | Should -Match 'Requests that continue at the host: 3\. The same command continues them, and so does: Get-ImagenRequest -LedgerId (''\w+''(, )?){3} \| '
    }

    It 'finds no others: requests of before, of another batch, and what was added since' {
        $null = New-ImagenImage "$long before"
        $batch = "1..2 | ForEach-Object { '$long row {0}' -f `$_ } | New-ImagenImage -OutputDirectory $quoted"
        $null = Invoke-StoppedBatch $batch -Waiting 2
        $rows = (Get-Bill $test | Where-Object { $_.input.prompt -like '*row*' }).request_id | Sort-Object
        $null = New-ImagenImage "$long between"
        $said = Invoke-StoppedBatch $batch -Waiting 2
        $rows | Should -HaveCount 2
        Find-Printed $said | Should -Be $rows
        $null = New-ImagenImage "$long after"
        Find-Printed $said | Should -Be $rows
        Get-Bill $test | Should -HaveCount 5
    }

    It 'of many, names the time since when they are open; where others are open too, every one of them' {
        $null = New-ImagenImage "$long before"
        $batch = "1..12 | ForEach-Object { '$long row {0}' -f `$_ } | New-ImagenImage -OutputDirectory $quoted"
        $null = Invoke-StoppedBatch $batch -Waiting 12
        $rows = (Get-Bill $test | Where-Object { $_.input.prompt -like '*row*' }).request_id | Sort-Object
        $rows | Should -HaveCount 12
        $said = Invoke-StoppedBatch $batch -Waiting 12
        $said | Should -Match 'Get-ImagenRequest -Unfinished -Since \S+Z \| '
        Find-Printed $said | Should -Be $rows
        $null = New-ImagenImage "$long after"
        $said = Invoke-StoppedBatch $batch -Waiting 12
        $said | Should -Match 'Get-ImagenRequest -LedgerId (''\w+''(, )?){12} \| '
        Find-Printed $said | Should -Be $rows
        Get-Bill $test | Should -HaveCount 14
    }

    It 'where the same command would pay for them again, says only what goes on with them: <kind>' -ForEach @(
        @{ kind = 'arguments'; batch = { "New-ImagenImage '$long a', '$long b' -Wait" } }
        @{ kind = '-NoResume'; batch = { "'$long a', '$long b' | New-ImagenImage -Wait -NoResume" } }
    ) {
        $said = Invoke-StoppedBatch (& $batch) -Waiting 2
        $said | Should -Match 'Requests that continue at the host: 2\. To continue them: Get-ImagenRequest '
        $said | Should -Not -Match 'same command'
        Find-Printed $said | Should -Be ((Get-Bill $test).request_id | Sort-Object)
    }

    It 'as a whole it collects them, and nothing is paid for again' {
        $batch = "1..2 | ForEach-Object { '[emulator:seconds=8] row {0}' -f `$_ } | New-ImagenImage -OutputDirectory $quoted -FileName 'image {Index}'"
        $null = Invoke-StoppedBatch $batch -Waiting 2
        $said = Invoke-StoppedBatch $batch -Waiting 2
        $results = & (Get-Printed $said)
        $results.State | Should -Be 'Delivered', 'Delivered'
        (Get-ChildItem $out).BaseName | Sort-Object | Should -Be 'image-0001', 'image-0002'
        Get-Bill $test | Should -HaveCount 2
    }
}
