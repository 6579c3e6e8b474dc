Describe 'The progress of a batch, and the line it ends with' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $folder = Join-Path $TestDrive out
    }
    AfterAll { Exit-ImagenTest $test }
    BeforeEach { Reset-Emulator $test }

    Context 'The bars' {
        It 'one for the batch, with its share once the total is known, and one for what runs longest; both go away' {
            $running = Start-Shell {
                param($folder)
                1..6 | ForEach-Object { @{ Prompt = "study $_ [emulator:seconds=$($_ -eq 6 ? 5 : 0)]" } } | New-ImagenImage -OutputDirectory $folder
            } $folder
            Wait-Until { $running.Shell.InvocationStateInfo.State -eq 'Completed' } 'the batch ends'
            $records = @($running.Shell.Streams.Progress)
            $running.Shell.Streams.Error | Should -BeNullOrEmpty

            $bars = @($records.Where{ $_.ParentActivityId -lt 0 })
            ($bars.ActivityId | Select-Object -Unique) | Should -HaveCount 1
            $bars.Activity | Should -Contain 'New-ImagenImage at emulator'
            $bars.StatusDescription -match '^5 of 6(, [\d.]+ images/min)?, 1 in progress$' | Should -Not -BeNullOrEmpty -Because ($bars.StatusDescription -join "`n")
            $bars.PercentComplete | Should -Contain 83
            $bars[-1].RecordType | Should -Be 'Completed'

            $longest = @($records.Where{ $_.ParentActivityId -eq $bars[0].ActivityId })
            $longest[0].Activity | Should -Be "Longest wait: row 6, 'study 6 [emulator:seconds=5]'"
            $longest[0].StatusDescription | Should -Match '^[345] s$'
            $longest[-1].RecordType | Should -Be 'Completed'
            $records.ActivityId | Sort-Object -Unique | Should -HaveCount 2
        }

        It 'the total of prompts that are an argument is known at once' {
            $running = Start-Shell { param($folder) New-ImagenImage '1 [emulator:seconds=1]', '2 [emulator:seconds=1]' -OutputDirectory $folder } $folder
            Wait-Until { $running.Shell.InvocationStateInfo.State -eq 'Completed' } 'the batch ends'
            $running.Shell.Streams.Progress[0].StatusDescription | Should -BeLike '? of 2, ? in progress'
        }

        It 'has the rate where a narrow window shows it, and counts what was received in this run only' {
            $rows = 1..4 | ForEach-Object { "kept $_" }
            $null = $rows | New-ImagenImage -OutputDirectory $folder
            $script = {
                param($folder, $rows)
                $rows | New-ImagenImage -OutputDirectory $folder -WarningAction Ignore
            }
            $running = Start-Shell $script $folder, ($rows + 'last [emulator:seconds=5]')
            Wait-Until { $running.Shell.InvocationStateInfo.State -eq 'Completed' } 'the batch that is continued ends'
            $said = @($running.Shell.Streams.Progress).StatusDescription
            $said | Should -Contain '4 of 5, 1 in progress'
            $said -like '4 of 5*' | Should -Not -Match 'images/min'

            $running = Start-Shell $script $folder, @('new 1', 'new 2 [emulator:fail]', 'new 3 [emulator:seconds=5]')
            Wait-Until { $running.Shell.InvocationStateInfo.State -eq 'Completed' } 'the new batch ends'
            $said = @($running.Shell.Streams.Progress).StatusDescription
            $said -match '^2 of 3, [\d.]+ images/min, 1 failed, 1 in progress$' | Should -Not -BeNullOrEmpty -Because ($said -join "`n")
        }

        It 'commands side by side have bars of their own: <name>' -ForEach @(
            @{ name = 'ForEach-Object -Parallel'; script = {
                    1..3 | ForEach-Object -Parallel { Import-Module $using:ModuleManifest; New-ImagenImage "parallel $_ [emulator:seconds=1]" -OutputDirectory $using:folder }
                } }
            @{ name = 'Start-ThreadJob'; script = {
                    $jobs = 1..3 | ForEach-Object { Start-ThreadJob { Import-Module $using:ModuleManifest; New-ImagenImage "job $using:_ [emulator:seconds=1]" -OutputDirectory $using:folder } }
                    $script:bars = @($jobs | Wait-Job).ForEach{ @($_.Progress)[0].ActivityId }
                    $jobs | Receive-Job
                    $jobs | Remove-Job
                } }
        ) {
            $script:bars = 1, 2, 3
            (& $script).State | Should -Be 'Delivered', 'Delivered', 'Delivered'
            $bars | Sort-Object -Unique | Should -HaveCount 3
        }

        It 'a PowerShell whose output is redirected shows none' {
            Invoke-Pwsh @"
                `$ProgressPreference = 'Continue'
                Import-Module '$ModuleManifest'
                (New-ImagenImage 'redirected [emulator:seconds=1]' -Provider emulator -OutputDirectory '$folder').State
"@ | Should -BeExactly 'Delivered'
        }
    }

    Context 'The line at the end' {
        It 'says what became of the rows, where the images are and what it cost' {
            $rows = @{ Prompt = 'delivered'; NumImages = 2 }, @{ Prompt = 'refused'; AspectRatio = '7:5' }, @{ Prompt = '[emulator:fail]' }
            $seen = Watch-Command { $rows | New-ImagenImage -OutputDirectory $folder }
            $seen.Other | Should -Be "Rows: 3. Delivered: 1, failed: 1, not submitted: 1. Images: 2, in $folder. Cost: 0.10 USD."
        }

        It 'says what was submitted only' {
            $seen = Watch-Command { 'one', 'two' | New-ImagenImage }
            $seen.Other | Should -Be 'Rows: 2. In queue: 2. Receive-ImagenResult saves their images. Cost not known yet: 2.'
        }

        It 'says how the image of one prompt is saved, where nothing else follows' {
            $seen = Watch-Command { New-ImagenImage 'only submitted' }
            $id = $seen.Output.RequestId
            $seen.Other | Should -BeExactly "Submitted. To save its images: Get-ImagenRequest -RequestId $id | Receive-ImagenResult -Wait -OutputDirectory ./out"
            Push-Location (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
            try {
                (& ([scriptblock]::Create(("$($seen.Other)" -replace '^[^:]*: ')))).Path | Should -Exist
            }
            finally {
                Pop-Location
            }

            $seen = Watch-Command { New-ImagenImage 'piped on' | Receive-ImagenResult -Wait -NoDownload }
            $seen.Other | Should -BeNullOrEmpty
        }

        It 'says what was not sent' {
            $seen = Watch-Command { 'one', 'two', 'three' | New-ImagenImage -OutputDirectory $folder -MaxCost 0.10 }
            $seen.Other | Should -Be "Rows: 3. Delivered: 2, not submitted: 1. Images: 2, in $folder. Cost: 0.10 USD."
        }

        It 'tells what this run cost from what earlier ones paid' {
            $null = 'old 1', 'old 2' | New-ImagenImage -OutputDirectory $folder
            $seen = Watch-Command { 'old 1', 'old 2', 'new' | New-ImagenImage -OutputDirectory $folder -WarningAction Ignore }
            $seen.Other | Should -Be "Rows: 3. Delivered: 3. Images: 3, in $folder. Cost of this run: 0.05 USD. Cost of these rows, with earlier runs: 0.15 USD."
            $seen = Watch-Command { 'old 1', 'old 2' | New-ImagenImage -OutputDirectory $folder -WarningAction Ignore }
            $seen.Other | Should -BeLike '*. Cost of this run: 0.00 USD. Cost of these rows, with earlier runs: 0.10 USD.'
            Get-Bill $test | Should -HaveCount 3

            # What another run submitted and this one waits for is paid for, too.
            $null = 'submitted' | New-ImagenImage
            $seen = Watch-Command { Get-ImagenRequest -State InQueue, InProgress | New-ImagenImage -OutputDirectory $folder -WarningAction Ignore }
            $seen.Other | Should -BeLike '*. Cost of this run: 0.00 USD. Cost of these rows, with earlier runs: 0.05 USD.'
        }

        It 'says what became of requests that are received' {
            $null = 'here 1', 'here 2' | New-ImagenImage -OutputDirectory $folder
            $elsewhere = Join-Path $TestDrive elsewhere
            $null = New-ImagenImage 'there' -OutputDirectory $elsewhere
            $all = Get-ImagenRequest
            $seen = Watch-Command { $all | Receive-ImagenResult }
            $seen.Other | Should -Be 'Requests: 3. Delivered: 3. Images: 3, in 2 directories. Cost of these requests: 0.15 USD.'
            $seen = Watch-Command { $all | Where-Object Prompt -Like 'here*' | Receive-ImagenResult }
            $seen.Other | Should -Be "Requests: 2. Delivered: 2. Images: 2, in $folder. Cost of these requests: 0.10 USD."
            $running = New-ImagenImage 'slow [emulator:seconds=600]'
            $seen = Watch-Command { $all[0], $running | Receive-ImagenResult }
            $seen.Other | Should -BeLike 'Requests: 2. Delivered: 1, in progress: 1. *'
            $running | Stop-ImagenRequest
            (Watch-Command { $all[0] | Receive-ImagenResult }).Other | Should -BeNullOrEmpty
        }

        It 'calls each state by the name that the table and -State have: <case>' -ForEach @(
            @{ case = 'images that could not be saved'; said = 'Rows: 2. Completed: 2. *'; run = {
                    Add-Fault $test @{ operation = 'download'; kind = 'status'; status = 404; count = -1 }
                    'one', 'two' | New-ImagenImage -OutputDirectory $folder
                } }
            @{ case = 'waited for, not saved'; said = 'Rows: 2. Completed: 2. Cost: *'; run = { 'one', 'two' | New-ImagenImage -Wait } }
            @{ case = 'refused by the host, and before it was sent'; said = 'Rows: 2. Rejected: 1, not submitted: 1.'; run = {
                    Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; body = @{ detail = 'Not now' }; count = -1 }
                    'refused', @{ Prompt = 'odd'; AspectRatio = '7:5' } | New-ImagenImage -Wait
                } }
            @{ case = 'read, not saved'; said = 'Requests: 2. Completed: 2. Cost *'; run = { 'one', 'two' | New-ImagenImage | Receive-ImagenResult -Wait -NoDownload } }
            @{ case = 'cancelled, and not known'; said = 'Requests: 2. Cancelled: 1, not read: 1.'; run = {
                    $request = New-ImagenImage 'slow [emulator:seconds=600]'
                    $request | Stop-ImagenRequest
                    $request, @{ RequestId = '' } | Receive-ImagenResult -NoDownload
                } }
        ) {
            $seen = Watch-Command $run
            @($seen.Other -match '^(Rows|Requests): ')[-1] | Should -BeLike $said
        }

        It 'says for how many rows the cost is unknown' {
            $env:IMAGEN4_TEST_KEY = 'none'
            $null = Set-ImagenProvider unpriced -Protocol FalQueue -BaseUri $test.BaseUri -ApiKeyVariable IMAGEN4_TEST_KEY
            try {
                $seen = Watch-Command { 'four', 'five' | New-ImagenImage -OutputDirectory $folder -Provider unpriced }
            }
            finally {
                $env:IMAGEN4_TEST_KEY = $null
                Remove-ImagenProvider unpriced
            }
            $seen.Other | Should -Match 'Rows whose cost is unknown: 2\.$'
        }

        It 'is in a file that all streams are redirected to' {
            $log = Join-Path $TestDrive all.log
            'redirected' | New-ImagenImage -OutputDirectory $folder *> $log
            Get-Content $log | Where-Object { $_ -like 'Rows: *' } | Should -Be "Rows: 1. Delivered: 1. Images: 1, in $folder. Cost: 0.05 USD."
        }

        It 'is no part of the output, and one image has none' {
            $output = 'six' | New-ImagenImage -OutputDirectory $folder -InformationVariable said
            $output | Should -BeOfType Imagen4.ImagenResult
            "$said" | Should -BeLike 'Rows: 1. Delivered: 1. *'
            $null = New-ImagenImage 'seven' -OutputDirectory $folder -InformationVariable said
            $said | Should -BeNullOrEmpty
            $null = 'eight' | New-ImagenImage -WhatIf -InformationVariable said
            $said | Should -BeNullOrEmpty
        }

        It 'is in the output of a script only where that is asked for, whatever becomes of the objects' {
            $script = Join-Path $TestDrive nightly.ps1
            Set-Content $script @"
                Import-Module '$ModuleManifest'
                `$given = @{ Provider = 'emulator'; OutputDirectory = '$folder' }
                '--- a batch'; 'nine' | New-ImagenImage @given
                '--- assigned'; `$all = 'nine' | New-ImagenImage @given
                '--- in an expression'; ('nine' | New-ImagenImage @given).State
                '--- for a program'; 'nine' | New-ImagenImage @given | ConvertTo-Json -Depth 4
                '--- assigned, and asked for'; `$all = 'nine' | New-ImagenImage @given -InformationAction Continue
                '--- in a loop'; foreach (`$word in 'nine', 'ten') { `$word | New-ImagenImage @given }
                '--- in a function'; function Get-It { 'nine' | New-ImagenImage @given }; `$all = Get-It
                '--- over several lines'; `$all = 'nine' |
                    New-ImagenImage @given
"@
            $log = Join-Path $TestDrive nightly.log
            & $PwshProgram @PwshArguments -NoProfile -File $script > $log
            (Get-Content $log) -match '^(--- .*|Rows: 1\. Delivered: 1\. .* Cost.*)' -replace '^Rows: .*', 'Rows' | Should -Be @(
                '--- a batch', '--- assigned', '--- in an expression', '--- for a program'
                '--- assigned, and asked for', 'Rows', '--- in a loop', '--- in a function', '--- over several lines')
        }

        It 'does not get between the objects of a script whose output is redirected' {
            Invoke-Pwsh @"
                Import-Module '$ModuleManifest'
                'nine' | New-ImagenImage -Provider emulator -OutputDirectory '$folder' | ForEach-Object State
                'ten' | New-ImagenImage -Provider emulator -OutputDirectory '$folder' -InformationAction Continue | ForEach-Object State
"@ | Should -Match '^Delivered\r?\nDelivered\r?\nRows: 1\. .*$|^Delivered\r?\nRows: 1\. .*\r?\nDelivered$'
        }
    }
}
