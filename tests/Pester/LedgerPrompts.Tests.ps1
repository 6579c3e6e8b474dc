# Prompts can be kept out of the ledger. A batch continues all the same.

Describe 'Set-ImagenLedger -KeepPrompts:$false' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)

        # What the files of the state folder have of a text, whatever the database does with it.
        function Find-Text([string]$Text) {
            Get-ChildItem $env:IMAGEN4_HOME -Recurse -File -Force -Exclude *.lock | Where-Object {
                $file = [System.IO.FileStream]::new($_.FullName, 'Open', 'Read', 'ReadWrite, Delete')
                try {
                    $bytes = [byte[]]::new($file.Length)
                    $null = $file.ReadAtLeast($bytes, $bytes.Length, $false)
                    [System.Text.Encoding]::Latin1.GetString($bytes).Contains($Text, 'OrdinalIgnoreCase')
                }
                finally {
                    $file.Dispose()
                }
            }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
        $rows = @(
            [pscustomobject]@{ Prompt = 'A zeppelin over Antwerp'; NegativePrompt = 'quagmire'; NumImages = '2'; AdditionalInput = '{"style":"woodcut","steps":7}' }
            [pscustomobject]@{ Prompt = 'A xylophone [emulator:internal_server_error]'; NegativePrompt = 'quagmire'; NumImages = ''; AdditionalInput = '' }
        )
    }
    AfterEach { Set-ImagenLedger -KeepPrompts }
    AfterAll { Exit-ImagenTest $test }

    It 'nothing of them is in the state folder, and the batch continues by what is piped' {
        Set-ImagenLedger -KeepPrompts:$false
        (Get-ImagenLedger).KeepsPrompts | Should -BeFalse
        Get-ImagenLedger | Out-String | Should -Match '(?m)^KeepsPrompts +: False'
        $first = $rows | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        $first.State | Sort-Object | Should -Be 'Delivered', 'Failed'
        foreach ($text in 'zeppelin', 'xylophone', 'quagmire', 'woodcut') {
            Find-Text $text | Should -BeNullOrEmpty -Because "$text is in none of them"
        }

        # That it looks at the right files.
        Find-Text ($first | Where-Object State -EQ Delivered).RequestId | Should -Not -BeNullOrEmpty

        $again = $rows[0] | New-ImagenImage -OutputDirectory $out -WarningAction SilentlyContinue
        Get-Bill $test | Should -HaveCount 2
        $again.State | Should -Be 'Delivered'
        $again.Prompt | Should -Be 'A zeppelin over Antwerp'
        $again.NegativePrompt | Should -Be 'quagmire'
        $again.Path | Should -Be ($first | Where-Object State -EQ Delivered).Path

        # What was asked for is said as far as it is no text.
        $request = Get-ImagenRequest -State Delivered
        $request.Prompt | Should -BeExactly ''
        $request.NegativePrompt | Should -BeNullOrEmpty
        $request.NumImages | Should -Be 2
        $request.AdditionalInput | Should -Be '{"steps":7}'
    }

    It 'a row that was not delivered is submitted again from the rows, and not from the ledger' {
        Set-ImagenLedger -KeepPrompts:$false
        $null = $rows[1] | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        foreach ($record in (Get-ImagenRequest -State Failed), (Get-ImagenRequest -State Failed | ConvertTo-Csv | ConvertFrom-Csv)) {
            $seen = Watch-Command { $record | New-ImagenImage -OutputDirectory $out }
            $seen.Error.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            $seen.Error.Exception.Message | Should -Be 'Row 1: Prompt is empty, and every row needs a prompt. If the record comes from a ledger that keeps no prompts (Set-ImagenLedger -KeepPrompts:$false), pipe the rows of the batch again instead: Import-Csv prompts.csv | New-ImagenImage.'
        }

        Get-Bill $test | Should -HaveCount 1
        $null = $rows[1] | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        Get-Bill $test | Should -HaveCount 2
    }

    It 'lists say that they are not kept' {
        Set-ImagenLedger -KeepPrompts:$false
        $null = $rows[0] | New-ImagenImage
        $request = Get-ImagenRequest
        $request | Out-String | Should -BeLike '*(not kept)*'
        $request | Format-List | Out-String | Should -Match '(?m)^Prompt +: \(not kept\)'

        # Only what is not known shows nothing.
        [pscustomobject]@{ PSTypeName = 'Imagen4.ImagenRequest'; Prompt = $null; State = 'InQueue' } | Out-String | Should -Not -BeLike '*not kept*'
        $result = $request | Receive-ImagenResult -Wait -OutputDirectory $out
        $result.State | Should -Be 'Delivered'
        Split-Path $result.Path -Leaf | Should -Be '0001-1.png'
        $result | Out-String | Should -BeLike '*(not kept)*'
        Find-Text 'zeppelin' | Should -BeNullOrEmpty
    }

    It 'for the user it holds in a new process, and the session comes first' {
        Set-ImagenLedger -KeepPrompts:$false -Scope User
        Set-ImagenLedger -KeepPrompts
        (Get-ImagenLedger).KeepsPrompts | Should -BeTrue
        Invoke-Pwsh "Import-Module '$ModuleManifest'; (Get-ImagenLedger).KeepsPrompts; Set-ImagenLedger -KeepPrompts -Scope User; (Get-ImagenLedger).KeepsPrompts" |
            ForEach-Object { $_ -split '\s+' } | Should -Be 'False', 'True'
        $said = Invoke-Pwsh "Import-Module '$ModuleManifest'; Set-ImagenLedger -KeepPrompts:`$false -WhatIf; (Get-ImagenLedger).KeepsPrompts"
        $said | Should -Match 'What if: Performing the operation "Keep no prompts in it \(Session\)" on target "the ledger"\.\s+True'
    }

    It 'the answers of a host that says them once are kept without texts too' {
        $env:FAL_KEY = 'any'
        Set-ImagenProvider fal-sync -BaseUri "$($test.BaseUri)/fal-sync" -ApiKeyVariable FAL_KEY
        Set-ImagenLedger -KeepPrompts:$false
        $null = $rows[0] | New-ImagenImage -Provider fal-sync -SyncMode true
        $result = Get-ImagenRequest | Receive-ImagenResult -OutputDirectory $out
        $result.State | Should -Be 'Delivered'
        $result.Images | Should -HaveCount 2
        Find-Text 'zeppelin' | Should -BeNullOrEmpty
        Remove-ImagenProvider fal-sync
        $env:FAL_KEY = $null
    }
}
