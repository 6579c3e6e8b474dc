# A mistake that many rows have in common is said in full once, and once more for all others together.

Describe 'New-ImagenImage: a mistake of every row' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $refused = 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    It '<kind>: two errors for a thousand rows' -ForEach @(
        @{ kind = 'a misspelt header'; name = 'promt'; value = 'a fox'; message = 'the record has no prompt. Its properties are: key, promt (Prompt?). *' }
        @{ kind = 'a value that does not exist'; name = 'aspect_ratio'; value = '16x9'; message = "AspectRatio '16x9' is not one of *did you mean 16:9?*Nothing was sent." }
        @{ kind = 'text for a number'; name = 'num_images'; value = 'five'; message = "NumImages is 'five', not a whole number. fal-ai/imagen4/preview takes 1 to 4." }
        @{ kind = 'a model that is none'; name = 'model'; value = 'no model'; message = "'no model' is not an endpoint id such as fal-ai/imagen4/preview.*" }
    ) {
        $rows = 1..1000 | ForEach-Object {
            $row = [ordered]@{ key = "k$_" }
            if ($name -ne 'promt') { $row.prompt = "p$_" }
            $row[$name] = $value
            [pscustomobject]$row
        }
        $seen = Watch-Command { $rows | New-ImagenImage -OutputDirectory (Join-Path $TestDrive out) }
        $seen.Thrown | Should -BeNullOrEmpty
        $seen.Error | Should -HaveCount 2
        $seen.Error.FullyQualifiedErrorId | Should -Be $refused, $refused
        $seen.Error[0].Exception.Message | Should -BeLike "Row 1, key 'k1'*: $message"
        [object]::ReferenceEquals($seen.Error[0].TargetObject, $rows[0]) | Should -BeTrue
        $seen.Error[1].Exception.Message | Should -BeLike "Rows 2 to 1000 (999 in all) have the same mistake: $message"
        $seen.Error[1].TargetObject.key | Should -Be $rows[1..999].key
        $seen.Error[1].CategoryInfo.Category | Should -Be 'InvalidArgument'
        $seen.Error[1].ErrorDetails.RecommendedAction | Should -Be $seen.Error[0].ErrorDetails.RecommendedAction
        $seen.Output | Should -HaveCount 0
        $seen.Other | Should -Be 'Rows: 1000. Not submitted: 1000.'
        Get-Bill $test | Should -HaveCount 0
    }

    It 'other values are other errors, and a single row behind the first has its own' {
        # The only object comes last: errors are not held back behind one.
        $values = 'five', '9', 'five', 'six', 'six', 'six', '2'
        $rows = 1..7 | ForEach-Object { [pscustomobject]@{ prompt = "p$_"; num_images = $values[$_ - 1] } }
        $seen = Watch-Command { $rows | New-ImagenImage }
        $seen.Error.ForEach{ $_.Exception.Message } | Should -Be @(
            "Row 1: NumImages is 'five', not a whole number. fal-ai/imagen4/preview takes 1 to 4."
            'Row 2, fal-ai/imagen4/preview: NumImages 9 is outside 1 to 4. Nothing was sent.'
            "Row 4: NumImages is 'six', not a whole number. fal-ai/imagen4/preview takes 1 to 4."
            "Row 3: NumImages is 'five', not a whole number. fal-ai/imagen4/preview takes 1 to 4."
            "Rows 5 to 6 (2 in all) have the same mistake: NumImages is 'six', not a whole number. fal-ai/imagen4/preview takes 1 to 4."
        )
        $seen.Error[3].TargetObject.prompt | Should -Be 'p3'
        (Get-Bill $test).input.prompt | Should -Be 'p7'
    }

    It 'what a host refuses is said of each row, beside its object' {
        $seen = Watch-Command { 1..3 | ForEach-Object { "[emulator:image_too_small] $_" } | New-ImagenImage -Wait }
        $seen.Output | Should -HaveCount 3
        $seen.Error | Should -HaveCount 3
    }

    It 'loses none when <name>' -ForEach @(
        @{ name = 'Select-Object -First ends the pipeline'; cut = { begin { $count = 0 } process { if (++$count -eq 2) { $_ } } }; thrown = $null; objects = 1 }
        @{ name = 'a command downstream fails'; cut = { begin { $count = 0 } process { if (++$count -eq 2) { throw 'enough' } } }; thrown = 'enough'; objects = 0 }
    ) {
        # One request at a time: the second object comes when the rows between have been read.
        $values = '1', 'five', 'five', 'five', '1', '1', '1'
        $rows = 1..7 | ForEach-Object { [pscustomobject]@{ prompt = "p$_"; num_images = $values[$_ - 1] } }
        $seen = Watch-Command { $rows | New-ImagenImage -ThrottleLimit 1 | & $cut | Select-Object -First 1 }
        $seen.Thrown.Exception.Message | Should -Be $thrown
        $seen.Output | Should -HaveCount $objects
        $seen.Error.TargetObject.prompt | Should -Be 'p2', 'p3', 'p4'
    }

    # Windows has no signal that stands for Ctrl+C. The loop only keeps the pipeline going until it is stopped.
    It 'counts those that were not written when <name>' -Skip:$IsWindows -ForEach @(
        @{ name = 'the command is stopped'; end = '& /bin/kill -INT $PID; while ($true) { Start-Sleep -Milliseconds 10 }' }
        @{ name = 'a command upstream fails'; end = "throw 'enough'" }
    ) {
        $script = "Import-Module '$ModuleManifest'; Set-ImagenProvider emulator -BaseUri '$($test.BaseUri)' -Default
            & { 1..4 | ForEach-Object { [pscustomobject]@{ prompt = 'p'; num_images = 'five' } }; $end } | New-ImagenImage"
        $start = New-ConsoleStart '-NoProfile', '-NonInteractive', '-OutputFormat', 'Text', '-Command', $script
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            $said = $process.StandardOutput.ReadToEnd() + $process.StandardError.ReadToEnd()
            $process.WaitForExit()
        }
        finally {
            $process.Kill()
            $process.Dispose()
        }
        $said | Should -Match "Row 1: NumImages is 'five'"
        $said | Should -Match 'More rows that failed like rows before them: 3 \(row numbers: 2 to 4\)\.'
    }

    It 'ends the command at the first row with -ErrorAction Stop' {
        { 1..3 | ForEach-Object { [pscustomobject]@{ prompt = 'p'; num_images = 'five' } } | New-ImagenImage -ErrorAction Stop } |
            Should -Throw -ErrorId $refused -ExpectedMessage 'Row 1: *'
    }

    It 'also of the cmdlets that follow requests up' {
        $seen = Watch-Command { 1..3 | ForEach-Object { [pscustomobject]@{ id = 'x' } } | Receive-ImagenResult }
        $seen.Error.ForEach{ $_.Exception.Message } | Should -Be @(
            'Row 1: the record has no request id. Its properties are: id.'
            'Rows 2 to 3 (2 in all) have the same mistake: the record has no request id. Its properties are: id.'
        )
    }

    It 'no rows at all are said to be none' {
        Set-Content (Join-Path $TestDrive empty.csv) 'key,prompt'
        $said = 'The pipeline had no rows, so nothing was submitted. If they come from a file, it is empty or has only a header.'
        $seen = Watch-Command { Import-Csv (Join-Path $TestDrive empty.csv) | New-ImagenImage -OutputDirectory (Join-Path $TestDrive none) }
        $seen.Warning | Should -BeExactly $said
        $seen.Output | Should -HaveCount 0
        $seen.Error | Should -HaveCount 0
        Join-Path $TestDrive none | Should -Not -Exist
        (Watch-Command { '', ' ' | New-ImagenImage }).Warning | Should -Be 'Blank lines skipped: 2.', $said
        (Watch-Command { 'a fox' | New-ImagenImage }).Warning | Should -BeNullOrEmpty
        (Watch-Command { Get-ImagenRequest -Key none | New-ImagenImage }).Warning | Should -Be 'The pipeline had no rows, so nothing was submitted.'
    }
}
