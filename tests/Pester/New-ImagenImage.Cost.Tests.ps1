# What a batch costs: said before, with -WhatIf; held under a limit, with -MaxCost; told after, by the objects and by the ledger. The emulator's
# bill log says what was paid for, and an image of its nano-banana-2 is 0.08 USD.

Describe 'New-ImagenImage: cost' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $model = 'fal-ai/nano-banana-2'
        $csv = Join-Path $TestDrive rows.csv

        # What a host prints for -WhatIf, line by line.
        function Get-WhatIf([string]$Script) {
            (Invoke-Pwsh "Import-Module '$ModuleManifest'; $Script") -split "`r?`n" -replace '^What if: '
        }

        function Get-Pricing {
            @(Get-Seen $test | Where-Object path -Like '/v1/models/pricing*')
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
        1..10 | ForEach-Object { [pscustomobject]@{ prompt = "fox $_"; model = $model } } | Export-Csv $csv
    }
    AfterAll { Exit-ImagenTest $test }

    Context '-WhatIf' {
        It 'lists each row with its cost and the total, and asks for a price at most once' {
            $said = Get-WhatIf "[pscustomobject]@{ prompt = 'a' }, [pscustomobject]@{ prompt = 'b'; resolution = '4K'; num_images = 2 }, [pscustomobject]@{ prompt = 'c'; enable_web_search = `$true } | New-ImagenImage -Model $model -WhatIf"
            $said | Should -Be @(
                "Performing the operation `"Generate with $model at emulator, images: 1, cost: at most 0.08 USD`" on target `"row 1: a`"."
                "Performing the operation `"Generate with $model at emulator, images: 2, cost: at most 0.32 USD`" on target `"row 2: b`"."
                "Performing the operation `"Generate with $model at emulator, images: 1, cost: at most 0.095 USD`" on target `"row 3: c`"."
                'In all, rows to be generated: 3, cost: at most 0.495 USD.'
            )
            Get-Pricing | Should -HaveCount 1
            Get-Bill $test | Should -BeNullOrEmpty
            $env:IMAGEN4_HOME | Should -Not -Exist
        }

        It 'says of how many rows it is not known' {
            (Get-WhatIf "'a', 'b' | New-ImagenImage -Model google/nano-banana-lite -WhatIf")[-2, -1] | Should -Be @(
                'Performing the operation "Generate with google/nano-banana-lite at emulator, images: 1, cost: unknown" on target "row 2: b".'
                'In all, rows to be generated: 2, cost: unknown. Rows whose cost is unknown, and not in that sum: 2. Get-ImagenPrice shows what is known about a model.'
            )
        }

        It 'asks nobody where a price is kept' {
            $null = Get-ImagenPrice fal-ai/nano-banana-2
            $asked = (Get-Pricing).Count
            (Get-WhatIf 'New-ImagenImage a -Model fal-ai/nano-banana-2 -WhatIf')[-1] | Should -Be 'In all, rows to be generated: 1, cost: at most 0.08 USD.'
            Get-Pricing | Should -HaveCount $asked
        }

        It 'the host''s price comes before the user''s own, which is for what the host does not say: <model>, <where>' -ForEach @(
            @{ model = 'fal-ai/nano-banana-2'; where = 'asked'; cost = '0.08 USD' }
            @{ model = 'any/model'; where = 'asked'; cost = '0.50' }
            @{ model = 'fal-ai/nano-banana-2'; where = 'down'; cost = '0.50' }
        ) {
            if ($where -eq 'down') { Add-Fault $test @{ operation = 'pricing'; kind = 'status'; status = 500; count = -1 } }
            (Get-WhatIf "`$null = Set-ImagenProvider emulator -PricePerImage 0.5; New-ImagenImage a -Model $model -WhatIf")[-1] | Should -Be "In all, rows to be generated: 1, cost: at most $cost."
        }

        It 'a host that cannot be asked fails nothing' {
            Add-Fault $test @{ operation = 'pricing'; kind = 'status'; status = 500 }
            (Get-WhatIf "New-ImagenImage a -Model $model -WhatIf")[-1] | Should -BeLike 'In all, rows to be generated: 1, cost: unknown.*'
        }

        It 'what earlier runs have paid for costs nothing more' {
            $null = 'a' | New-ImagenImage -Model $model
            $said = Get-WhatIf "'a', 'b' | New-ImagenImage -Model $model -WhatIf"
            $said[0] | Should -Be 'Performing the operation "Return or continue what was submitted to emulator before; nothing is paid for" on target "row 1: a".'
            $said[-1] | Should -Be 'In all, rows to be generated: 1, cost: at most 0.08 USD.'
        }
    }

    Context '-MaxCost' {
        It 'stops before the total would pass it, says so once, and goes on with more' {
            $seen = Watch-Command { Import-Csv $csv | New-ImagenImage -OutputDirectory $out -MaxCost 0.5 }
            Get-Bill $test | Should -HaveCount 6
            $seen.Output | Should -HaveCount 6
            $seen.Error | Should -HaveCount 1
            $seen.Error.FullyQualifiedErrorId | Should -Be "CostLimitReached,$command"
            $seen.Error.CategoryInfo.Category | Should -Be 'LimitsExceeded'
            $seen.Error.Exception.Message | Should -Be 'Rows held back: 4 (row numbers: 7 to 10). With them, the cost could have exceeded -MaxCost 0.5. Counted so far: 0.48 USD. Nothing was sent for these rows; the same command with a higher -MaxCost continues with them.'
            $seen.Error.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            $seen.Error.TargetObject.prompt | Should -Be 'fox 7', 'fox 8', 'fox 9', 'fox 10'
            Get-ImagenRequest | Should -HaveCount 6

            # The same limit again pays for nothing more, whatever the order of the rows.
            $rows = Import-Csv $csv
            [array]::Reverse($rows)
            $seen = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out -MaxCost 0.5 }
            Get-Bill $test | Should -HaveCount 6
            $seen.Output | Should -HaveCount 6
            $seen.Error.Exception.Message | Should -BeLike '*: 4 (row numbers: 1 to 4).* Counted so far: 0.48 USD.*'

            $seen = Watch-Command { Import-Csv $csv | New-ImagenImage -OutputDirectory $out -MaxCost 0.8 }
            $seen.Error | Should -BeNullOrEmpty
            $seen.Output.State | Sort-Object -Unique | Should -Be 'Delivered'
            Get-Bill $test | Should -HaveCount 10
        }

        It 'holds for rows that are only submitted' {
            $seen = Watch-Command { Import-Csv $csv | New-ImagenImage -MaxCost '0.2' }
            $seen.Output | Should -HaveCount 2
            $seen.Error.FullyQualifiedErrorId | Should -Be "CostLimitReached,$command"
            Get-Bill $test | Should -HaveCount 2
        }

        It 'holds for prompts given as an argument' {
            (Watch-Command { New-ImagenImage 'a', 'b', 'c' -Model $model -MaxCost 0.16 -Wait }).Error.Exception.Message | Should -BeLike '*: 1 (row numbers: 3).*'
            Get-Bill $test | Should -HaveCount 2
        }

        It 'a limit of nothing pays for nothing more and still hands on what is there' {
            $null = Import-Csv $csv | Select-Object -First 3 | New-ImagenImage -OutputDirectory $out
            $seen = Watch-Command { Import-Csv $csv | New-ImagenImage -OutputDirectory $out -MaxCost 0 }
            $seen.Output | Should -HaveCount 3
            $seen.Error.Exception.Message | Should -BeLike '*: 7 (row numbers: 4 to 10).*'
            Get-Bill $test | Should -HaveCount 3
        }

        It 'a row whose cost nobody knows is an error of its own, and the others go' {
            $rows = [pscustomobject]@{ prompt = 'a'; model = 'google/nano-banana-lite' }, [pscustomobject]@{ prompt = 'b'; model = $model }
            $seen = Watch-Command { $rows | New-ImagenImage -MaxCost 1 -Wait }
            $seen.Error | Should -HaveCount 1
            $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
            $seen.Error.Exception.Message | Should -Be "Row 1: the maximum cost of this row is unknown (google/nano-banana-lite at emulator: the host counts in 'image', and no rule says how many a row comes to), and -MaxCost is given. Nothing was sent for it. Get-ImagenPrice shows what is known; Set-ImagenProvider emulator -PricePerImage 0.05 sets a price of your own, for every model of that provider whose price the host does not report."
            $seen.Error.TargetObject.prompt | Should -Be 'a'
            $seen.Output.Prompt | Should -Be 'b'
            Get-Bill $test | Should -HaveCount 1
        }

        It 'refuses <given>, which is no amount' -ForEach @(
            @{ given = -1 }, @{ given = 'much' }, @{ given = '1,50' }, @{ given = '' }, @{ given = $null }, @{ given = [double]::NaN }, @{ given = $true }
        ) {
            $seen = Watch-Command { 'a' | New-ImagenImage -MaxCost $given }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
            $seen.Thrown.Exception.Message | Should -Be "-MaxCost '$given' is not an amount: it takes a number of 0 or more with a decimal point, such as 2.50."
            Get-Bill $test | Should -BeNullOrEmpty
        }
    }

    Context 'What it was' {
        It 'is summed over a day in one line' {
            $null = Import-Csv $csv | New-ImagenImage -OutputDirectory $out
            $null = New-ImagenImage 'x' -Model $model -Resolution 2K -Wait
            $null = Watch-Command { New-ImagenImage '[emulator:runner_disconnected]' -Model $model -Wait }
            [math]::Round((Get-ImagenRequest -Since (Get-Date).Date | Measure-Object Cost -Sum).Sum, 6) | Should -Be 0.92
            (Get-ImagenRequest -Since (Get-Date).Date | Where-Object Cost).Currency | Sort-Object -Unique | Should -Be 'USD'
        }

        # What writes a CSV writes every number as the user's culture does.
        It 'is in every form an object is kept in: <form>' -ForEach @(
            @{ form = 'CSV'; keep = { $_ | Export-Csv $file }; get = { Import-Csv $file | ForEach-Object { $_.Cost = [decimal]::Parse($_.Cost, [cultureinfo]::CurrentCulture); $_ } } }
            @{ form = 'JSON'; keep = { $_ | ConvertTo-Json -Depth 5 | Set-Content $file }; get = { Get-Content $file -Raw | ConvertFrom-Json } }
            @{ form = 'CLIXML'; keep = { $_ | Export-Clixml $file }; get = { Import-Clixml $file } }
        ) {
            $file = Join-Path $TestDrive ([guid]::NewGuid())
            $culture = [cultureinfo]::CurrentCulture
            try {
                [cultureinfo]::CurrentCulture = 'de-DE'
                $result = New-ImagenImage 'x' -Model $model -Wait
                $request = Get-ImagenRequest
                foreach ($made in $result, $request) {
                    $made.Cost | Should -BeOfType ([decimal])
                    $made | ForEach-Object $keep
                    $read = & $get
                    $read.Cost | Should -Be 0.08
                    $read.Currency | Should -Be 'USD'
                }
            }
            finally {
                [cultureinfo]::CurrentCulture = $culture
            }
        }

        It 'what is asked for a price is one question of a batch, and a host that has none to say costs nothing' {
            $null = Import-Csv $csv | New-ImagenImage -Wait
            Get-Pricing | Should -HaveCount 1
            $null = 'another' | New-ImagenImage -Model $model -Wait
            Get-Pricing | Should -HaveCount 1 -Because 'a price is kept for a day'
            $null = 'submitted only' | New-ImagenImage -Model fal-ai/nano-banana
            Get-Pricing | Should -HaveCount 1 -Because 'nothing needs one'

            Add-Fault $test @{ operation = 'pricing'; kind = 'status'; status = 401 }
            $seen = Watch-Command { 'a', 'b' | New-ImagenImage -Model fal-ai/nano-banana -Wait }
            $seen.Output.State | Should -Be 'Completed', 'Completed'
            $seen.Output | Where-Object { $null -ne $_.Cost } | Should -BeNullOrEmpty
            $seen.Error | Should -BeNullOrEmpty
            $seen.Warning | Should -BeNullOrEmpty
        }
    }
}
