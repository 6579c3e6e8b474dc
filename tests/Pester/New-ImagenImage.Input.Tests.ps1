# Where rows come from: arguments, text, CSV, JSON, hashtables, live objects, CLIXML, jobs. The bill log says what arrived.

Describe 'New-ImagenImage: input' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    Context 'New-ImagenImage takes rows from' {
        It 'an argument' {
            $request = New-ImagenImage 'a red fox'
            $request | Should -BeOfType ([Imagen4.ImagenRequest])
            $request.Prompt | Should -Be 'a red fox'
            $request.Index | Should -Be 1
            $request.State | Should -Be 'InQueue'
            (Get-Bill $test).input | ConvertTo-Json -Compress | Should -Be '{"prompt":"a red fox"}'
            (Get-Bill $test).request_id | Should -Be $request.RequestId
        }

        It 'an array of prompts in <kind>' -ForEach @(
            @{ kind = 'an array'; prompts = 'one', 'two', 'three' }
            @{ kind = 'a list'; prompts = [System.Collections.Generic.List[string]]@('one', 'two', 'three') }
            @{ kind = 'an array list'; prompts = [System.Collections.ArrayList]@('one', 'two', 'three') }
        ) {
            $requests = New-ImagenImage $prompts -NumImages 2
            $requests | Sort-Object Index | ForEach-Object Prompt | Should -Be 'one', 'two', 'three'
            (Get-Bill $test).input.num_images | Should -Be 2, 2, 2
        }

        It 'text in the pipeline' {
            'one', 'two' | New-ImagenImage | Sort-Object Index | ForEach-Object { "$($_.Index) $($_.Prompt)" } | Should -Be '1 one', '2 two'
            (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'one', 'two'
        }

        It 'the lines of a file' {
            Set-Content (Join-Path $TestDrive prompts.txt) "ein Fuchs`nzwei Füchse" -Encoding utf8
            Get-Content (Join-Path $TestDrive prompts.txt) | New-ImagenImage | Should -HaveCount 2
            (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'ein Fuchs', 'zwei Füchse'
        }

        It 'a CSV file, every cell as it is written' {
            $file = Join-Path $TestDrive rows.csv
            @'
prompt,negative_prompt,aspect_ratio,num_images,seed,resolution,output_format,safety_tolerance,Key,Remark
"a ""quoted"" fox, with commas",,16:9,2,7,,png,,row-a,left alone
"two
lines",,,,,2K,,,row-b,
Füchse über Ärger,blurry,9:16,,0,1K,jpeg,3,row-c,
雪の中の狐 🦊,,,,,,,,row-d,
'@ | Set-Content $file -Encoding utf8
            $requests = Import-Csv $file | New-ImagenImage -WarningAction SilentlyContinue | Sort-Object Index
            $requests.Key | Should -Be 'row-a', 'row-b', 'row-c', 'row-d'

            $byPrompt = @{}
            Get-Bill $test | ForEach-Object { $byPrompt[$_.input.prompt] = $_.input | ConvertTo-Json -Compress }
            $newLine = (Import-Csv $file)[1].prompt
            $byPrompt['a "quoted" fox, with commas'] |
                Should -Be '{"prompt":"a \"quoted\" fox, with commas","aspect_ratio":"16:9","num_images":2,"seed":7,"output_format":"png"}'
            ($byPrompt[$newLine] | ConvertFrom-Json).resolution | Should -Be '2K'
            $byPrompt['Füchse über Ärger'] |
                Should -Be '{"prompt":"Füchse über Ärger","negative_prompt":"blurry","aspect_ratio":"9:16","seed":0,"resolution":"1K","output_format":"jpeg","safety_tolerance":"3"}'
            $byPrompt['雪の中の狐 🦊'] | Should -Be '{"prompt":"雪の中の狐 🦊"}'
        }

        It 'objects made from JSON, numbers and truth values included' {
            $json = '[{"prompt":"j1","num_images":2,"seed":9007199254740993,"sync_mode":true,"safety_tolerance":4},{"prompt":"j2","num_images":null,"sync_mode":false}]'
            $json | ConvertFrom-Json | New-ImagenImage | Should -HaveCount 2
            $inputs = Get-Bill $test | ForEach-Object input | Sort-Object prompt | ForEach-Object { $_ | ConvertTo-Json -Compress }
            $inputs[0] | Should -Be '{"prompt":"j1","num_images":2,"seed":9007199254740993,"sync_mode":true,"safety_tolerance":"4"}'
            $inputs[1] | Should -Be '{"prompt":"j2","sync_mode":false}'
        }

        It 'hashtables, under the parameters'' names and under the API''s' {
            @{ Prompt = 'h1'; AspectRatio = '4:3'; Key = 'k1' }, [ordered]@{ prompt = 'h2'; aspect_ratio = '3:4' } | New-ImagenImage |
                Sort-Object Index | ForEach-Object { "$($_.Prompt) $($_.AspectRatio) $($_.Key)" } | Should -Be 'h1 4:3 k1', 'h2 3:4 '
        }

        It 'objects of any class with a prompt' {
            class ImageWish { [string]$Prompt; [int]$Seed }
            [ImageWish]@{ Prompt = 'c1'; Seed = 3 } | New-ImagenImage | ForEach-Object { "$($_.Prompt) $($_.Seed)" } | Should -Be 'c1 3'
        }

        It 'the rows of a data table, whose empty cells are DBNull' {
            $table = [System.Data.DataTable]::new()
            $null = $table.Columns.Add('prompt'), $table.Columns.Add('seed', [int]), $table.Columns.Add('num_images', [int])
            $null = $table.Rows.Add('t1', 5, [DBNull]::Value)
            $table.Rows | New-ImagenImage | Should -HaveCount 1
            (Get-Bill $test).input | ConvertTo-Json -Compress | Should -Be '{"prompt":"t1","seed":5}'
        }

        It 'objects that went through CLIXML' {
            $file = Join-Path $TestDrive rows.clixml
            [pscustomobject]@{ Prompt = 'x1'; NumImages = 3; AdditionalInput = [pscustomobject]@{ style = 'ink' } } | Export-Clixml $file
            Import-Clixml $file | New-ImagenImage | Should -HaveCount 1
            (Get-Bill $test).input | ConvertTo-Json -Compress | Should -Be '{"prompt":"x1","num_images":3,"style":"ink"}'
        }

        It 'objects that a job sent back' {
            $rows = Start-Job { [pscustomobject]@{ prompt = 'from a job'; seed = 11 } } | Receive-Job -Wait -AutoRemoveJob
            $rows | New-ImagenImage | Should -HaveCount 1
            (Get-Bill $test).input | ConvertTo-Json -Compress | Should -Be '{"prompt":"from a job","seed":11}'
        }

        It 'a PowerShell that is built in code' {
            $shell = [powershell]::Create([System.Management.Automation.RunspaceMode]::CurrentRunspace)
            $request = $shell.AddCommand('New-ImagenImage').AddParameter('Prompt', 'from code').Invoke()
            $shell.Streams.Error | Should -HaveCount 0
            $request.Prompt | Should -Be 'from code'
        }

        It 'text and objects in turns' {
            'plain', [pscustomobject]@{ prompt = 'object'; seed = 4 }, @{ prompt = 'table' }, 'plain again' | New-ImagenImage |
                Sort-Object Index | ForEach-Object { "$($_.Prompt)|$($_.Seed)" } | Should -Be 'plain|', 'object|4', 'table|', 'plain again|'
        }

        It 'its own results, which repeat their rows' {
            $additional = @{ style = 'ink' }
            $first = [pscustomobject]@{ prompt = 'again'; num_images = 2; aspect_ratio = '3:4'; key = 'r1' } | New-ImagenImage -Wait -AdditionalInput $additional
            $first | Should -BeOfType ([Imagen4.ImagenResult])
            $second = $first | New-ImagenImage -NoResume
            $inputs = Get-Bill $test | ForEach-Object input
            $inputs[1] | ConvertTo-Json -Compress |
                Should -Be ('{{"prompt":"again","aspect_ratio":"3:4","num_images":2,"seed":{0},"style":"ink"}}' -f $first.Seed)
            $second.Key | Should -Be 'r1'

            $request = New-ImagenImage 'requests too' -Seed 5 -SyncMode $true
            $request | New-ImagenImage -NoResume | ForEach-Object Seed | Should -Be 5
            (Get-Bill $test)[3].input.sync_mode | Should -BeTrue
        }

        It 'its own results out of a CSV' {
            $file = Join-Path $TestDrive results.csv
            'to disk and back' | New-ImagenImage -Wait -Seed 8 | Export-Csv $file
            Import-Csv $file | New-ImagenImage | ForEach-Object { "$($_.Prompt) $($_.Seed)" } | Should -Be 'to disk and back 8'
        }
    }

    Context 'New-ImagenImage and what a row does not say' {
        It 'gives no row the values of the row before (<kind>)' -ForEach @(
            @{ kind = 'an empty cell'; second = [pscustomobject]@{ prompt = 'second'; seed = ''; num_images = ''; key = '' } }
            @{ kind = 'a null'; second = [pscustomobject]@{ prompt = 'second'; seed = $null; num_images = $null; key = $null } }
            @{ kind = 'no such property'; second = [pscustomobject]@{ prompt = 'second' } }
            @{ kind = 'text'; second = 'second' }
            @{ kind = 'a hashtable'; second = @{ prompt = 'second' } }
        ) {
            $first = [pscustomobject]@{ prompt = 'first'; seed = 5; num_images = 2; key = 'k'; negative_prompt = 'n'; aspect_ratio = '4:3' }
            $requests = $first, $second | New-ImagenImage -WarningAction SilentlyContinue | Sort-Object Index
            Get-Bill $test | Where-Object { $_.input.prompt -eq 'second' } | ForEach-Object { $_.input | ConvertTo-Json -Compress } |
                Should -Be '{"prompt":"second"}'
            $requests[1].Key | Should -BeNullOrEmpty
        }

        It 'gives every row what was said on the command line' {
            [pscustomobject]@{ prompt = 'p1' }, [pscustomobject]@{ prompt = 'p2' } | New-ImagenImage -Seed 3 -AspectRatio 3:4 | Should -HaveCount 2
            (Get-Bill $test).input | ForEach-Object { "$($_.seed) $($_.aspect_ratio)" } | Should -Be '3 3:4', '3 3:4'
        }

        It 'takes cells of blanks for empty ones' {
            [pscustomobject]@{ prompt = 'p'; seed = '  '; sync_mode = ' '; aspect_ratio = "`t"; additionalinput = ' ' } | New-ImagenImage | Should -HaveCount 1
            (Get-Bill $test).input | ConvertTo-Json -Compress | Should -Be '{"prompt":"p"}'
        }
    }

    Context 'New-ImagenImage -AdditionalInput takes' {
        It '<kind>' -ForEach @(
            @{ kind = 'a hashtable'; value = @{ style = @{ name = 'ink'; weights = 1, 2.5 } } }
            @{ kind = 'an object'; value = [pscustomobject]@{ style = [pscustomobject]@{ name = 'ink'; weights = @(1, 2.5) } } }
            @{ kind = 'JSON text'; value = '{"style":{"name":"ink","weights":[1,2.5]}}' }
        ) {
            $request = New-ImagenImage 'p' -AdditionalInput $value
            $style = (Get-Bill $test).input.style
            $style.name | Should -Be 'ink'
            $style.weights | Should -Be 1, 2.5
            ($request.AdditionalInput | ConvertFrom-Json).style.name | Should -Be 'ink'
        }

        It 'a date out of JSON, as the date it was' {
            New-ImagenImage 'p' -AdditionalInput ('{"from":"2031-02-03T04:05:06Z"}' | ConvertFrom-Json) | Should -HaveCount 1
            (Get-Bill $test).input.from | Should -Be '2031-02-03T04:05:06.0000000Z'
        }

        It 'a switch as true or false' {
            New-ImagenImage 'p' -SyncMode ([switch]$true) -AdditionalInput @{ flag = [switch]$false } | Should -HaveCount 1
            (Get-Bill $test).input | ConvertTo-Json -Compress | Should -Be '{"prompt":"p","sync_mode":true,"flag":false}'
        }

        It 'a table that contains itself: refused, not a crash' {
            $endless = @{ name = 'x' }
            $endless.self = $endless
            $seen = Watch-Command { New-ImagenImage 'p' -AdditionalInput $endless }
            $seen.Error.FullyQualifiedErrorId | Should -Be 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
            Get-Bill $test | Should -HaveCount 0
        }
    }
}
