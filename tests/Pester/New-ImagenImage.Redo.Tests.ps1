# What the help says of doing rows again: some of them only, with another image, with other settings.

Describe 'New-ImagenImage, done again' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
        $rows = 1..3 | ForEach-Object { [pscustomobject]@{ prompt = "Study $_"; num_images = '1' } }
    }
    AfterAll { Exit-ImagenTest $test }

    It 'only the rows whose results the host no longer has are paid for again, as the advice says' {
        $results = $rows | New-ImagenImage -OutputDirectory $out
        Remove-Item ($results | Where-Object Index -EQ 2).Path
        $null = Invoke-RestMethod "$($test.Admin)/reset" -Method Post
        $test.Mark = 0

        $null = $rows | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue -ErrorVariable problems -WarningAction SilentlyContinue
        $problems.FullyQualifiedErrorId | Should -BeLike 'RequestNotFound,*'
        $problems.Exception.Message | Should -BeLike '*-NoResume generates it again, and every other row that it is given.'
        $command = $problems.ErrorDetails.RecommendedAction -replace ' # generates it again, and pays for it$'
        $command | Should -Be "Get-ImagenRequest -RequestId $($problems.Exception.RequestId) | New-ImagenImage -NoResume -OutputDirectory '$out'"
        Get-Bill $test | Should -HaveCount 0

        # As it is pasted.
        (& ([scriptblock]::Create($command))).State | Should -Be 'Delivered'
        (Get-Bill $test).input.prompt | Should -Be 'Study 2'

        # The whole batch is whole again.
        ($rows | New-ImagenImage -OutputDirectory $out -WarningAction SilentlyContinue).Path | Should -Exist
        Get-Bill $test | Should -HaveCount 1
    }

    It 'a row from the ledger or a saved table keeps its number, in its name and in errors' {
        $rows | ForEach-Object { $_.prompt += $_.prompt -eq 'Study 1' ? '' : ' [emulator:internal_server_error]' }
        $null = $rows | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue

        $again = Get-ImagenRequest -State Failed |
            New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue -ErrorVariable problems
        $again.Index | Sort-Object | Should -Be 2, 3
        $problems.Exception.Message | Sort-Object | Should -Be @(
            2, 3 | ForEach-Object { "Row ${_}: The host ran the request and failed: Internal server error (internal_server_error, 500)" })
        Get-Bill $test | Should -HaveCount 5

        $again | Select-Object LedgerId, Index, @{ n = 'Prompt'; e = { $_.Prompt -replace ' \[.*' } } | Export-Csv $TestDrive/again.csv
        $results = @(Import-Csv $TestDrive/again.csv) + [pscustomobject]@{ Prompt = 'Study 4' } | New-ImagenImage -OutputDirectory $out
        $results | Sort-Object Index | ForEach-Object { Split-Path $_.Path -Leaf } |
            Should -Be '0002-study-2.png', '0003-study-3.png', '0004-study-4.png'
    }

    It 'two rows never have one number' {
        $sets = 'red', 'blue' | ForEach-Object { New-ImagenImage "A $_ kite" -OutputDirectory $out }
        $sets.Index | Should -Be 1, 1
        ($sets | New-ImagenImage -OutputDirectory $out -NoResume | Sort-Object Index).Index | Should -Be 1, 2
    }

    It 'a request id that is wrong has other advice' {
        $seen = Watch-Command { Receive-ImagenResult $UnknownId -NoDownload }
        $seen.Error.FullyQualifiedErrorId | Should -BeLike 'RequestNotFound,*'
        $seen.Error.ErrorDetails.RecommendedAction | Should -BeLike 'Get-ImagenRequest # lists the requests of this machine*'
    }

    It 'a result gives the same image, and another one without its seed' {
        $first = $rows[0] | New-ImagenImage -OutputDirectory $out
        $same = $first | New-ImagenImage -OutputDirectory $out -NoResume
        $other = $first | Select-Object * -ExcludeProperty Seed | New-ImagenImage -OutputDirectory $out -NoResume
        $same.RequestId | Should -Not -Be $first.RequestId
        $same.Images[0].Sha256 | Should -Be $first.Images[0].Sha256
        $other.Images[0].Sha256 | Should -Not -Be $first.Images[0].Sha256
    }

    It 'another -<name> makes no new row' -ForEach @(
        @{ name = 'FileName'; value = 'other-{Index}' }
        @{ name = 'Tag'; value = @{ team = 'design' } }
        @{ name = 'Priority'; value = 'low' }
    ) {
        $before = $rows | New-ImagenImage -OutputDirectory $out | Sort-Object Index
        $changed = @{ $name = $value }
        $after = $rows | New-ImagenImage -OutputDirectory $out @changed -WarningAction SilentlyContinue | Sort-Object Index
        $after.Path | Should -Be $before.Path
        Get-Bill $test | Should -HaveCount 3
        Get-ChildItem $out | Should -HaveCount 3
    }

    It 'what failed is submitted again from the ledger: each row once, its newest input only, and no refused content' {
        $fails = '[emulator:generation_timeout]'
        $first = @(
            [pscustomobject]@{ key = 'good'; prompt = 'fine' }
            [pscustomobject]@{ key = 'edited'; prompt = "$fails broken" }
            [pscustomobject]@{ key = 'late'; prompt = "$fails late" }
            [pscustomobject]@{ key = 'refused'; prompt = '[emulator:content_policy_violation] bad' }
        )
        $null = $first | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        # Elsewhere, with the prompt mended in part, and twice over.
        $first[1].prompt = "$fails mended"
        $elsewhere = Join-Path $TestDrive ([guid]::NewGuid())
        1..2 | ForEach-Object { $null = $first | New-ImagenImage -OutputDirectory $elsewhere -ErrorAction SilentlyContinue -WarningAction SilentlyContinue }
        (Get-ImagenRequest -State Failed).Key | Sort-Object | Should -Be 'edited', 'late', 'refused'
        (Get-ImagenRequest -State Failed -History).Key | Should -HaveCount 8

        $test.Mark = @(Read-Bill $test).Count
        $seen = Watch-Command { Get-ImagenRequest -State Failed | New-ImagenImage -OutputDirectory $elsewhere }
        (Get-Bill $test).input.prompt | Sort-Object | Should -Be "$fails late", "$fails mended"
        $seen.Output.Key | Sort-Object | Should -Be 'edited', 'late', 'refused'
        $seen.Error.FullyQualifiedErrorId | Should -Not -BeLike 'InvalidInput*'
        ($seen.Error | Where-Object FullyQualifiedErrorId -Like 'ContentPolicyViolation,*').Exception.Message | Should -BeLike '*was refused before and was not sent again*'
    }

    It 'a row redone for another directory than its batch saves in is warned of before it is paid for' {
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; match = 'Study 2'; body = @{ detail = 'not now' } }
        $null = $rows | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        $seen = Watch-Command { Get-ImagenRequest -State Rejected | New-ImagenImage -OutputDirectory "$out-other" }
        $seen.Output.State | Should -Be 'Delivered'
        $seen.Warning | Should -Be "Rows of a batch that saves its images in ${out}: 1. For another directory they are new rows, and that batch would pay for them again; cost: at most 0.05 USD. Use that directory to redo them for it."

        $null = [pscustomobject]@{ prompt = '[emulator:generation_timeout]' } | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        (Watch-Command { Get-ImagenRequest -State Failed | New-ImagenImage -OutputDirectory $out }).Warning | Should -BeNullOrEmpty
    }

    It 'two tables may have the same keys: a failure of one is listed and redone whatever the other has' {
        $fails = '[emulator:generation_timeout]'
        $animals = 1..3 | ForEach-Object { [pscustomobject]@{ key = "$_"; prompt = "$($_ -eq 2 ? $fails : '') animal $_" } }
        $plants = 1..3 | ForEach-Object { [pscustomobject]@{ key = "$_"; prompt = "$($_ -eq 2 ? $fails : '') plant $_" } }
        $null = $animals | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        $null = $plants | New-ImagenImage -OutputDirectory "$out-plants" -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $failed = Get-ImagenRequest -State Failed
        $failed.Prompt | Should -Be "$fails animal 2", "$fails plant 2"

        # A row that both have by chance, or the key of a third one that is only submitted, hides none of them.
        'animals', 'plants' | ForEach-Object { [pscustomobject]@{ key = 'cover'; prompt = 'the cover' } | New-ImagenImage -OutputDirectory "$out$($_ -eq 'plants' ? '-plants' : '')" -WarningAction SilentlyContinue } | Out-Null
        $null = [pscustomobject]@{ key = '3'; prompt = 'another three' } | New-ImagenImage -Provider emulator -WarningAction SilentlyContinue -ErrorAction SilentlyContinue
        (Get-ImagenRequest -State Failed).Prompt | Should -Be "$fails animal 2", "$fails plant 2"

        # Each is a row of its own table, so the key that they share is not one too many.
        $test.Mark = @(Read-Bill $test).Count
        $seen = Watch-Command { $failed | New-ImagenImage }
        $seen.Error | Should -HaveCount 0
        (Get-Bill $test).input.prompt | Sort-Object | Should -Be "$fails animal 2", "$fails plant 2"
    }

    It 'what is submitted again without -OutputDirectory is still a row of its batch, and is paid for once' {
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; match = 'Study 2'; body = @{ detail = 'not now' } }
        $null = $rows | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
        $seen = Watch-Command { Get-ImagenRequest -State Rejected | New-ImagenImage }
        $seen.Output.State | Should -Be 'InQueue'
        $seen.Warning | Should -BeLike "Nothing is saved without -OutputDirectory.*${out}: Get-ImagenRequest -Unfinished | Receive-ImagenResult -Wait"
        ($rows | New-ImagenImage -OutputDirectory $out -WarningAction SilentlyContinue).State | Should -Be 'Delivered', 'Delivered', 'Delivered'
        Get-Bill $test | Should -HaveCount 3
    }

    It 'a prompt that was given as an argument is no longer listed as failed when it was submitted again' {
        $null = New-ImagenImage '[emulator:generation_timeout]' -OutputDirectory $out -ErrorAction SilentlyContinue
        $null = Get-ImagenRequest -State Failed | New-ImagenImage -Wait -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        Get-ImagenRequest -State Failed | Should -HaveCount 1
        Get-ImagenRequest -State Failed -History | Should -HaveCount 2
        Get-Bill $test | Should -HaveCount 2
    }
}
