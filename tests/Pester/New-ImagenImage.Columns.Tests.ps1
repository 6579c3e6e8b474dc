# Columns that are not used, and inputs that a record has twice: what would otherwise be paid for with the host's defaults.

Describe 'New-ImagenImage: columns' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $refused = 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'

        # How many POSTs there had been when the first warning came.
        function Get-SeenAtFirstWarning {
            param([scriptblock]$Script)
            $at = [System.Collections.Generic.List[int]]::new()
            & $Script 3>&1 | ForEach-Object {
                if ($_ -is [System.Management.Automation.WarningRecord]) {
                    $at.Add(@(Get-Seen $test).Count)
                }
            }
            $at[0]
        }
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    Context 'every column that is not used is named in one warning' {
        It 'with the parameter that may be meant: <column>' -ForEach @(
            @{ column = 'Force'; meant = "Force (for every row: -Force)" }
            @{ column = 'OutputDirectory'; meant = 'OutputDirectory (for every row: -OutputDirectory)' }
            @{ column = 'output_directory'; meant = 'output_directory (for every row: -OutputDirectory)' }
            @{ column = 'ratio'; meant = 'ratio (AspectRatio?)' }
            @{ column = 'size'; meant = 'size (Resolution or AspectRatio?)' }
            @{ column = 'n'; meant = 'n (NumImages?)' }
            @{ column = 'images'; meant = 'images (NumImages?)' }
            @{ column = 'format'; meant = 'format (OutputFormat?)' }
            @{ column = 'aspectratoi'; meant = 'aspectratoi (AspectRatio?)' }
            @{ column = 'Aspect Ratio'; meant = 'Aspect Ratio (AspectRatio?)' }
            @{ column = 'num_image'; meant = 'num_image (NumImages?)' }
            @{ column = 'sed'; meant = 'sed' }
            @{ column = 'seeds'; meant = 'seeds (Seed?)' }
            @{ column = 'remark'; meant = 'remark' }
            @{ column = 'Path'; meant = 'Path' }
            @{ column = 'Verbose'; meant = 'Verbose' }
        ) {
            $rows = 1..3 | ForEach-Object { [pscustomobject]@{ prompt = "p$_"; $column = 'x' } }
            $tables = 1..3 | ForEach-Object { @{ prompt = "t$_"; $column = 'x' } }
            foreach ($records in $rows, $tables, ($rows | ConvertTo-Csv | ConvertFrom-Csv), ($rows | ConvertTo-Json | ConvertFrom-Json)) {
                $seen = Watch-Command { $records | New-ImagenImage -NoResume }
                $seen.Error | Should -HaveCount 0
                $seen.Warning | Should -Be "Columns that are not used: $meant. They are not sent; -Strict makes this an error."
            }

            Get-Bill $test | Should -HaveCount 12
        }

        It 'several in one, before anything is sent' {
            $rows = 1..3 | ForEach-Object { [pscustomobject]@{ prompt = "p$_"; Force = 'f'; ratio = '16:9'; remark = ''; n = 2 } }
            $seen = Watch-Command { $rows | New-ImagenImage }
            $seen.Warning | Should -Be 'Columns that are not used: Force (for every row: -Force), ratio (AspectRatio?), remark, n (NumImages?). They are not sent; -Strict makes this an error.'
            Get-SeenAtFirstWarning { $rows | New-ImagenImage -NoResume -ThrottleLimit 1 } | Should -Be 3 -Because 'only the run before has sent anything'
        }

        It 'columns of later rows in one more, whatever their number' {
            $rows = @{ prompt = 'p1'; ratio = 1 }, @{ prompt = 'p2' }, @{ prompt = 'p3'; n = 2; ratio = 1 }, @{ prompt = 'p4'; size = 2 }, @{ prompt = 'p5'; remark = 2; size = 1 }
            $seen = Watch-Command { $rows | New-ImagenImage -Verbose }
            $seen.Warning | Should -HaveCount 2
            $seen.Warning[0] | Should -Be 'Columns that are not used: ratio (AspectRatio?). They are not sent; -Strict makes this an error.'
            $seen.Warning[1] | Should -Be 'Columns that are not used, from row 3 on: n (NumImages?). Those of later rows are named with -Verbose only; -Strict makes this an error.'
            $seen.Verbose | Should -Contain 'Columns that are not used, from row 4 on: size (Resolution or AspectRatio?).'
            $seen.Verbose | Should -Contain 'Columns that are not used, from row 5 on: remark.'
        }

        It 'of a data table, whose own properties are no columns' {
            $table = [System.Data.DataTable]::new()
            $null = $table.Columns.Add('prompt'), $table.Columns.Add('ratio')
            $null = $table.Rows.Add('t1', '16:9')
            foreach ($records in $table.Rows, $table.DefaultView) {
                $seen = Watch-Command { $records | New-ImagenImage -NoResume }
                $seen.Error | Should -HaveCount 0
                $seen.Warning | Should -Be 'Columns that are not used: ratio (AspectRatio?). They are not sent; -Strict makes this an error.'
            }
        }

        It 'with -WhatIf too' {
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'p'; ratio = 1 } | New-ImagenImage -WhatIf }
            $seen.Warning | Should -BeLike 'Columns that are not used: ratio (AspectRatio?). *'
            Get-Bill $test | Should -BeNullOrEmpty
        }
    }

    Context 'nothing is said of' {
        It 'columns that are used, under any of their names' {
            $row = [pscustomobject]@{
                prompt = 'p'; negative_prompt = ''; AspectRatio = '1:1'; num_images = 1; Seed = 1; resolution = '1K'; OutputFormat = 'png'; sync_mode = ''
                safety_tolerance = '4'; AdditionalInput = ''; provider = ''; MODEL = ''; Key = 'k'; fal_webhook = ''; priority = ''; ' tag ' = ''; ObjectLifetime = ''
            }
            $seen = Watch-Command { $row, $row.PSObject.Copy() | Select-Object * -ExcludeProperty Key | New-ImagenImage -Strict }
            $seen.Error | Should -HaveCount 0
            $seen.Warning | Should -HaveCount 0
            Get-Bill $test | Should -HaveCount 2
        }

        It 'what requests and results of this module carry: live, CSV, JSON, CLIXML, from a job' {
            $out = Join-Path $TestDrive carried
            $results = 'one', 'two' | New-ImagenImage -OutputDirectory $out -FileName '{Index}'
            $requests = 'three' | New-ImagenImage
            $carried = Join-Path $TestDrive carried.xml
            $results + $requests | Export-Clixml $carried
            $fromJob = Start-Job { Import-Clixml $using:carried } | Receive-Job -Wait -AutoRemoveJob
            $fromJob[0].PSObject.Properties.Name | Should -Contain 'RunspaceId'
            $records = @($results; $requests; $results + $requests | ConvertTo-Csv | ConvertFrom-Csv; $results | ConvertTo-Json -Depth 5 | ConvertFrom-Json
                Import-Clixml (Join-Path $TestDrive carried.xml); $fromJob)
            $seen = Watch-Command { $records | New-ImagenImage -Strict -WhatIf }
            $seen.Error | Should -HaveCount 0
            $seen.Thrown | Should -BeNullOrEmpty
            $seen.Warning | Where-Object { $_ -like '*Columns*' } | Should -HaveCount 0

            # What was added to one is no part of it.
            $seen = Watch-Command { $results[0] | Select-Object *, @{ n = 'ratio'; e = { '16:9' } } | New-ImagenImage -NoResume -WhatIf }
            $seen.Warning | Should -BeLike 'Columns that are not used: ratio (AspectRatio?). *'
        }

        It 'what PowerShell itself adds' {
            $row = [pscustomobject]@{ prompt = 'p'; PSComputerName = 'c'; RunspaceId = 'r'; PSShowComputerName = $true; PSSourceJobInstanceId = 'j'; PSPath = 'p' }
            $seen = Watch-Command { $row | New-ImagenImage -Strict }
            $seen.Error | Should -HaveCount 0
            $seen.Warning | Should -HaveCount 0
        }
    }

    Context '-Strict' {
        It 'ends the command before anything is sent: <from>' -ForEach @(
            @{ from = 'records'; record = [pscustomobject]@{ prompt = 'p'; ratio = 1; remark = 2 } }
            @{ from = 'hashtables'; record = [ordered]@{ prompt = 'p'; ratio = 1; remark = 2 } }
        ) {
            $seen = Watch-Command { $record, $record, @{ prompt = 'good' } | New-ImagenImage -Strict -ErrorAction SilentlyContinue }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
            $seen.Thrown.Exception.Message | Should -Be 'Row 1: columns that are not used: ratio (AspectRatio?), remark. With -Strict nothing is sent for this row, nor for any after it.'
            $seen.Thrown.TargetObject.prompt | Should -Be 'p'
            $seen.Output | Should -HaveCount 0
            $seen.Warning | Should -HaveCount 0
            Get-Seen $test | Should -HaveCount 0
        }

        It 'at a later row: what was accepted is handed on, nothing more is sent' {
            $seen = Watch-Command { @{ prompt = 'p1' }, @{ prompt = 'p2'; n = 2 }, @{ prompt = 'p3' } | New-ImagenImage -Strict -Wait }
            $seen.Thrown.Exception.Message | Should -BeLike 'Row 2: columns that are not used: n (NumImages?). *'
            $seen.Output.Prompt | Should -Be 'p1'
            (Get-Bill $test).input.prompt | Should -Be 'p1'
        }

        It 'is nothing to text and to arguments' {
            'a fox' | New-ImagenImage -Strict | Should -HaveCount 1
            New-ImagenImage 'a fox' -Strict | Should -HaveCount 1
        }
    }

    Context 'an input under two names' {
        It 'is refused when they differ: <from>' -ForEach @(
            @{ from = 'a record'; record = [pscustomobject]@{ prompt = 'bad'; NumImages = 1; num_images = 4 }; says = "Row 2: NumImages is given twice: NumImages is '1', num_images is '4'. Leave one out. Nothing was sent for this row." }
            @{ from = 'a hashtable'; record = [ordered]@{ prompt = 'bad'; num_images = '4'; NumImages = 1 }; says = "Row 2: NumImages is given twice: num_images is '4', NumImages is '1'. *" }
            @{ from = 'a CSV'; record = ("prompt,aspect_ratio,AspectRatio`nbad,1:1,16:9" | ConvertFrom-Csv); says = "Row 2: AspectRatio is given twice: aspect_ratio is '1:1', AspectRatio is '16:9'. *" }
            @{ from = 'blanks around a header'; record = [pscustomobject]@{ prompt = 'bad'; num_images = '1'; 'num_images ' = '2' }; says = "Row 2: NumImages is given twice: *" }
            @{ from = 'the prompt'; record = [pscustomobject]@{ 'prompt ' = 'bad'; Prompt = 'other' }; says = "Row 2: Prompt is given twice: prompt is 'bad', Prompt is 'other'. *" }
            @{ from = 'a setting'; record = [pscustomobject]@{ prompt = 'bad'; WebhookUri = 'https://a.example'; fal_webhook = 'https://b.example' }; says = "Row 2: WebhookUri is given twice: *" }
        ) {
            $seen = Watch-Command { @{ prompt = 'good 1' }, $record, @{ prompt = 'good 3' } | New-ImagenImage }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            $seen.Error.Exception.Message | Should -BeLike $says
            (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'good 1', 'good 3'
        }

        It 'is taken when they are equal, or one is empty: <name>' -ForEach @(
            @{ name = 'equal'; record = [pscustomobject]@{ prompt = 'p'; NumImages = 4; num_images = '4' } }
            @{ name = 'the parameter''s is empty'; record = [pscustomobject]@{ prompt = 'p'; NumImages = ''; num_images = '4' } }
            @{ name = 'the API''s is empty'; record = [pscustomobject]@{ prompt = 'p'; num_images = ' '; NumImages = '4' } }
            @{ name = 'nothing'; record = [pscustomobject]@{ prompt = 'p'; NumImages = $null; num_images = 4 } }
            @{ name = 'an empty one in a table'; record = [ordered]@{ prompt = 'p'; NumImages = ''; num_images = 4 } }
            @{ name = 'a number and its text'; record = [ordered]@{ prompt = 'p'; NumImages = 4.0; num_images = '4' } }
        ) {
            $seen = Watch-Command { $record | New-ImagenImage }
            $seen.Error | Should -HaveCount 0
            (Get-Bill $test).input | ConvertTo-Json -Compress | Should -Be '{"prompt":"p","num_images":4}'
        }

        It 'truth values are compared as such' {
            [pscustomobject]@{ prompt = 'p'; SyncMode = 'True'; sync_mode = $true } | New-ImagenImage | Should -HaveCount 1
            (Watch-Command { [pscustomobject]@{ prompt = 'p'; SyncMode = 'True'; sync_mode = 'false' } | New-ImagenImage }).Error.FullyQualifiedErrorId | Should -Be $refused
        }

        It 'does not matter where the command line says it for all' {
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'p'; NumImages = 1; num_images = 4 } | New-ImagenImage -NumImages 2 }
            $seen.Error | Should -HaveCount 0
            $seen.Warning | Should -Be "The column 'NumImages' is not used: -NumImages is given for every row.", "The column 'num_images' is not used: -NumImages is given for every row."
            (Get-Bill $test).input.num_images | Should -Be 2
        }
    }
}
