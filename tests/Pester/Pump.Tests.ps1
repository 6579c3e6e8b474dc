# How rows flow: side by side up to a limit, handed on as they come, read no further ahead than there is work for.

Describe 'The pump' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    Context 'order and pace' {
        It 'sends the first request before the second record is read' {
            $paid = [System.Collections.Generic.List[int]]::new()
            $null = 1..3 | ForEach-Object {
                $number = $_
                if ($number -gt 1) {
                    Wait-Until { @(Get-Bill $test).Count -ge $number - 1 } "request $($number - 1) is sent while record $number is not there yet"
                }
                $paid.Add(@(Get-Bill $test).Count)
                "row $number"
            } | New-ImagenImage
            $paid | Should -Be 0, 1, 2
        }

        It 'hands a result on at the next record, even a blank one, while the input goes on' {
            $given = [System.Collections.Generic.List[int]]::new()
            $seenByInput = @{}
            & {
                'row 1'
                $deadline = [datetime]::UtcNow.AddSeconds(30)
                while ($given.Count -eq 0 -and [datetime]::UtcNow -lt $deadline) {
                    Start-Sleep -Milliseconds 20
                    ''
                }
                $seenByInput.Results = $given.Count
            } | New-ImagenImage -Wait -WarningAction SilentlyContinue | ForEach-Object { $given.Add($_.Index) }
            $seenByInput.Results | Should -Be 1
        }

        It 'does not read input further ahead than -ThrottleLimit (<limit>)' -ForEach @(@{ limit = 1 }, @{ limit = 3 }) {
            Set-Emulator $test @{ generation_time = 0.1 }
            $ahead = [System.Collections.Generic.List[int]]::new()
            $done = @{ Count = 0 }
            1..9 | ForEach-Object {
                # Records read, this one included, less those that are done.
                $ahead.Add($_ - $done.Count)
                "row $_"
            } | New-ImagenImage -Wait -ThrottleLimit $limit | ForEach-Object { $done.Count++ }
            $done.Count | Should -Be 9
            ($ahead | Measure-Object -Maximum).Maximum | Should -Be ($limit + 1)
        }

        It 'keeps at most -ThrottleLimit requests under way (<limit>)' -ForEach @(@{ limit = 1 }, @{ limit = 4 }) {
            Set-Emulator $test @{ generation_time = 0.1 }
            $null = Invoke-RestMethod "$($test.Admin)/peak" -Method Delete
            1..(3 * $limit) | ForEach-Object { "row $_" } | New-ImagenImage -Wait -ThrottleLimit $limit | Should -HaveCount (3 * $limit)
            (Invoke-RestMethod "$($test.Admin)/peak").running | Should -BeIn (1..$limit)
        }

        It 'submits the next rows while files of earlier ones are still to be saved' {
            # The first two files are not there at first, and are asked for again a second later.
            Add-Fault $test @{ operation = 'download'; kind = 'status'; status = 503; retry_after = 1; count = 2 }
            1..4 | ForEach-Object { "row $_" } | New-ImagenImage -OutputDirectory (Join-Path $TestDrive overlap) -ThrottleLimit 2 |
                ForEach-Object State | Should -Be (@('Delivered') * 4)

            $seen = @(Get-Seen $test | Sort-Object { [datetime]$_.time })
            $refused = @($seen | Where-Object fault -EQ status)
            $again = @($seen | Where-Object { $_.path -in $refused.path -and -not $_.fault })[0]
            $submits = @($seen | Where-Object method -EQ POST)
            $submits | Should -HaveCount 4
            $submits | ForEach-Object { [datetime]$_.time | Should -BeLessThan ([datetime]$again.time) }
        }

        It 'has one row after the other with -ThrottleLimit 1, its files included' {
            Add-Fault $test @{ operation = 'download'; kind = 'status'; status = 503; retry_after = 1; count = 1 }
            1..2 | ForEach-Object { "row $_" } | New-ImagenImage -OutputDirectory (Join-Path $TestDrive one) -ThrottleLimit 1 |
                ForEach-Object Index | Should -Be 1, 2

            ((@(Get-Seen $test | Sort-Object { [datetime]$_.time }) | ForEach-Object { $_.method -eq 'POST' ? 'submit' : $_.path -like '*/files/*' ? 'file' : $null }) |
                Where-Object { $_ }) -join ' ' | Should -Be 'submit file file submit file'
        }

        It 'takes the provider''s own limit where none is given' {
            Set-ImagenProvider narrow -Protocol FalQueue -BaseUri $test.BaseUri -ConcurrencyLimit 2
            try {
                Set-Emulator $test @{ generation_time = 0.1 }
                $null = Invoke-RestMethod "$($test.Admin)/peak" -Method Delete
                1..6 | ForEach-Object { "row $_" } | New-ImagenImage -Provider narrow -ApiKey k -Wait | Should -HaveCount 6
                (Invoke-RestMethod "$($test.Admin)/peak").running | Should -BeIn 1, 2
            }
            finally {
                Remove-ImagenProvider narrow
            }
        }

        It 'delivers what is ready first, and numbers tell which row it was' {
            $results = '[emulator:seconds=1] slow', 'fast' | New-ImagenImage -Wait
            $results.Index | Should -Be 2, 1
            $results.Prompt | Should -Be 'fast', '[emulator:seconds=1] slow'
        }

        It '-ThrottleLimit <limit> is refused' -ForEach @(@{ limit = 0 }, @{ limit = -1 }, @{ limit = 5001 }) {
            { New-ImagenImage 'p' -ThrottleLimit $limit } | Should -Throw -ErrorId 'ParameterArgumentValidationError,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        }
    }

    Context 'many rows' {
        It '1,000 rows at -ThrottleLimit <limit>: each is paid for once and returned once' -ForEach @(@{ limit = 1 }, @{ limit = 64 }) {
            $requests = 1..1000 | ForEach-Object { "row $_" } | New-ImagenImage -ThrottleLimit $limit
            $requests | Should -HaveCount 1000
            ($requests.Index | Sort-Object -Unique).Count | Should -Be 1000
            $bills = Get-Bill $test
            $bills | Should -HaveCount 1000
            ($bills.input.prompt | Sort-Object -Unique).Count | Should -Be 1000
            if ($limit -eq 1) {
                $requests.Index | Should -Be (1..1000)
                $bills.input.prompt | Should -Be (1..1000 | ForEach-Object { "row $_" })
            }
        }

        It 'a failure in the middle costs that row alone' {
            $prompts = 1..60 | ForEach-Object { if ($_ % 20 -eq 10) { "forbidden $_" } else { "row $_" } }
            $seen = Watch-Command { $prompts | New-ImagenImage -Wait -ThrottleLimit 16 }
            $seen.Thrown | Should -BeNullOrEmpty
            $seen.Output | Should -HaveCount 60
            ($seen.Output | Where-Object State -EQ 'Failed').Index | Sort-Object | Should -Be 10, 30, 50
            $seen.Error.TargetObject | Sort-Object | Should -Be 'forbidden 10', 'forbidden 30', 'forbidden 50'
            Get-Bill $test | Should -HaveCount 60
        }
    }

    Context 'several commands' {
        It 'run in one pipeline, each with its own limit' {
            $out = Join-Path $TestDrive chain
            $results = 1..20 | ForEach-Object { "row $_" } | New-ImagenImage -ThrottleLimit 4 | Receive-ImagenResult -Wait -OutputDirectory $out -ThrottleLimit 2
            $results.State | Select-Object -Unique | Should -Be 'Delivered'
            ($results.Index | Sort-Object -Unique).Count | Should -Be 20
            Get-ChildItem $out | Should -HaveCount 20
            Get-Bill $test | Should -HaveCount 20
        }

        It 'run side by side in runspaces of one process, which share its providers' {
            $manifest = $ModuleManifest
            $states = 1..3 | ForEach-Object -Parallel {
                Import-Module $using:manifest
                $runspace = $_
                1..5 | ForEach-Object { "row $_ of $runspace" } | New-ImagenImage -Wait
            } | ForEach-Object State
            $states | Should -HaveCount 15
            $states | Select-Object -Unique | Should -Be 'Completed'
            Get-Bill $test | Should -HaveCount 15
        }
    }
}
