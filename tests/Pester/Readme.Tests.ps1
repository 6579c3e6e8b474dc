BeforeDiscovery {
    $readme = Get-Content (Join-Path $PSScriptRoot '../../README.md') -Raw
    $section = [regex]::Match($readme, '(?s)\n## More examples\n(.*?)\n## ').Groups[1].Value
    $tour = [regex]::Match($readme, '(?s)\n## A tour\n(.*?)\n## ').Groups[1].Value
    $examples = [regex]::Matches($section, '(?s)```powershell\n(.*?)```') | ForEach-Object { $_.Groups[1].Value }
}

Describe 'The README' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
    }

    It 'has five examples' -ForEach @{ examples = $examples } {
        $examples | Should -HaveCount 5
    }

    It 'has a batch that shows its errors also where one of them ends it' -ForEach @{ examples = $examples } {
        $script = Join-Path $TestDrive 'batch.ps1'
        @(
            '$PSStyle.OutputRendering = ''PlainText'''
            "`$env:IMAGEN4_HOME = Join-Path '$TestDrive' 'nobody'"
            'Remove-Item Env:FAL_KEY*, Env:IMAGEN4_PROVIDER -ErrorAction Ignore'
            "Import-Module '$root/Imagen4.psd1'"
            "Set-Location '$root'"
            $examples[1]
        ) | Set-Content $script

        $said = @(& $PwshProgram @PwshArguments -NoProfile -File $script 2>$null)

        $said | Should -HaveCount 2
        $said[0] | Should -Be 'ApiKeyMissing,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $said[1] | Should -BeLike "There is no API key for provider 'fal'. *"
    }

    It 'has examples that run as written, one after the other' -ForEach @{ examples = $examples } {
        $folder = New-Item (Join-Path $TestDrive 'readme') -ItemType Directory
        Copy-Item (Join-Path $root 'samples') $folder -Recurse
        $script = Join-Path $folder 'examples.ps1'
        @(
            # Any error that an example does not ask for itself ends the script.
            '$ErrorActionPreference = ''Stop'''
            '$PSStyle.OutputRendering = ''PlainText'''
            "`$env:IMAGEN4_HOME = Join-Path '$folder' 'home'"
            'Remove-Item Env:FAL_KEY*, Env:IMAGEN4_PROVIDER -ErrorAction Ignore'
            "Import-Module '$root/Imagen4.psd1'"
            "Set-Location '$folder'"
            $examples
            '"images: $(@(Get-ChildItem out, posters -File).Count)"'
            '"columns: $((Import-Csv requests.csv)[0].State)"'
            '"left: $(@(Get-ChildItem out, posters -File -Hidden -Force | Where-Object Extension -EQ .partial).Count)"'
            '"never: $(Test-Path never)"'
        ) | Set-Content $script

        $said = (& $PwshProgram @PwshArguments -NoProfile -File $script 2>&1 | Out-String)

        $LASTEXITCODE | Should -Be 0 -Because $said

        # 1 + the sample batch's 34 + 3 by key + 4 from JSON lines + 2
        $said | Should -Match 'images: 44'
        $said | Should -Match 'columns: InQueue'
        $said | Should -Match 'left: 0'
        $said | Should -Match 'never: False'
        $said | Should -Match 'ContentPolicyViolation'
        $said | Should -Match 'What if: '

        # A newcomer is not told about earlier runs.
        $said | Should -Not -Match 'submitted before'
    }

    It 'has a tour that shows what a session shows' -ForEach @{ tour = $tour } {
        # What differs each time: the ids of requests, how long ago something was, and with it how wide its column is.
        function ConvertTo-Plain([string[]]$Lines) {
            @($Lines.ForEach{ $_.TrimEnd() }.Where{ $_ }) -replace '\d+ s\b', 'N s' -replace '\b[0-9a-f]{8}-[0-9a-f-]+…', 'ID' -replace '\s+', ' ' -replace '-{2,}', '--'
        }

        $folder = (New-Item (Join-Path $TestDrive 'tour') -ItemType Directory).FullName
        Copy-Item (Join-Path $root 'samples') $folder -Recurse
        $steps = foreach ($block in [regex]::Matches($tour, '(?s)```console\n(.*?)```')) {
            foreach ($step in $block.Groups[1].Value -split '(?m)^PS> ' | Where-Object { $_ }) {
                $lines = $step.TrimEnd() -split '\n'
                @{ Command = $lines[0]; Output = @($lines | Select-Object -Skip 1) }
            }
        }
        $steps | Should -HaveCount 15

        $script = Join-Path $folder 'tour.ps1'
        @(
            '$PSStyle.OutputRendering = ''PlainText'''
            "`$env:IMAGEN4_HOME = Join-Path '$folder' 'home'"
            'Remove-Item Env:FAL_KEY*, Env:IMAGEN4_PROVIDER -ErrorAction Ignore'
            "Import-Module '$root/Imagen4.psd1'"
            "Set-Location '$folder'"
            foreach ($step in $steps) {
                # A browser is nobody's here.
                $command = $step.Command -replace ' -Show$'
                "'== next'"
                "try { . { $command } *>&1 | Out-String -Width 100 } catch { `"`$_`" }"
            }
        ) | Set-Content $script

        $said = (& $PwshProgram @PwshArguments -NoProfile -File $script 2>&1 | Out-String) -replace [regex]::Escape($folder), '/home/you'
        $seen = @($said -split '== next' | Select-Object -Skip 1)
        $seen | Should -HaveCount $steps.Count
        for ($i = 0; $i -lt $steps.Count; $i++) {
            # Rows come as they end.
            $shown = @(ConvertTo-Plain ($seen[$i] -split '\r?\n') | Sort-Object)
            $shown | Should -Be @(ConvertTo-Plain $steps[$i].Output | Sort-Object) -Because "that is what '$($steps[$i].Command)' shows"
        }
    }
}
