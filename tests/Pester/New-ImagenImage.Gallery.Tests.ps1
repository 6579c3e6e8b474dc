#Requires -Version 7.6

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $test = Enter-ImagenTest -StateFolder $TestDrive
    $refused = '[emulator:content_policy_violation] no'
}

AfterAll {
    Exit-ImagenTest $test
}

Describe 'New-ImagenImage -Gallery' {
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
        $page = Join-Path $out gallery.html
    }

    It 'leaves a page that shows every row in its order, failures too, and refers to the images' {
        'one', $refused, 'three' | New-ImagenImage -OutputDirectory $out -Gallery -ErrorAction SilentlyContinue | Out-Null

        $cards = @(Read-GalleryPage $page)
        $cards.Prompt | Should -Be 'one', $refused, 'three'
        $cards[1].Error | Should -Match 'checker'
        $cards[0, 2].Source.ForEach{ [uri]::UnescapeDataString($_) } | Sort-Object | Should -Be (Get-ChildItem $out/*.png).Name
        Get-Content $page -Raw | Should -Match ">$(Split-Path $out -Leaf)</h1>"
    }

    It 'is named at the end: <case>' -ForEach @(
        @{ case = 'a batch'; run = { 'one', 'two' | New-ImagenImage -OutputDirectory $out -Gallery }; said = 'Rows: 2. Delivered: 2. *. Gallery: {0}' }
        @{ case = 'one image'; run = { New-ImagenImage 'one' $out -Gallery }; said = 'Rows: 1. Delivered: 1. *. Gallery: {0}' }
    ) {
        (Watch-Command $run).Other | Should -BeLike ($said -f [wildcardpattern]::Escape($page))
        $page | Should -Exist
    }

    # Only a terminal gets links, and script(1) is one for tests. Without it, this counts as skipped.
    It 'is a link in a terminal, and plain text in variables and files' -Skip:(-not $IsLinux -or -not (Get-Command script -CommandType Application -ErrorAction Ignore)) {
        $script = Join-Path $TestDrive linked.ps1
        $log = Join-Path $TestDrive linked.log
        Set-Content $script @"
            Import-Module '$ModuleManifest'
            `$ProgressPreference = 'SilentlyContinue'
            `$null = New-ImagenImage 'one' '$out' -Gallery -Provider emulator -InformationVariable said
            Set-Content '$log' "`$said"
            New-ImagenImage 'two' '$out' -Gallery -Provider emulator *>> '$log'
"@
        $said = script -qec "stty rows 40 cols 120; env -u NO_COLOR TERM=xterm-256color $PwshProgram $($PwshArguments -join ' ') -NoProfile -File '$script'" /dev/null | Out-String
        $said.Contains(" Gallery: `e]8;;$([uri]::new($page).AbsoluteUri)`e\$page`e]8;;`e\") | Should -BeTrue -Because $said
        (Get-Content $log) -like '*. Gallery: *' -replace '^.* Gallery: ' | Should -Be $page, $page
    }

    It 'is not named where there is none' {
        $seen = Watch-Command { @{ Prompt = 'odd'; AspectRatio = '7:5' }, @{ Prompt = 'odder'; AspectRatio = '7:5' } | New-ImagenImage -OutputDirectory $out -Gallery }
        $seen.Other | Should -Be 'Rows: 2. Not submitted: 2.'
        $page | Should -Not -Exist
    }

    It 'keeps what earlier runs have saved' {
        $first = 'one', 'two' | New-ImagenImage -OutputDirectory $out -Gallery
        @{ Prompt = 'from beside'; SchemaVersion = 1 } | ConvertTo-Json | Set-Content "$($first[0].Path).json"
        'three' | New-ImagenImage -OutputDirectory $out -Gallery | Out-Null

        $cards = @(Read-GalleryPage $page)
        $cards | Should -HaveCount 3
        $cards[0].Prompt | Should -Be 'three'
        $cards.Prompt | Should -Contain 'from beside'
    }

    It 'shows all rows of a batch that is continued' {
        'one', 'two' | New-ImagenImage -OutputDirectory $out | Out-Null
        'one', 'two', 'three' | New-ImagenImage -OutputDirectory $out -Gallery -WarningAction Ignore | Out-Null

        (Read-GalleryPage $page).Prompt | Should -Be 'one', 'two', 'three'
        Get-Bill $test | Should -HaveCount 3
    }

    It 'shows what failed before and fails again, is reported again, or was never sent' {
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; body = @{ detail = 'Not now' }; match = 'thrice'; count = -1 }
        $rows = 'one', $refused, 'thrice', @{ Prompt = 'odd'; AspectRatio = '7:5' }
        1..2 | ForEach-Object {
            $rows | New-ImagenImage -OutputDirectory $out -Gallery -ErrorAction SilentlyContinue -WarningAction Ignore | Out-Null
        }

        $cards = @(Read-GalleryPage $page)
        $cards.Prompt | Should -Be 'one', $refused, 'thrice', 'odd'
        $cards.State | Should -Be 'Delivered', 'Failed', 'Rejected', 'Rejected'
        $cards[2].Error | Should -Match 'Not now'
        $cards[3].Error | Should -Match '7:5'
    }

    It 'makes no directory for rows that are all refused' {
        $said = Watch-Command { @{ Prompt = 'odd'; AspectRatio = '7:5' } | New-ImagenImage -OutputDirectory $out -Gallery }
        $said.Error | Should -HaveCount 1
        $said.Warning | Should -BeNullOrEmpty
        Test-Path $out | Should -BeFalse
    }

    It 'is written while the batch goes on' {
        $running = Start-Shell {
            param($out)
            'quick', '[emulator:seconds=600] slow' | New-ImagenImage -OutputDirectory $out -Gallery
        } $out
        Wait-Until { (Test-Path $page) -and (Read-GalleryPage $page).Prompt -eq 'quick' } 'the first row is in the page'
        Stop-Shell $running

        (Read-GalleryPage $page).Prompt | Should -Be 'quick'
        Get-ChildItem $out -Force -Filter *.partial | Should -BeNullOrEmpty
    }

    It 'does not take the place of another file, and nothing is paid for' {
        $null = New-Item $out -ItemType Directory
        Set-Content $page 'mine'
        $said = Watch-Command { 'one' | New-ImagenImage -OutputDirectory $out -Gallery }

        $said.Thrown.FullyQualifiedErrorId | Should -BeLike 'FileExists,*'
        Get-Content $page | Should -Be 'mine'
        Get-Bill $test | Should -BeNullOrEmpty
        'one' | New-ImagenImage -OutputDirectory $out -Gallery -Force | Out-Null
        @(Read-GalleryPage $page) | Should -HaveCount 1
    }

    It 'needs -OutputDirectory' {
        $said = Watch-Command { 'one' | New-ImagenImage -Wait -Gallery }

        $said.Thrown.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        $said.Thrown.Exception.Message | Should -BeLike '-Gallery keeps a page*needs -OutputDirectory.'
        Get-Bill $test | Should -BeNullOrEmpty
    }

    It 'writes nothing with -WhatIf' {
        'one' | New-ImagenImage -OutputDirectory $out -Gallery -WhatIf
        Test-Path $out | Should -BeFalse
    }

    It 'warns when the page cannot be written, and the batch goes on' {
        $said = Watch-Command {
            & {
                'one'
                $null = New-Item $page -ItemType Directory -Force
                'two'
            } | New-ImagenImage -OutputDirectory $out -Gallery
        }

        $said.Error, $said.Thrown | Where-Object { $_ } | Should -BeNullOrEmpty
        $said.Output.State | Should -Be 'Delivered', 'Delivered'
        @($said.Warning) -match 'The gallery is no longer updated' | Should -HaveCount 1
    }
}
