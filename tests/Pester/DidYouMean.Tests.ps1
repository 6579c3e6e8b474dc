#Requires -Version 7.6

Describe 'What may be meant' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
    }
    AfterAll { Exit-ImagenTest $test }
    BeforeEach { Reset-Emulator $test }

    It 'by a provider' {
        "$((Watch-Command { New-ImagenImage x -Provider fla-sync }).Thrown)" |
            Should -Be "There is no provider 'fla-sync'. Known providers: aimlapi, chainhub, emulator, fal, fal-sync, kkiai. Did you mean 'fal-sync'?"
        "$((Watch-Command { New-ImagenImage x -Provider acme }).Thrown)" | Should -Be "There is no provider 'acme'. Known providers: aimlapi, chainhub, emulator, fal, fal-sync, kkiai."
    }

    It 'by a state' {
        "$((Watch-Command { Get-ImagenRequest -State Faild }).Thrown)" | Should -Match "Did you mean 'Failed'\?$"
        "$((Watch-Command { Get-ImagenRequest -State Deliverd }).Thrown)" | Should -Match "^'Deliverd' is not a state\. .* Did you mean 'Delivered'\?$"
        "$((Watch-Command { Get-ImagenRequest -State in-doubt }).Thrown)" | Should -Match "Did you mean 'InDoubt'\?$"
        "$((Watch-Command { Get-ImagenRequest -State Sleeping }).Thrown)" | Should -Not -Match 'mean'
    }

    It 'by the value of an input: <parameter> <value>' -ForEach @(
        @{ parameter = 'AspectRatio'; value = '16x9'; meant = '16:9' }
        @{ parameter = 'OutputFormat'; value = 'jpge'; meant = 'jpeg' }
        @{ parameter = 'AspectRatio'; value = '16:10'; meant = $null }
    ) {
        $given = @{ $parameter = $value }
        $seen = Watch-Command { New-ImagenImage 'a fox' @given }
        $seen.Error.FullyQualifiedErrorId | Should -Match '^InvalidInput,'
        "$($seen.Error)" | Should -Match ($meant ? "'$value' is not one of .* \(did you mean $meant\?\)" : "'$value' is not one of [^(]*$")
        Get-Bill $test | Should -BeNullOrEmpty
    }

    It 'by an additional input, which would be paid for and ignored' {
        $seen = Watch-Command { New-ImagenImage 'a fox' -Model fal-ai/nano-banana-2 -AdditionalInput @{ thinking_levl = 'high' } }
        "$($seen.Error)" | Should -Match "AdditionalInput has 'thinking_levl', which the model spells thinking_level"
        $seen = Watch-Command { New-ImagenImage 'a fox' -Model fal-ai/nano-banana-2 -AdditionalInput @{ thinking_level = 'hihg' } }
        "$($seen.Error)" | Should -Match "thinking_level 'hihg' is not one of minimal, high \(did you mean high\?\)"
        Get-Bill $test | Should -BeNullOrEmpty

        # What is not close to any may be a new one, and is passed on.
        $null = New-ImagenImage 'a fox' -Model fal-ai/nano-banana-2 -AdditionalInput @{ guidance = 3 } -ErrorAction Stop
        (Get-Bill $test).input.guidance | Should -Be 3
    }

    It 'by a model that its host does not serve' {
        $seen = Watch-Command { New-ImagenImage 'a fox' -Model fal-ai/nano-bananna-2 }
        ($seen.Error + $seen.Thrown).Where{ $_ }[0].FullyQualifiedErrorId | Should -Match '^ModelNotAvailable,'
        "$($seen.Error)$($seen.Thrown)" | Should -Match "Did you mean 'fal-ai/nano-banana-2'\?"
        "$((Watch-Command { Get-ImagenModel fal-ai/nano-bananna-2 }).Error)" | Should -Match "Did you mean 'fal-ai/nano-banana-2'\?$"
        "$((Watch-Command { Get-ImagenModel fal-ai/nano-banana-9 }).Error)" | Should -Not -Match 'mean'
    }

    It 'by the column of a record that lacks one: <command>, with the command that renames it' -ForEach @(
        @{ command = 'New-ImagenImage'; misspelt = 'promt'; meant = 'Prompt'; value = 'a fox' }
        @{ command = 'Expand-ImagenPrompt'; misspelt = 'Promtp'; meant = 'Prompt'; value = 'a fox' }
        @{ command = 'Receive-ImagenResult'; misspelt = 'request id'; meant = 'RequestId'; value = '0' }
        @{ command = 'Get-ImagenRequestStatus'; misspelt = 'RequstId'; meant = 'RequestId'; value = '0' }
        @{ command = 'Get-ImagenPrice'; misspelt = 'modle'; meant = 'Model'; value = 'fal-ai/nano-banana-2' }
        @{ command = 'Get-ImagenModel'; misspelt = 'modle'; meant = 'Model'; value = 'fal-ai/nano-banana-2' }
        @{ command = 'Send-ImagenFile'; misspelt = 'Paht'; meant = 'Path'; value = 'none.png' }
        @{ command = 'Export-ImagenGallery'; misspelt = 'promt'; meant = 'Prompt'; value = 'a fox' }
    ) {
        $record = [pscustomobject]@{ other = 'x'; $misspelt = $value }
        $seen = Watch-Command { $record | & $command }
        $seen.Error[0].Exception.Message | Should -Match ([regex]::Escape("Its properties are: other, $misspelt (${meant}?)"))
        $next = $seen.Error[0].ErrorDetails.RecommendedAction
        $next | Should -Be "... | Select-Object *, @{ Name = '$meant'; Expression = { `$_.'$misspelt' } } -ExcludeProperty '$misspelt' | $command"
        $renamed = & ([scriptblock]::Create(($next.Replace('...', '$record') -replace ' \| [A-Z][A-Za-z-]+$')))
        $renamed.$meant, $renamed.other | Should -Be $value, 'x'
        $renamed.PSObject.Properties.Name | Should -Not -Contain $misspelt
    }

    It 'by a column that is not close to any: the command has a place for its name' {
        $failure = (Watch-Command { [pscustomobject]@{ text = 'a fox' } | New-ImagenImage }).Error
        $failure.Exception.Message | Should -BeLike '*Its properties are: text. *'
        $failure.ErrorDetails.RecommendedAction | Should -Be "... | Select-Object *, @{ Name = 'Prompt'; Expression = { `$_.COLUMN } } | New-ImagenImage"
        (Watch-Command { [pscustomobject]@{ promt = 'a fox' } | New-ImagenImage -OutputDirectory (Join-Path $TestDrive out) }).Error.ErrorDetails.RecommendedAction |
            Should -BeLike "*| New-ImagenImage -OutputDirectory '$(Join-Path $TestDrive out)'"
        (Watch-Command { @{ promt = 'a fox' } | New-ImagenImage }).Error.ErrorDetails.RecommendedAction | Should -Be "@{ Prompt = '...' } | New-ImagenImage"
    }
}
