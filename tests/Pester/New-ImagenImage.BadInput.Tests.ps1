# Rows that must not be paid for: each is an error of its own that names row, value and what is allowed, and the bill log stays empty.

Describe 'New-ImagenImage: bad input' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $refused = 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    Context 'a cell that its input does not take' {
        It '<column> <value> (<from>)' -ForEach $(
            $cases = @(
                @{ column = 'AspectRatio'; value = '5:4'; message = "Row 2, fal-ai/imagen4/preview: AspectRatio '5:4' is not one of 1:1, 16:9, 9:16, 4:3, 3:4. Nothing was sent." }
                @{ column = 'Resolution'; value = '4K'; message = "*Resolution '4K' is not one of 1K, 2K. Nothing was sent." }
                @{ column = 'OutputFormat'; value = 'gif'; message = "*OutputFormat 'gif' is not one of jpeg, png, webp. Nothing was sent." }
                @{ column = 'SafetyTolerance'; value = '7'; message = "*SafetyTolerance '7' is not one of 1, 2, 3, 4, 5, 6. Nothing was sent." }
                @{ column = 'NumImages'; value = '5'; message = 'Row 2, fal-ai/imagen4/preview: NumImages 5 is outside 1 to 4. Nothing was sent.' }
                @{ column = 'NumImages'; value = '0'; message = '*NumImages 0 is outside 1 to 4. Nothing was sent.' }
                @{ column = 'NumImages'; value = '-1'; message = '*NumImages -1 is outside 1 to 4. Nothing was sent.' }
                @{ column = 'NumImages'; value = 'five'; message = "Row 2: NumImages is 'five', not a whole number. fal-ai/imagen4/preview takes 1 to 4." }
                @{ column = 'NumImages'; value = '2.6'; message = "Row 2: NumImages is '2.6', not a whole number. fal-ai/imagen4/preview takes 1 to 4." }
                @{ column = 'NumImages'; value = '1,000'; message = "Row 2: NumImages is '1,000', not a whole number. fal-ai/imagen4/preview takes 1 to 4." }
                @{ column = 'NumImages'; value = 'true'; message = "Row 2: NumImages is 'true', not a whole number. fal-ai/imagen4/preview takes 1 to 4." }
                @{ column = 'Seed'; value = '12 34'; message = "Row 2: Seed is '12 34', not a whole number." }
                @{ column = 'Seed'; value = '0x10'; message = "Row 2: Seed is '0x10', not a whole number." }
                @{ column = 'Seed'; value = '99999999999999999999'; message = "Row 2: Seed is '99999999999999999999', not a whole number." }
                @{ column = 'SyncMode'; value = 'yes'; message = "Row 2: SyncMode is 'yes'; it takes true or false." }
                @{ column = 'SyncMode'; value = '1'; message = "Row 2: SyncMode is '1'; it takes true or false." }
                @{ column = 'AdditionalInput'; value = 'ink'; message = "Row 2: AdditionalInput is 'ink', not one JSON object such as {`"name`":`"value`"}." }
                @{ column = 'AdditionalInput'; value = '[1]'; message = "Row 2: AdditionalInput is '[[]1]', not one JSON object*" }
                @{ column = 'AdditionalInput'; value = '{"a":1,"a":2}'; message = 'Row 2: AdditionalInput is *, not one JSON object*' }
                @{ column = 'AdditionalInput'; value = '{"num_images":2}'; message = "Row 2, fal-ai/imagen4/preview: AdditionalInput has 'num_images', which has a parameter of its own: use NumImages. Nothing was sent." }
                @{ column = 'Model'; value = 'no model'; message = "*'no model' is not an endpoint id such as fal-ai/imagen4/preview.*" }
                @{ column = 'Provider'; value = 'nobody'; message = "*There is no provider 'nobody'. Known providers: *emulator, fal*" }
            )
            foreach ($case in $cases) {
                $case + @{ from = 'a record' }
                $case + @{ from = 'a hashtable' }
            }
        ) {
            $bad = if ($from -eq 'a record') { [pscustomobject]@{ prompt = 'bad'; $column = $value } } else { @{ prompt = 'bad'; $column = $value } }
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'good 1' }, $bad, [pscustomobject]@{ prompt = 'good 3' } | New-ImagenImage }
            $seen.Thrown | Should -BeNullOrEmpty
            $seen.Error | Should -HaveCount 1
            $seen.Error[0].FullyQualifiedErrorId | Should -Be $refused
            $seen.Error[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
            $seen.Error[0].Exception.Message | Should -BeLike $message
            "$($seen.Error[0])" | Should -BeLike 'Row 2*'
            $seen.Error[0].ErrorDetails.RecommendedAction | Should -Match '^Get-(Help New-ImagenImage|ImagenModel|ImagenProvider) '
            [object]::ReferenceEquals($seen.Error[0].TargetObject, $bad) -or $seen.Error[0].TargetObject -eq $bad | Should -BeTrue
            $seen.Output.Index | Sort-Object | Should -Be 1, 3
            (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'good 1', 'good 3'
        }

        It 'half a character in <column> is refused, wherever it stands' -ForEach @(
            @{ column = 'Prompt'; value = "a fox $([char]0xD800)" }
            @{ column = 'Prompt'; value = [char]0xDC00 }
            @{ column = 'AdditionalInput'; value = "{`"a`":`"$([char]0xD800)`"}" }
            @{ column = 'AdditionalInput'; value = "{`"$([char]0xD800)`":1}" }
            @{ column = 'AdditionalInput'; value = '{"a":"\ud800"}' }
            @{ column = 'AdditionalInput'; value = @{ a = [string][char]0xD800 } }
            @{ column = 'AdditionalInput'; value = @{ a = [char]0xD800 } }
            @{ column = 'AdditionalInput'; value = @{ a = @{ b = @("x$([char]0xDC00)") } } }
            @{ column = 'Tag'; value = "{`"a`":`"$([char]0xD800)`"}" }
            @{ column = 'Tag'; value = @{ a = [string][char]0xD800 } }
            @{ column = 'Key'; value = "k$([char]0xD800)" }
        ) {
            $record = @{ Prompt = 'bad' }
            $record[$column] = $value
            $seen = Watch-Command { [pscustomobject]$record | New-ImagenImage }
            $seen.Thrown | Should -BeNullOrEmpty
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            Get-Bill $test | Should -HaveCount 0
        }

        It 'U+FFFE in a prompt that names the file costs nothing' {
            $seen = Watch-Command { "a $([char]0xFFFE)fox" | New-ImagenImage -OutputDirectory (Join-Path $TestDrive fffe) }
            "$($seen.Error)" | Should -BeNullOrEmpty
            $seen.Output.State | Should -Be 'Delivered'
            Split-Path $seen.Output.Path -Leaf | Should -Be '0001-a-fox.png'
        }

        It 'on the command line too: <parameters>' -ForEach @(
            @{ parameters = @{ NumImages = 'five' }; message = "Row 1: NumImages is 'five', not a whole number. fal-ai/imagen4/preview takes 1 to 4." }
            @{ parameters = @{ NumImages = 2.6 }; message = "Row 1: NumImages is '2.6', not a whole number. fal-ai/imagen4/preview takes 1 to 4." }
            @{ parameters = @{ NumImages = 5 }; message = '*NumImages 5 is outside 1 to 4*' }
            @{ parameters = @{ AspectRatio = '5:4' }; message = "*AspectRatio '5:4' is not one of 1:1, 16:9, 9:16, 4:3, 3:4*" }
            @{ parameters = @{ SyncMode = 'maybe' }; message = "Row 1: SyncMode is 'maybe'; it takes true or false." }
            @{ parameters = @{ Seed = 1, 2 }; message = "Row 1: Seed takes one value, and was given several. A row for each of them: Expand-ImagenPrompt PROMPT -Seed '1','2' | New-ImagenImage" }
            @{ parameters = @{ AdditionalInput = @{ when = [timespan]1 } }; message = 'Row 1: AdditionalInput contains a time, which JSON cannot represent.' }
            @{ parameters = @{ AdditionalInput = @{ ratio = [double]::NaN } }; message = 'Row 1: AdditionalInput contains NaN (no number), which JSON cannot represent.' }
        ) {
            $seen = Watch-Command { New-ImagenImage 'p' @parameters }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            $seen.Error.Exception.Message | Should -BeLike $message
            Get-Bill $test | Should -HaveCount 0
        }
    }

    Context 'a prompt that is none' {
        It '<kind>' -ForEach @(
            @{ kind = 'an empty cell'; row = [pscustomobject]@{ prompt = ''; seed = 1 }; message = 'Row 1: Prompt is empty. Every row needs a prompt.' }
            @{ kind = 'a cell of blanks'; row = [pscustomobject]@{ prompt = "  `t" }; message = 'Row 1: Prompt is empty. Every row needs a prompt.' }
            @{ kind = 'a null cell'; row = [pscustomobject]@{ prompt = $null }; message = 'Row 1: Prompt is empty. Every row needs a prompt.' }
            @{ kind = 'an empty cell of a hashtable'; row = @{ prompt = '' }; message = 'Row 1: Prompt is empty. Every row needs a prompt.' }
            @{ kind = 'a misspelt header'; row = [pscustomobject]@{ promt = 'a fox'; seed = 1 }; message = 'Row 1: the record has no prompt. Its properties are: promt (Prompt?), seed. Is the header misspelt, or the delimiter a different one?' }
            @{ kind = 'a misspelt key'; row = @{ promt = 'a fox' }; message = 'Row 1: the record has no prompt. Its properties are: promt (Prompt?). *' }
            @{ kind = 'a number'; row = 5; message = 'Row 1: an integer is not a prompt. Pipe text, or objects with a property named Prompt.' }
            @{ kind = 'null'; row = $null; message = 'Row 1: the record is $null. Pipe text, or objects with a property named Prompt.' }
            @{ kind = 'a date'; row = [datetime]'2031-01-01'; message = 'Row 1: a date is not a prompt. *' }
            @{ kind = 'a list in a cell'; row = [pscustomobject]@{ prompt = @('a', 'b') }; message = 'Row 1: Prompt is an array, not text.' }
            @{ kind = 'an object in a cell'; row = [pscustomobject]@{ prompt = [pscustomobject]@{ a = 1 } }; message = 'Row 1: Prompt is a table of names and values, not text.' }
        ) {
            $seen = Watch-Command { $row | New-ImagenImage }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            $seen.Error.Exception.Message | Should -BeLike $message
            $seen.Output | Should -HaveCount 0
            Get-Bill $test | Should -HaveCount 0
        }

        It 'a semicolon CSV' {
            "prompt;seed`na fox;1`na hare;2" | Set-Content (Join-Path $TestDrive semicolon.csv)
            $seen = Watch-Command { Import-Csv (Join-Path $TestDrive semicolon.csv) | New-ImagenImage }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
            $seen.Thrown.Exception.Message | Should -Be "The table was read with the wrong delimiter: its only column is 'prompt;seed'. Nothing was sent. Import-Csv FILE -Delimiter ';' | New-ImagenImage reads it."
            $seen.Thrown.ErrorDetails.RecommendedAction | Should -Be "Import-Csv FILE -Delimiter ';' | New-ImagenImage"
            $seen.Error | Should -HaveCount 0
            Get-Bill $test | Should -HaveCount 0
        }

        It 'a file object' {
            $file = Set-Content (Join-Path $TestDrive a.txt) 'a fox' -PassThru | ForEach-Object { Get-Item (Join-Path $TestDrive a.txt) }
            $seen = Watch-Command { $file | New-ImagenImage }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            $seen.Error.Exception.Message | Should -BeLike "Row 1: '$file' is a file, not a prompt. Nothing was sent. Pipe what is in it: Get-Content '$file' | New-ImagenImage. *"
            $seen = Watch-Command { New-Item (Join-Path $TestDrive five.csv) | New-ImagenImage ./out }
            $seen.Error.ErrorDetails.RecommendedAction | Should -Be "Import-Csv '$(Join-Path $TestDrive five.csv)' | New-ImagenImage -OutputDirectory '$(Join-Path $PWD.ProviderPath out)'"
            $seen = Watch-Command { New-Item (Join-Path $TestDrive five.png) | New-ImagenImage }
            $seen.Error.Exception.Message | Should -Be 'Row 1: a file is not a prompt. Pipe text, or objects with a property named Prompt.'
            Get-Bill $test | Should -HaveCount 0
        }

        It 'a table as an argument: <line>' -ForEach @(
            @{ line = 'New-ImagenImage (Import-Csv x.csv) ./out'; rows = 'Import-Csv x.csv' }
            @{ line = 'New-ImagenImage -OutputDirectory ./out -Prompt (Import-Csv x.csv)'; rows = 'Import-Csv x.csv' }
            @{ line = '$rows = Import-Csv x.csv; New-ImagenImage $rows ./out'; rows = '$rows' }
            @{ line = 'New-ImagenImage @{ prompt = "a fox" } ./out'; rows = '@{ prompt = "a fox" }' }
            @{ line = '$given = @{ Prompt = Import-Csv x.csv; OutputDirectory = "./out" }; New-ImagenImage @given'; rows = '...' }
        ) {
            Push-Location $TestDrive
            try {
                Set-Content x.csv "prompt`na fox`nan owl"
                $seen = Watch-Command ([scriptblock]::Create($line))
                $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
                $command = "$rows | New-ImagenImage -OutputDirectory '$(Join-Path $PWD.ProviderPath out)'"
                $seen.Thrown.Exception.Message | Should -Be "-Prompt takes text, and records were given. Nothing was sent. Pipe them: $command"
                $seen.Thrown.ErrorDetails.RecommendedAction | Should -Be $command
                Get-Bill $test | Should -HaveCount 0
            }
            finally {
                Pop-Location
            }
        }

        It 'nothing at all' {
            foreach ($command in { New-ImagenImage }, { New-ImagenImage $null }) {
                $seen = Watch-Command $command
                $seen.Error.FullyQualifiedErrorId | Should -Be $refused
                $seen.Error.Exception.Message | Should -Be 'There is no prompt. Give one with -Prompt, or pipe text or objects with a property named Prompt.'
            }
            Get-Bill $test | Should -HaveCount 0
        }

        It 'an argument that is empty, among others that are not' {
            $seen = Watch-Command { New-ImagenImage 'one', ' ', 'three' }
            $seen.Error.Exception.Message | Should -Be 'Row 2: Prompt is empty. Every row needs a prompt.'
            $seen.Error.TargetObject | Should -Be ' '
            $seen.Output.Index | Sort-Object | Should -Be 1, 3
            Get-Bill $test | Should -HaveCount 2
        }

        It 'two at once, in the pipeline and in -Prompt' {
            $seen = Watch-Command { 'a fox' | New-ImagenImage -Prompt 'a hare' }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            $seen.Error.Exception.Message | Should -Be "Row 1: there is a prompt in the pipeline ('a fox') and another in -Prompt ('a hare'). Use one; for a directory, use -OutputDirectory."
            Get-Bill $test | Should -HaveCount 0
        }
    }

    Context 'a prompt of the record and another for all' {
        It 'is refused for that record; records without one take the one for all' {
            $seen = Watch-Command {
                [pscustomobject]@{ prompt = 'a fox'; seed = '1' }, [pscustomobject]@{ seed = '2' } | New-ImagenImage -Prompt 'a hare'
            }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            $seen.Error.Exception.Message | Should -Be "Row 1: there is a prompt in the pipeline ('a fox') and another in -Prompt ('a hare'). Use one; for a directory, use -OutputDirectory."
            (Get-Bill $test).input.prompt | Should -Be 'a hare'
            (Get-Bill $test).input.seed | Should -Be 2
        }
    }

    Context 'what spreadsheets do to a CSV' {
        It 'blanks around headers do not matter' {
            $seen = Watch-Command { "prompt , num_images`na fox,2" | ConvertFrom-Csv | New-ImagenImage }
            $seen.Error | Should -HaveCount 0
            $seen.Warning | Should -HaveCount 0
            (Get-Bill $test).input.prompt | Should -Be 'a fox'
            (Get-Bill $test).input.num_images | Should -Be 2
        }

        It 'a prompt read in the wrong encoding is refused' {
            $seen = Watch-Command { [pscustomobject]@{ prompt = "K$([char]0xFFFD)ln" } | New-ImagenImage }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            $seen.Error.Exception.Message | Should -BeLike 'Row 1: Prompt has a replacement character (U+FFFD) in it: * -Encoding.'
            Get-Bill $test | Should -HaveCount 0
        }
    }

    Context 'what is skipped or only looks wrong' {
        It 'warns once of a column that the command line hides' {
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'a'; num_images = '3' }, [pscustomobject]@{ prompt = 'b'; num_images = '4' } | New-ImagenImage -NumImages 1 }
            $seen.Warning | Should -Be "The column 'num_images' is not used: -NumImages is given for every row."
            (Get-Bill $test).input.num_images | Should -Be 1, 1
        }

        It 'skips blank lines among request ids too' {
            $id = (New-ImagenImage 'one').RequestId
            $seen = Watch-Command { '', $id, ' ' | Get-ImagenRequestStatus -Wait }
            $seen.Error | Should -HaveCount 0
            $seen.Output.RequestId | Should -Be $id
            $seen.Warning | Should -Be 'Blank lines skipped: 2.'
        }

        It 'skips blank lines, counts them, and says so once' {
            "one`n`n   `nfour" | Set-Content (Join-Path $TestDrive lines.txt)
            $seen = Watch-Command { Get-Content (Join-Path $TestDrive lines.txt) | New-ImagenImage }
            $seen.Error | Should -HaveCount 0
            $seen.Warning | Should -Be 'Blank lines skipped: 2.'
            $seen.Output.Index | Sort-Object | Should -Be 1, 4
            (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'four', 'one'
        }

        It 'warns once of columns that are not used' {
            $rows = 1..3 | ForEach-Object { [pscustomobject]@{ prompt = "p$_"; 'Aspect Ratio' = '16:9'; seeds = 1; remark = 'x' } }
            $seen = Watch-Command { $rows | New-ImagenImage }
            $seen.Warning | Should -HaveCount 1
            $seen.Warning | Should -Be 'Columns that are not used: Aspect Ratio (AspectRatio?), seeds (Seed?), remark. They are not sent; -Strict makes this an error.'
            Get-Bill $test | Should -HaveCount 3
        }

        It 'takes choices in any case, and sends the host''s own' {
            New-ImagenImage 'p' -Resolution 2k -OutputFormat PNG | Should -HaveCount 1
            (Get-Bill $test).input | ConvertTo-Json -Compress | Should -Be '{"prompt":"p","resolution":"2K","output_format":"png"}'
        }

        It 'names several offences of a row in one message' {
            $seen = Watch-Command { New-ImagenImage 'p' -AspectRatio 5:4 -NumImages 9 }
            $seen.Error | Should -HaveCount 1
            $seen.Error.Exception.Message | Should -BeLike "*AspectRatio '5:4'*; NumImages 9 is outside 1 to 4. Nothing was sent."
        }

        It 'a value that cannot be made text costs its own row only' {
            Add-Type 'public class WithoutText { public override string ToString() { throw new System.InvalidOperationException("no text"); } }'
            $rows = 'one', [WithoutText]::new(), 'three' | ForEach-Object { [pscustomobject]@{ Prompt = $_; Note = $_ } }
            $seen = Watch-Command { $rows | New-ImagenImage -Wait }
            $seen.Error.FullyQualifiedErrorId | Should -Be 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
            $seen.Error.Exception.Message | Should -BeLike 'Row 2: *'
            $seen.Output.Prompt | Sort-Object | Should -Be 'one', 'three'
            Get-Bill $test | Should -HaveCount 2
        }

        It 'sends inputs of a model it does not know as they are' {
            $seen = Watch-Command { New-ImagenImage 'p' -Model fal-ai/imagen4/unheard-of -AspectRatio 5:4 -Verbose }
            $seen.Verbose | Should -Contain 'The inputs of fal-ai/imagen4/unheard-of are not known here; they are sent as they are.'
        }
    }
}
