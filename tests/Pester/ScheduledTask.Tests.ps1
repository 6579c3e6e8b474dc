# The sample that a scheduled task runs: what it writes, and how it says how it went.

Describe 'samples/ScheduledTask.ps1' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $script = (Resolve-Path (Join-Path $PSScriptRoot '../../samples/ScheduledTask.ps1')).Path

        function Invoke-Task([string]$Text, [hashtable]$Given = @{}) {
            Set-Content (Join-Path $place prompts.csv) $Text
            $said = & $script -Csv (Join-Path $place prompts.csv) -OutputDirectory (Join-Path $place images) -ReportDirectory (Join-Path $place reports) @Given *>&1
            @{
                ExitCode = $LASTEXITCODE
                Said     = "$said"
                Results  = @(Import-Csv (Join-Path $place reports/results.csv))
                Problems = @(Import-Csv (Join-Path $place reports/problems.csv))
            }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $place = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
    }
    AfterAll { Exit-ImagenTest $test }

    It 'ends with 0 when every row is delivered, and again without paying' {
        foreach ($time in 1, 2) {
            $run = Invoke-Task "key,prompt,num_images`nfox,A red fox,2`nowl,A snowy owl,"
            $run.ExitCode | Should -Be 0 -Because $run.Said
            $run.Results.Key | Should -Be 'fox', 'owl'
            $run.Results.State | Should -Be 'Delivered', 'Delivered'
            $run.Problems | Should -HaveCount 0
        }
        Get-ChildItem (Join-Path $place images) | Should -HaveCount 3
        Get-Bill $test | Should -HaveCount 2
    }

    It 'takes brackets in names as they are' {
        Set-Content -LiteralPath (Join-Path $place 'rows[1].csv') "prompt`nThe right file"
        Set-Content (Join-Path $place rows1.csv) "prompt`nThe wrong file"
        $other = (New-Item -ItemType Directory (Join-Path $place reports1)).FullName
        Set-Content $other/results.csv 'not to be touched'
        & $script -Csv (Join-Path $place 'rows[1].csv') -OutputDirectory (Join-Path $place images) -ReportDirectory (Join-Path $place 'reports[1]') *> $null
        $LASTEXITCODE | Should -Be 0
        Get-Bill $test | Should -HaveCount 1
        Get-Content $other/results.csv | Should -Be 'not to be touched'
        (Import-Csv -LiteralPath (Join-Path $place 'reports[1]/results.csv')).Prompt | Should -Be 'The right file'
    }

    It 'keeps a spreadsheet from running what begins like a formula, in full-width characters too' {
        $prompts = '=HYPERLINK("x")', '+1', '-1', '@SUM(1)', "`u{FF1D}HYPERLINK(1)", "`u{FF0B}1", "`u{FF0D}1", "`u{FF20}SUM(1)"
        $run = Invoke-Task (($prompts | ForEach-Object { [pscustomobject]@{ prompt = $_ } } | ConvertTo-Csv) -join "`n")
        $run.ExitCode | Should -Be 0 -Because $run.Said
        $run.Results.Prompt | Should -Be ($prompts | ForEach-Object { " $_" })
    }

    It 'ends with 2 when the file is empty, and says so' {
        $run = Invoke-Task ''
        $run.ExitCode | Should -Be 2 -Because $run.Said
        $run.Said | Should -BeLike '*Submitting ended: *prompts.csv is empty.*'
        (Import-Csv (Join-Path $place reports/problems.csv)).ErrorId | Should -Be 'InvalidInput'
    }

    It 'ends with 2 and the reason when the file begins with a blank line' {
        $run = Invoke-Task "`nkey,prompt`nfox,A red fox`nowl,A snowy owl"
        $run.ExitCode | Should -Be 2 -Because $run.Said
        $run.Said | Should -BeLike '*Submitting ended: The table has no header: the first line of its file is blank, so PowerShell calls its columns H1. Nothing was sent. *'
        $run.Said | Should -Not -BeLike '*is empty*'
        $run.Problems.Advice | Should -Be "(Get-Content FILE -Raw).TrimStart() | ConvertFrom-Csv | New-ImagenImage -OutputDirectory '$(Join-Path $place images)'"

        # The command does what it is recommended for.
        $rows = (Get-Content (Join-Path $place prompts.csv) -Raw).TrimStart() | ConvertFrom-Csv
        ($rows | New-ImagenImage).Key | Sort-Object | Should -Be 'fox', 'owl'
    }

    It 'keeps a page of the images with -Gallery, and names it in the log' {
        $run = Invoke-Task "key,prompt`nfox,A red fox" @{ Gallery = $true }
        $run.ExitCode | Should -Be 0 -Because $run.Said
        $page = Join-Path $place images/gallery.html
        $page | Should -Exist
        Get-Content (Join-Path $place reports/batch.log) | Where-Object { $_.EndsWith(" Gallery: $page") } | Should -HaveCount 1
    }

    # Windows has no signal that stands for Ctrl+C.
    It 'ends with 2 when it is stopped, and the log says so' -Skip:$IsWindows {
        Set-Content (Join-Path $place prompts.csv) "prompt`n[emulator:seconds=600] A red fox"
        $start = New-ConsoleStart '-NoProfile', '-NonInteractive', '-File', $script, '-Csv', 'prompts.csv', '-OutputDirectory', 'images', '-ReportDirectory', 'reports'
        $start.WorkingDirectory = $place
        $start.Environment['IMAGEN4_EMULATOR'] = $test.BaseUri
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            Wait-Until { @(Get-Seen $test | Where-Object path -Like '*/status*').Count -ge 1 } 'it waits for its request' -Seconds 120
            $null = & /bin/kill -INT $process.Id
            $process.WaitForExit()
            $process.ExitCode | Should -Be 2
        }
        finally {
            $process.Kill()
            $process.Dispose()
        }
        $log = @(Get-Content (Join-Path $place reports/batch.log))
        $log[-1] | Should -BeLike '* Stopped. The next run continues.'

        # As on the console, and it is run as it stands.
        $log[-2] | Should -BeLike '* Requests that continue at the host: 1. The same command continues them, and so does: *'
        $find = [scriptblock]::Create(($log[-2] -replace '.*so does: ' -split ' \| ')[0])
        (& $find).RequestId | Should -Be (Get-Bill $test).request_id
        Get-ImagenRequest -Unfinished | Stop-ImagenRequest
    }

    It 'ends with 1 when some rows failed, and says which' {
        $run = Invoke-Task "key,prompt,num_images`nfox,A red fox,five`nowl,A secret [emulator:content_policy_violation],`nelk,An elk,"
        $run.ExitCode | Should -Be 1 -Because $run.Said
        $run.Problems.ErrorId | Sort-Object | Should -Be 'ContentPolicyViolation', 'InvalidInput'
        $run.Problems.Key | Sort-Object | Should -Be 'fox', 'owl'
        $run.Problems.Advice | Should -Not -BeNullOrEmpty
        ($run.Results | Where-Object State -EQ Delivered).Key | Should -Be 'elk'
    }

    It 'ends with 2 when nothing can be submitted: <kind>' -ForEach @(
        @{ kind = 'no key'; given = @{ Provider = 'fal' }; id = 'ApiKeyMissing' }
        @{ kind = 'no such provider'; given = @{ Provider = 'nobody' }; id = 'InvalidInput' }
        @{ kind = 'no such file'; given = @{ Csv = 'nowhere.csv' }; id = 'FileOpenFailure' }
        @{ kind = 'a key the host does not accept'; given = @{}; id = 'AuthenticationFailed' }
    ) {
        if ($id -eq 'AuthenticationFailed') {
            Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 401; count = -1 }
        }
        Set-Content (Join-Path $place prompts.csv) "prompt`nA red fox"
        $arguments = @{ Csv = Join-Path $place prompts.csv; OutputDirectory = Join-Path $place images; ReportDirectory = Join-Path $place reports }
        $given.Keys.ForEach{ $arguments[$_] = $given[$_] }
        $said = & $script @arguments *>&1
        $LASTEXITCODE | Should -Be 2 -Because "$said"
        (Import-Csv (Join-Path $place reports/problems.csv)).ErrorId | Should -Contain $id
        Get-Bill $test | Should -HaveCount 0
    }

    It 'ends with 2 and the reason for a table with another delimiter' {
        $run = Invoke-Task "key;prompt`nfox;A red fox`nowl;A snowy owl"
        $run.ExitCode | Should -Be 2 -Because $run.Said
        $run.Said | Should -BeLike "*Submitting ended: *: its only column is 'key;prompt'. Nothing was sent. Import-Csv FILE -Delimiter ';' | New-ImagenImage -OutputDirectory '$(Join-Path $place images)' reads it.*"
        $run.Problems.ErrorId | Should -Be 'InvalidInput'
        Get-Bill $test | Should -HaveCount 0
    }

    It 'ends with 2 when every row has a mistake: <kind>' -ForEach @(
        @{ kind = 'a misspelt header'; text = "key,promt`nfox,A red fox`nowl,A snowy owl`nelk,An elk"; log = '*Problem: Rows 2 to 3 (2 in all) have the same mistake: the record has no prompt.*' }
        @{ kind = 'one and another'; text = "key,prompt,num_images`nfox,A red fox,five`nowl,A snowy owl,9`nelk,An elk,9"; log = '*Problem: Row 2*' }
        @{ kind = 'a model that is none'; text = "key,prompt,model`nfox,A red fox,fal-ai/no such`nowl,A snowy owl,fal-ai/no such`nelk,An elk,fal-ai/no such"; log = '*' }
    ) {
        $run = Invoke-Task $text
        $run.ExitCode | Should -Be 2 -Because $run.Said
        $run.Problems.Key | Sort-Object | Should -Be 'elk', 'fox', 'owl'
        $run.Said | Should -BeLike $log
        $run.Said | Should -BeLike '*Delivered: 0. Problems: 3. In doubt: 0. Nothing was submitted: every row has a mistake.'
        Get-Bill $test | Should -HaveCount 0
    }

    It 'ends with 2 for a table that is only a header, and says so' {
        $run = Invoke-Task 'key,prompt'
        $run.ExitCode | Should -Be 2 -Because $run.Said
        $run.Said | Should -BeLike '*Submitting ended: *prompts.csv has a header and no rows.*'
        Get-Content (Join-Path $place reports/batch.log) | Where-Object { $_ -like '*prompts.csv has a header and no rows.' } | Should -HaveCount 1
        $run.Problems | Should -HaveCount 1
    }

    It 'has the counts and the cost in its log' {
        $run = Invoke-Task "key,prompt,num_images`nfox,A red fox,2`nowl,A snowy owl,five"
        $images = Join-Path $place images
        $said = "Rows: 2. Delivered: 1, not submitted: 1. Images: 2, in $images. Cost: 0.10 USD."
        $run.Said | Should -BeLike "*$said*"
        Get-Content (Join-Path $place reports/batch.log) | Where-Object { $_ -like "*$said" } | Should -HaveCount 1
    }

    It 'never prompts: a missing argument ends with 2' {
        $said = & $PwshProgram @PwshArguments -NoProfile -File $script -OutputDirectory $place
        $LASTEXITCODE | Should -Be 2
        $said | Should -Be 'Nothing was submitted: -Csv and -OutputDirectory are needed.'
    }

    It 'ends with 3 when rows are in doubt, and until they are settled' {
        Add-Fault $test @{ operation = 'submit'; kind = 'reset'; after_accept = $true; count = 1 }

        # No other test has these prompts: what it has submitted could be it, too.
        $text = "key,prompt`nfox,A doubtful fox`nowl,A doubtful owl"
        Add-Fault $test @{ operation = 'history'; kind = 'status'; status = 404; count = -1 }
        $run = Invoke-Task $text
        $run.ExitCode | Should -Be 3 -Because $run.Said
        $run.Problems.ErrorId | Should -Be 'SubmissionInDoubt'
        $run.Results | Should -HaveCount 2

        (Invoke-Task $text).ExitCode | Should -Be 3 -Because 'nobody has settled it'
        Get-Bill $test | Should -HaveCount 2 -Because 'nothing that may be paid for is sent again'
        $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
        Get-ImagenRequest -State InDoubt | Resolve-ImagenRequest -WarningAction SilentlyContinue | ForEach-Object Certainty | Should -Be 'Likely'

        $run = Invoke-Task $text
        $run.ExitCode | Should -Be 0 -Because $run.Said
        Get-Bill $test | Should -HaveCount 2
    }

    It 'tells the scheduler, as a process of its own' {
        Set-Content (Join-Path $place prompts.csv) "prompt`nA red fox"
        $null = & $PwshProgram @PwshArguments -NoProfile -NonInteractive -File $script -Csv (Join-Path $place prompts.csv) -OutputDirectory (Join-Path $place images) -Provider fal
        $LASTEXITCODE | Should -Be 2
        Join-Path $place images/problems.csv | Should -Exist
    }

    It 'says in its log that rows are paid for again, before they are' {
        $null = Invoke-Task "key,prompt`nfox,A red fish`nowl,A snowy fish"
        $seen = [System.Collections.Generic.List[string]]::new()
        & $script -Csv (Join-Path $place prompts.csv) -OutputDirectory (Join-Path $place other) -ReportDirectory (Join-Path $place reports) | ForEach-Object {
            $seen.Add("$(@(Get-Bill $test).Count) $_")
        }
        $seen[0] | Should -BeLike "2 Warning: Rows submitted before, for images in *: 2. *are paid for again; cost: at most 0.10 USD. Use that directory to continue them."
        $LASTEXITCODE | Should -Be 0
        Get-Bill $test | Should -HaveCount 4

        # Two lines of each run, and the warning.
        Get-Content (Join-Path $place reports/batch.log) | Should -HaveCount 5
    }

    It 'lists every row that was not sent because the host cannot be reached' {
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        Set-ImagenProvider gone -Protocol FalQueue -BaseUri "http://127.0.0.1:$port" -ApiKeyVariable PATH
        $run = Invoke-Task "key,prompt`nfox,A red fish`nowl,A snowy fish`nelk,An elk" @{ Provider = 'gone' }
        Remove-ImagenProvider gone
        $run.ExitCode | Should -Be 1 -Because $run.Said
        $run.Problems.Key | Sort-Object | Should -Be 'elk', 'fox', 'owl'
        $run.Problems.ErrorId | Select-Object -Unique | Should -Be 'HostUnavailable'
    }
}
