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
        $problems.Exception.Message | Should -BeLike '*-NoResume generates it afresh, and so it does with every row it is given.'
        $problems.ErrorDetails.RecommendedAction | Should -BeLike '*$problems.TargetObject | New-ImagenImage -NoResume*'
        Get-Bill $test | Should -HaveCount 0

        ($problems.TargetObject | New-ImagenImage -OutputDirectory $out -NoResume).State | Should -Be 'Delivered'
        (Get-Bill $test).input.prompt | Should -Be 'Study 2'

        # The whole batch is whole again.
        ($rows | New-ImagenImage -OutputDirectory $out -WarningAction SilentlyContinue).Path | Should -Exist
        Get-Bill $test | Should -HaveCount 1
    }

    It 'a request id that is wrong has other advice' {
        $seen = Watch-Command { Receive-ImagenResult $UnknownId -NoDownload }
        $seen.Error.FullyQualifiedErrorId | Should -BeLike 'RequestNotFound,*'
        $seen.Error.ErrorDetails.RecommendedAction | Should -BeLike 'Check RequestId, Provider and Model.*'
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
}
