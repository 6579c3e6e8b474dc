# What a user sees: one line for each object at every width, in a terminal and in a file.

BeforeDiscovery {
    if ($IsLinux -and -not (Get-Command script -CommandType Application -ErrorAction Ignore)) {
        Write-Warning 'NOT RUN: links in a terminal. The program script is not installed.'
    }
}

Describe 'Views' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        Reset-Emulator $test
        $out = Join-Path $TestDrive 'out #1'
        $rows = @(
            [pscustomobject]@{ Key = 'spring-fox-000001'; Prompt = "A red fox asleep in fresh snow,`r`nwith the first light`tof a winter morning" }
            [pscustomobject]@{ Key = $null; Prompt = '[emulator:content_policy_violation] a prompt that is refused, and has a long reason' }
            [pscustomobject]@{ Key = 'many'; Prompt = '雪の中で眠っている赤い狐と、冬の朝の最初の光'; NumImages = 3 }
        )
        $results = $rows | New-ImagenImage -OutputDirectory $out -FileName '{RequestId}-{ImageIndex}' -ErrorAction SilentlyContinue | Sort-Object Index
        $long = New-ImagenImage 'an owl [emulator:seconds=600]'
        $set = Join-Path $TestDrive brief.pdf
        Set-Content $set 'in place of a PDF'
        $shown = @{
            results   = $results
            images    = $results[2].Images
            requests  = Get-ImagenRequest
            statuses  = $long, $results[1] | Get-ImagenRequestStatus
            logs      = ($results[0] | Get-ImagenRequestStatus -Logs).Logs
            providers = Get-ImagenProvider
            prices    = Get-ImagenPrice
            models    = Find-ImagenModel
            inputs    = (Get-ImagenModel fal-ai/imagen4/preview).Inputs
            files     = Send-ImagenFile $set
            emulator  = $test.Emulator
        }
    }
    AfterAll {
        $long | Stop-ImagenRequest
        Exit-ImagenTest $test
    }

    Context 'at <width> columns' -ForEach @(@{ width = 80 }, @{ width = 100 }, @{ width = 120 }) {
        It 'shows <name>, one line each, without a control character' -ForEach @(
            'results', 'images', 'requests', 'statuses', 'logs', 'providers', 'prices', 'models', 'inputs', 'files', 'emulator' | ForEach-Object { @{ name = $_ } }
        ) {
            $lines = ($shown[$name] | Out-String -Width $width).Trim() -split '\r?\n'

            # Results have the directory above them, once.
            if ($name -eq 'results') {
                $lines[0] | Should -BeExactly "Directory: $out"
                $lines = $lines | Select-Object -Skip 2
            }
            $lines | Should -HaveCount (2 + @($shown[$name]).Count)
            $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual $width }
            $lines | Should -Not -Match '[\x00-\x1f]'
        }

        It 'shows what a row of results is, and all of a file name where there is room' {
            $lines = ($results | Out-String -Width $width).Trim() -split '\r?\n' | Select-Object -Skip 2
            $lines[0] | Should -Match '^ +Row State +Cost Prompt +File$'
            $lines[2] | Should -Match '^    1 Delivered     \$0\.05 spring-fox-000001: A red'

            # A long reason begins where the state leaves off.
            $lines[3] | Should -Match '^    2 Failed              \[emulator:content_policy.* prompt: The content'
            $lines[4] | Should -Match '^    3 Delivered     \$0\.15 many: '
            if ($width -ge 120) {
                $lines[2] | Should -BeLike "*$(Split-Path $results[0].Path -Leaf)"
                $lines[4] | Should -BeLike "*$(Split-Path $results[2].Path -Leaf) +2"
            }
        }

        It 'shows where the images of requests are, from here, or the id that they are followed up by' {
            Push-Location $TestDrive
            try { $lines = ($shown.requests | Out-String -Width $width).Trim() -split '\r?\n' } finally { Pop-Location }
            $lines[0] | Should -Match '^Row State +Age +Cost Prompt +Result$'
            $lines -match ' spring-fox-000001: A r' | Should -Match "$([regex]::Escape((Join-Path 'out #1' ($results[0].RequestId.Substring(0, 8)))))"
            $lines -match ' 2 Failed ' -replace '\s+', ' ' | Should -BeLike '* s `[emulator:content_poli* prompt: The con*'
            $lines -match ' an owl ' | Should -Match " $($long.RequestId.Substring(0, 13))"
        }
    }

    It 'the list of a failed result or request has the reason' {
        $results[1] | Format-List | Out-String -Width 400 | Should -Match '(?m)^Error +: .*checker refused'
        Get-ImagenRequest -State Failed | Format-List | Out-String -Width 400 | Should -Match '(?m)^Error +: .*checker refused'
        $results[0] | Format-List | Out-String -Width 400 | Should -Not -Match '(?m)^Error'
    }

    It 'has the directory, the ids, the cost and the times in a list' {
        $list = $results[0] | Format-List | Out-String -Width 400
        $list | Should -Match "(?m)^Directory +: $([regex]::Escape($out))\r?$"
        $list | Should -Match "(?m)^RequestId +: $($results[0].RequestId)\r?$"
        $list | Should -Match "(?m)^LedgerId +: $($results[0].LedgerId)\r?$"
        $list | Should -Match '(?m)^Cost +: 0\.05 USD\r?$'
        $list | Should -Match '(?m)^CompletedAt +: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\r?$'
        $list = Get-ImagenRequest -Key spring-fox-000001 | Format-List | Out-String -Width 400
        $list | Should -Match "(?m)^Directory +: $([regex]::Escape($out))\r?$"
        $list | Should -Match '(?m)^Age +: \d+ (s|min)\r?$'
        $list | Should -Match '(?m)^Cost +: 0\.05 USD\r?$'
    }

    It 'shows no control character of a prompt, a key or an error: <type>' -ForEach @(
        @{ type = 'Imagen4.ImagenRequest' }, @{ type = 'Imagen4.ImagenResult' }, @{ type = 'Imagen4.ImagenRequestStatus' }
    ) {
        $hostile = "a`e[31mb`ac$([char]0x202e)d$([char]0x9b)e`rf$([char]0x2028)g"
        $object = New-Object $type
        foreach ($name in 'Prompt', 'Key', 'Error', 'ErrorType', 'RequestId', 'Model', 'Description') {
            if ($object.PSObject.Properties[$name]) {
                $object.$name = $hostile
            }
        }
        foreach ($shown in ($object | Format-List | Out-String -Width 200), ($object | Format-Table | Out-String -Width 200)) {
            $shown | Should -Match 'a \[31mb'
            $shown -replace '\r?\n' | Should -Not -Match '[\p{Cc}\u202e\u2028]'
        }
    }

    It 'says where nothing is saved' {
        [Imagen4.ImagenResult]@{ State = 'Completed'; Prompt = 'x' } | Out-String | Should -Match 'Directory: \(images are not saved\)'

        # An object of an older version has none.
        $older = [Imagen4.ImagenResult]@{ State = 'Delivered'; Prompt = 'x'; Path = (Join-Path $TestDrive old.png) } | Out-String
        $older | Should -Match "Directory: $([regex]::Escape("$TestDrive"))\r?\n"
        $older | Should -Match ' old\.png\r?\n'
    }

    It 'shows a cost in its own currency, and in none' -ForEach @(
        @{ cost = 0.0398; currency = 'USD'; said = '\$0\.0398' }, @{ cost = 1.5; currency = 'EUR'; said = '1\.50 EUR' }, @{ cost = 0.05; currency = $null; said = '0\.05' }
    ) {
        [Imagen4.ImagenResult]@{ State = 'Delivered'; Prompt = 'x'; Cost = $cost; Currency = $currency } | Out-String | Should -Match "Delivered +$said x"
    }

    It 'says how old a state is' -ForEach @(
        @{ age = '00:00:05'; said = '[5-9] s' }, @{ age = '00:03:10'; said = '3 min' }, @{ age = '05:10:00'; said = '5 h' }, @{ age = '2.01:00:00'; said = '2 d' }
    ) {
        $request = [Imagen4.ImagenRequest]@{ State = 'InQueue'; Prompt = 'x'; UpdatedAt = [datetime]::UtcNow - [timespan]$age }
        $request | Out-String -Width 80 | Should -Match "InQueue +$said +x"
    }

    It 'colours states where that is wanted, and writes no escape character to a file' {
        $before = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'Ansi'
        try { $styled = $results | Out-String -Width 120 } finally { $PSStyle.OutputRendering = $before }
        $styled.Contains("`e[32mDelivered`e[0m") | Should -BeTrue
        $styled | Should -Match "`e\[[\d;]+mFailed`e\[0m"
        $file = Join-Path $TestDrive shown.txt
        $results | Out-File $file -Width 80
        (Get-Content $file -Raw).Contains("`e") | Should -BeFalse
        $results | Export-Clixml (Join-Path $TestDrive result.xml)
        $said = Invoke-Pwsh "
            Import-Module '$ModuleManifest'
            Import-Clixml '$(Join-Path $TestDrive result.xml)'"
        $said | Should -Match 'Delivered +\$0\.05 spring-fox-000001: A red'
        $said.Contains("`e") | Should -BeFalse
    }

    It 'a file is a link to it in a terminal at <width> columns, also where its name is cut' -ForEach @(@{ width = 80 }, @{ width = 120 }) -Skip:(-not $IsLinux -or -not (Get-Command script -CommandType Application -ErrorAction Ignore)) {
        $xml = Join-Path $TestDrive linked.xml
        $results | Export-Clixml $xml
        $script = Join-Path $TestDrive linked.ps1
        Set-Content $script "Import-Module '$ModuleManifest'; Import-Clixml '$xml'"
        $line = "stty rows 40 cols $width; env -u NO_COLOR TERM=xterm-256color $PwshProgram $($PwshArguments -join ' ') -NoProfile -File '$script'"
        $said = script -qec $line /dev/null | Out-String
        $uri = [uri]::new($results[0].Path).AbsoluteUri
        $uri | Should -BeLike '*/out%20%231/*'
        $name = Split-Path $results[0].Path -Leaf
        $said.Contains("`e]8;;$uri`e\$($width -eq 80 ? $name.Substring(0, 25) + '…' : $name)`e]8;;`e\") | Should -BeTrue -Because $said

        # Characters that take two columns count as two.
        $wide = @{ Prompt = 'x'; State = 'Delivered'; Path = (Join-Path $out "$('赤' * 60).png"); Directory = $out }
        $other = Join-Path $TestDrive wide.xml
        [Imagen4.ImagenResult]$wide | Export-Clixml $other
        Set-Content $script "Import-Module '$ModuleManifest'; Import-Clixml '$other'"
        $said = script -qec $line /dev/null | Out-String
        $room = $width -eq 80 ? 12 : 22
        $said.Contains("`e\$('赤' * $room)…`e]8;;`e\") | Should -BeTrue -Because $said
    }
}
