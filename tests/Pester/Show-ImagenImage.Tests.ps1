#Requires -Version 7.6

BeforeDiscovery {
    if ($IsLinux -and -not (Get-Command script -CommandType Application -ErrorAction Ignore)) {
        Write-Warning 'NOT RUN: images in a terminal. The program script is not installed.'
    }
}

Describe 'Show-ImagenImage' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        Reset-Emulator $test
        $out = Join-Path $TestDrive out
        $results = @('a fox', 'a sea', 'a hill' | New-ImagenImage -OutputDirectory $out)
        $results += New-ImagenImage 'two' -NumImages 2 -OutputDirectory $out
        $jpeg = New-ImagenImage 'a jpeg' -OutputFormat jpeg -OutputDirectory $out
        $csv = Join-Path $TestDrive results.csv
        $results | Export-Csv $csv
        $results | ConvertTo-Json -Depth 5 | Set-Content (Join-Path $TestDrive results.json)
        $results | Export-Clixml (Join-Path $TestDrive results.xml)

        # What a command writes to a real pseudo terminal of 100 by 40 cells, of which the environment says what it is.
        function Show-InTerminal([string]$Command, [hashtable]$Environment = @{}) {
            $script = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
            $record = "$script.txt"
            Set-Content $script "Import-Module '$ModuleManifest'; Set-Location '$TestDrive'; $Command; [Console]::Out.Flush()"
            $variables = $Environment.Clone()
            $variables.TERM ??= 'xterm-256color'
            $set = $variables.Keys.ForEach{ "$_='$($variables[$_])'" } -join ' '
            $clear = ('TERM_PROGRAM', 'TERM_PROGRAM_VERSION', 'LC_TERMINAL', 'TMUX', 'STY', 'ZELLIJ', 'KITTY_WINDOW_ID', 'WEZTERM_PANE', 'KONSOLE_VERSION', 'GHOSTTY_RESOURCES_DIR', 'NO_COLOR').ForEach{ "-u $_" } -join ' '
            $run = "stty rows 40 cols 100; env $clear $set '$PwshProgram' $($PwshArguments.ForEach{ "'$_'" } -join ' ') -NoProfile -File '$script'"
            $null = script -qec $run $record
            (Get-Content $record -Raw) -replace '\r\n', "`n"
        }

        function Get-ITerm2([string]$Text) {
            [regex]::Matches($Text, "`e\]1337;File=inline=1;name=(?<name>[^;]+);size=(?<size>\d+);width=(?<width>\d+);height=(?<height>\d+);preserveAspectRatio=1:(?<data>[^`a]+)`a")
        }

        function Get-Hash([string]$Base64) { [Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([Convert]::FromBase64String($Base64))) }
    }
    AfterAll { Exit-ImagenTest $test }

    Context 'in a terminal' -Skip:(-not $IsLinux -or -not (Get-Command script -CommandType Application -ErrorAction Ignore)) {
        It 'iTerm2 and its like get the bytes of every file, from results of <form>' -ForEach @(
            @{ form = 'CSV'; command = 'Import-Csv results.csv' }
            @{ form = 'JSON'; command = 'Get-Content results.json -Raw | ConvertFrom-Json' }
            @{ form = 'CLIXML'; command = 'Import-Clixml results.xml' }
        ) {
            $text = Show-InTerminal "$command | Show-ImagenImage" @{ TERM_PROGRAM = 'WezTerm' }
            $shown = Get-ITerm2 $text
            $shown.ForEach{ Get-Hash $_.Groups['data'].Value } | Should -Be $results.Images.ForEach{ (Get-FileHash $_.Path).Hash }
            $shown.ForEach{ $_.Groups['width'].Value } | Select-Object -Unique | Should -Be '30'
            foreach ($image in $results.Images) {
                $text | Should -Match ([regex]::Escape("`e]8;;$(([uri]$image.Path).AbsoluteUri)`e\"))
            }
        }

        It 'one image is larger, and -Width says how large' {
            (Get-ITerm2 (Show-InTerminal "Show-ImagenImage '$($results[0].Path)'" @{ TERM_PROGRAM = 'iTerm.app' })).Groups.Where{ $_.Name -eq 'width' }.Value | Should -Be '60'
            (Get-ITerm2 (Show-InTerminal "Get-Item '$($results[0].Path)' | Show-ImagenImage -Width 12" @{ LC_TERMINAL = 'iTerm2' })).Groups.Where{ $_.Name -eq 'width' }.Value | Should -Be '12'
        }

        It 'kitty gets PNG, and a link to what is none' {
            $text = Show-InTerminal "Show-ImagenImage '$($results[0].Path)', '$($jpeg.Path)'" @{ TERM = 'xterm-kitty' }
            $data = [regex]::Matches($text, "`e_G[^;]*;(?<data>[^`e]+)`e\\").ForEach{ $_.Groups['data'].Value } -join ''
            Get-Hash $data | Should -Be (Get-FileHash $results[0].Path).Hash
            $text | Should -Match 'The terminal shows only PNG, and this image is image/jpeg'
            $text | Should -Match ([regex]::Escape("`e\$($jpeg.Path)`e]8;;`e\"))
        }

        It 'a terminal that is not known gets links and says so once: <name>' -ForEach @(
            @{ name = 'xterm-256color'; environment = @{} }
            @{ name = 'Apple_Terminal'; environment = @{ TERM_PROGRAM = 'Apple_Terminal'; KITTY_WINDOW_ID = '1' } }
            @{ name = 'vscode'; environment = @{ TERM_PROGRAM = 'vscode'; TERM_PROGRAM_VERSION = '1.80.0' } }
            @{ name = 'screen'; environment = @{ TERM = 'screen'; STY = '1.x'; LC_TERMINAL = 'screen' } }
        ) {
            $text = Show-InTerminal "Show-ImagenImage '$out/*.png'" $environment
            [regex]::Matches($text, "The terminal \($name\) is not known to show images: here are links to the files") | Should -HaveCount 1
            [regex]::Matches($text, "`e\]8;;file:") | Should -HaveCount $results.Images.Count
            $text | Should -Not -Match "`e\]1337|`e_G"
        }

        It 'a terminal without escapes gets the paths as they are' {
            $text = Show-InTerminal "Show-ImagenImage '$($results[0].Path)'" @{ TERM = 'dumb' }
            $text | Should -Match ([regex]::Escape($results[0].Path))
            $text | Should -Not -Match "`e\]8;;"
        }

        It '-Protocol overrides what the terminal is taken for' {
            Get-ITerm2 (Show-InTerminal "Show-ImagenImage '$($results[0].Path)' -Protocol ITerm2") | Should -HaveCount 1
            Show-InTerminal "Show-ImagenImage '$($results[0].Path)' -Protocol Link" @{ TERM = 'xterm-kitty' } | Should -Not -Match "`e_G|not known"
        }

        It 'ConvertTo-Sixel is used where it is there, with its own width, and not -Width where none is given' {
            $fake = 'function ConvertTo-Sixel([string]$Path, [int]$Width) { "`ePq<$(Split-Path $Path -Leaf):$Width>`e\" }'
            $text = Show-InTerminal "$fake; Show-ImagenImage '$($results[0].Path)'; Show-ImagenImage '$($results[0].Path)', '$($results[1].Path)' -Width 20" @{ TERM_PROGRAM = 'WezTerm' }
            [regex]::Matches($text, "`ePq<(?<said>[^>]+)>").ForEach{ $_.Groups['said'].Value } | Should -Be @(
                "$(Split-Path $results[0].Path -Leaf):0", "$(Split-Path $results[0].Path -Leaf):20", "$(Split-Path $results[1].Path -Leaf):20")
            $text | Should -Not -Match "`e\]1337"
        }

        It 'a ConvertTo-Sixel that fails is said, and the terminal''s own protocol used' {
            $fake = 'function ConvertTo-Sixel([string]$Path, [int]$Width) { throw "no such codec" }'
            $text = Show-InTerminal "$fake; Show-ImagenImage '$($results[0].Path)', '$($results[1].Path)'" @{ TERM_PROGRAM = 'WezTerm' }
            [regex]::Matches($text, 'ConvertTo-Sixel could not convert the image: no such codec') | Should -HaveCount 1
            (Get-ITerm2 $text).Count | Should -Be 2
        }

        It 'nothing comes out of the pipeline' {
            $text = Show-InTerminal "`$all = Show-ImagenImage '$($results[0].Path)' *>&1; `"objects: `$(@(`$all).Count)`"" @{ TERM_PROGRAM = 'WezTerm' }
            $text | Should -Match 'objects: 0'
            (Get-ITerm2 $text).Count | Should -Be 1
        }

        It 'in tmux every escape is marked for the terminal behind it' {
            $text = Show-InTerminal "Show-ImagenImage '$($results[0].Path)'" @{ TMUX = '/tmp/x,1,0'; TERM = 'tmux-256color'; TERM_PROGRAM = 'tmux'; LC_TERMINAL = 'iTerm2' }
            $text | Should -Match "`ePtmux;`e`e\]1337;File=[^`e]+`a`e\\"
        }
    }

    It 'where the output is redirected nothing is written but a warning' {
        $command = "Import-Module '$ModuleManifest'; Get-ChildItem '$out/*.png' | Show-ImagenImage -Protocol ITerm2 3>&1"
        $said = & $PwshProgram @PwshArguments -NoProfile -Command $command
        $said | Should -Match "^(`e\[[0-9;]*m)?(WARNING: )?Images not shown, because the output is redirected and images are shown in a terminal only: $($results.Images.Count)\."
        $said | Should -HaveCount 1
    }

    It 'records without images are counted' {
        $seen = Watch-Command { [pscustomobject]@{ RequestId = 'x'; Images = $null; Path = '' }, [pscustomobject]@{ Images = '' } | Show-ImagenImage }
        $seen.Output + $seen.Error | Should -BeNullOrEmpty
        $seen.Warning | Should -Be 'Records without a saved image: 2. To save the images of those whose requests have ended: Get-ImagenRequest -Unfinished | Receive-ImagenResult -Wait'
    }

    It 'what is no image, or not there, is an error of its own, and the others go on' {
        $text = Join-Path $TestDrive text.png
        Set-Content $text 'no image'
        $seen = Watch-Command { Show-ImagenImage $text, (Join-Path $TestDrive none.png), $results[0].Path }
        $seen.Error.FullyQualifiedErrorId | ForEach-Object { ($_ -split ',')[0] } | Should -Be 'InvalidMedia', 'InvalidInput'
        "$($seen.Error[1])" | Should -Match '^There is no file .*none\.png\.$'
    }

    It 'of a directory, its images are shown' {
        $seen = Watch-Command { Show-ImagenImage $out }
        $seen.Error | Should -BeNullOrEmpty
        $seen.Warning | Should -Be "Images not shown, because the output is redirected and images are shown in a terminal only: $(@(Get-ChildItem $out -File).Count)."
        (Watch-Command { Get-Item $out | Show-ImagenImage }).Warning | Should -Be $seen.Warning
        (Watch-Command { Show-ImagenImage -LiteralPath $out }).Warning | Should -Be $seen.Warning

        $empty = (New-Item -ItemType Directory (Join-Path $TestDrive empty)).FullName
        (Watch-Command { Show-ImagenImage $empty }).Error.Exception.Message | Should -Be "$empty has no PNG, JPEG or WebP images."
    }

    It 'wildcards without a match are an error' {
        $seen = Watch-Command { Show-ImagenImage (Join-Path $TestDrive '*.none') }
        $seen.Error.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        $seen.Error.Exception.Message | Should -BeLike "No file matches *[*].none."
    }

    It '-Protocol Sixel without ConvertTo-Sixel says where to get it' {
        $seen = Watch-Command { Show-ImagenImage $results[0].Path -Protocol Sixel }
        "$($seen.Thrown)" | Should -Be 'There is no ConvertTo-Sixel command. The Sixel module has it (Install-PSResource Sixel); without it, leave out -Protocol.'
    }

    It 'without a path it says what it takes' {
        "$((Watch-Command { Show-ImagenImage }).Error)" | Should -Match '^There is no path'
    }
}
