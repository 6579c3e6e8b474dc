#Requires -Version 7.6

# What the page does is tested in a browser (tests/Imagen4.Browser.Tests); here is what the cmdlet takes and writes.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    $test = Enter-ImagenTest -StateFolder $TestDrive
}

AfterAll {
    Exit-ImagenTest $test
}

Describe 'Export-ImagenGallery' {
    BeforeAll {
        Reset-Emulator $test
        $place = New-Item (Join-Path $TestDrive ([guid]::NewGuid())) -ItemType Directory
        $out = Join-Path $place out
        $rows = @(
            [pscustomobject]@{ Prompt = 'A red fox'; Key = 'fox'; Seed = 7; NumImages = 2 }
            [pscustomobject]@{ Prompt = '[emulator:content_policy_violation] no'; Key = 'no' }
        )
        $results = $rows | New-ImagenImage -OutputDirectory $out -FileName '{Key}' -ThrottleLimit 1 -ErrorAction SilentlyContinue | Sort-Object Index
        $results | Should -HaveCount 2
        $images = @($results[0].Images.Path)
        $images | Should -HaveCount 2
    }

    BeforeEach {
        Push-Location $place
        Remove-Item $place/*.html, $out/*.html, $out/*.json -ErrorAction Ignore
    }

    AfterEach {
        Pop-Location
    }

    It 'shows every image of a result and every failure with its reason' {
        $results | Export-ImagenGallery ./page.html | Should -BeNullOrEmpty

        $cards = @(Read-GalleryPage ./page.html)
        $cards.State | Should -Be 'Delivered', 'Delivered', 'Failed'
        $cards[0].Prompt | Should -Be 'A red fox'
        $cards[0].Seed | Should -Be '7'
        $cards[0].Image, $cards[1].Image | Should -Be '1 of 2', '2 of 2'
        $cards[2].Error | Should -Match 'checker'
        $embedded = [Convert]::FromBase64String(([System.Net.WebUtility]::HtmlDecode($cards[1].Source) -replace '^data:image/png;base64,'))
        [Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($embedded)) | Should -Be $results[0].Images[1].Sha256
    }

    It 'shows the same from <_>' -ForEach 'CSV', 'JSON', 'CLIXML', 'a job' {
        $records = switch ($_) {
            'CSV' { $results | Export-Csv ./r.csv; Import-Csv ./r.csv }
            'JSON' { $results | ConvertTo-Json -Depth 4 | ConvertFrom-Json }
            'CLIXML' { $results | Export-Clixml ./r.xml; Import-Clixml ./r.xml }
            'a job' { $results | ForEach-Object { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_, 3)) } }
        }
        $results | Export-ImagenGallery ./live.html -Link
        $records | Export-ImagenGallery ./records.html -Link

        $live, $again = @(Read-GalleryPage ./live.html), @(Read-GalleryPage ./records.html)
        $again | Should -HaveCount 3
        foreach ($name in 'Prompt', 'State', 'Source', 'Key', 'Seed', 'Error', 'Model', 'RequestId') {
            $again.ForEach{ $_[$name] } | Should -Be $live.ForEach{ $_[$name] } -Because $name
        }
    }

    It 'finds the images of requests in the ledger' {
        Get-ImagenRequest | Export-ImagenGallery ./page.html -Link

        $cards = @(Read-GalleryPage ./page.html) | Sort-Object { $_.Source } -Descending
        ($cards.Source | Where-Object { $_ } | Sort-Object) | Should -Be (($images | ForEach-Object { "out/$(Split-Path $_ -Leaf)" }) | Sort-Object)
        $cards.Where{ $_.State -eq 'Failed' }.Error | Should -Match 'checker'
    }

    It 'takes a directory as -Path, as -ImageDirectory and from the pipeline, and writes beside its images' {
        foreach ($command in { Export-ImagenGallery ./out -PassThru }, { Get-Item ./out | Export-ImagenGallery -PassThru },
            { Export-ImagenGallery -ImageDirectory ./out -PassThru }, { './out' | Export-ImagenGallery -PassThru }) {
            Remove-Item $out/*.html
            $file = & $command
            $file | Should -BeOfType System.IO.FileInfo
            $file.FullName | Should -Be (Join-Path $out gallery.html)
            @(Read-GalleryPage $file) | Should -HaveCount 2 -Because "$command"
            Get-Content $file -Raw | Should -Match '<h1 dir="auto">out</h1>'
        }
    }

    It 'shows the images in subdirectories with -Recurse' {
        $null = New-Item $out/sub -ItemType Directory
        Copy-Item $images[0] $out/sub/copy.png
        Export-ImagenGallery ./page.html -ImageDirectory ./out -Link
        @(Read-GalleryPage ./page.html) | Should -HaveCount 2
        Export-ImagenGallery ./page.html -ImageDirectory ./out -Recurse -Link
        (Read-GalleryPage ./page.html).Source | Should -Contain 'out/sub/copy.png'
        Remove-Item $out/sub -Recurse
    }

    It 'takes files, once each, and leaves out what is no image' {
        Set-Content $out/notes.txt 'no image'
        Get-ChildItem $out | Export-ImagenGallery ./page.html -ImageDirectory $out
        @(Read-GalleryPage ./page.html) | Should -HaveCount 2
        Remove-Item $out/notes.txt
    }

    It 'takes the images of a result' {
        $results[0].Images | Export-ImagenGallery ./page.html -Link
        @(Read-GalleryPage ./page.html).Source | Should -Be ($images | ForEach-Object { "out/$(Split-Path $_ -Leaf)" })
    }

    It 'shows what a sidecar says, and warns of a broken one' {
        @{ Prompt = 'from beside'; Seed = 42; SchemaVersion = 1; Later = @{ a = 1 } } | ConvertTo-Json | Set-Content "$($images[0]).json"
        Set-Content "$($images[1]).json" '{ "Prompt": '
        $said = Watch-Command { Export-ImagenGallery ./out }

        @($said.Error) + @($said.Thrown) | Where-Object { $_ } | Should -BeNullOrEmpty
        $said.Warning | Should -HaveCount 1
        $said.Warning | Should -Match ([regex]::Escape("$($images[1]).json"))
        $cards = @(Read-GalleryPage $out/gallery.html)
        $cards.Where{ $_.Prompt -eq 'from beside' }.Seed | Should -Be '42'
        $cards | Should -HaveCount 2
    }

    It 'writes gallery.html in the current location where no place is named' {
        $results | Export-ImagenGallery -Title 'My <b>page</b>'
        Get-Content ./gallery.html -Raw | Should -Match '<title>My &lt;b&gt;page&lt;/b&gt;</title>'
    }

    It 'writes an empty page where nothing is piped through' {
        @() | Export-ImagenGallery ./page.html
        Get-Content ./page.html -Raw | Should -Match '>0 images<'
    }

    It 'replaces its own page, and no other file without -Force' {
        $results | Export-ImagenGallery ./page.html
        $results[0] | Export-ImagenGallery ./page.html
        @(Read-GalleryPage ./page.html) | Should -HaveCount 2

        Set-Content ./page.html 'mine'
        $said = Watch-Command { $results | Export-ImagenGallery ./page.html }
        $said.Thrown.FullyQualifiedErrorId | Should -BeLike 'FileExists,*'
        $said.Thrown.Exception.Message | Should -Match 'is not a gallery.*-Force'
        Get-Content ./page.html | Should -Be 'mine'
        $results | Export-ImagenGallery ./page.html -Force
        @(Read-GalleryPage ./page.html) | Should -HaveCount 3
    }

    It 'writes nothing with -WhatIf' {
        $results | Export-ImagenGallery ./new/page.html -WhatIf
        Test-Path ./new | Should -BeFalse
    }

    It 'is a clear error for <Case>' -ForEach @(
        @{ Case = 'nothing at all'; Script = { Export-ImagenGallery ./page.html }; Text = 'There is nothing to show' }
        @{ Case = 'a directory that is not there, as the only argument'; Script = { Export-ImagenGallery ./nothere }; Text = 'nothere does not exist' }
        @{ Case = 'a file that is not there'; Script = { './nothing.png' | Export-ImagenGallery ./page.html }; Text = 'nothing\.png does not exist' }
        @{ Case = 'a directory that is not there'; Script = { Export-ImagenGallery ./page.html -ImageDirectory ./nowhere }; Text = 'nowhere' }
        @{ Case = 'something else'; Script = { Get-Process -Id $PID | Export-ImagenGallery ./page.html }; Text = 'cannot be shown' }
        @{ Case = 'a table of something else'; Script = { [pscustomobject]@{ Colour = 'red' } | Export-ImagenGallery ./page.html }; Text = 'Its properties are: Colour' }
        @{ Case = 'a path of another provider'; Script = { $results | Export-ImagenGallery env:page }; Text = 'not a path of the file system' }
    ) {
        $said = Watch-Command $Script
        $found = @($said.Error) + @($said.Thrown) | Where-Object { $_ }
        $found | Should -HaveCount 1
        $found.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
        $found.Exception.Message | Should -Match $Text
    }

    It 'says once that images are gone, and shows their rows all the same' {
        $gone = $results | ConvertTo-Json -Depth 4 | ConvertFrom-Json
        $gone[0].Images | ForEach-Object { $_.Path = "$($_.Path).gone" }
        $said = Watch-Command { $gone | Export-ImagenGallery ./page.html }

        @($said.Error) + @($said.Thrown) | Where-Object { $_ } | Should -BeNullOrEmpty
        $said.Warning | Should -HaveCount 1
        $said.Warning | Should -BeLike "Images that are missing or cannot be read: 2 (the first: *). To fetch them again: Get-ImagenRequest -RequestId $($gone[0].RequestId) | Receive-ImagenResult"
        $said.Other | Should -Be "Images: 0. Rows without an image: 1. Page: $(Join-Path $place page.html)"
        @(Read-GalleryPage ./page.html) | Should -HaveCount 3
    }

    It 'names a command that fetches images which are gone' {
        $result = New-ImagenImage 'A blue kite' -OutputDirectory (Join-Path $place kites)
        Remove-Item $result.Path
        $said = Watch-Command { $result | Export-ImagenGallery ./page.html }
        $said.Other | Should -BeLike 'Images: 0. Page: *'
        Get-Content ./page.html -Raw | Should -Match '>0 images<'
        $null = & ([scriptblock]::Create(($said.Warning -split 'fetch them again: ')[1]))
        $result.Path | Should -Exist
        (Watch-Command { $result | Export-ImagenGallery ./page.html }).Warning | Should -BeNullOrEmpty
    }

    It 'leaves nothing behind when its input fails' {
        { & { $results; throw 'the input failed' } | Export-ImagenGallery ./page.html } | Should -Throw 'the input failed'
        Get-ChildItem . -Force -Filter *page.html* | Should -BeNullOrEmpty
    }

    It 'says where the page is and what it has, unless it returns the file' {
        $said = Watch-Command { $results | Export-ImagenGallery ./page.html }
        $said.Output | Should -BeNullOrEmpty
        $said.Other | Should -Be "Images: 2. Rows without an image: 1. Page: $(Join-Path $place page.html)"
        (Watch-Command { Export-ImagenGallery $out }).Other | Should -Be "Images: 2. Page: $(Join-Path $out gallery.html)"
        $said = Watch-Command { $results | Export-ImagenGallery ./page.html -PassThru }
        $said.Other | Should -BeNullOrEmpty
        $said.Output.Name | Should -Be page.html
        (Watch-Command { $results | Export-ImagenGallery ./page.html -WhatIf }).Other | Should -Not -Match 'Images:'
    }

    It 'calls an image that nothing is known of as its file is called' {
        Export-ImagenGallery ./page.html -ImageDirectory $out
        [regex]::Matches((Get-Content ./page.html -Raw), '<p class="prompt" dir="auto">([^<]+)</p>').ForEach{ $_.Groups[1].Value } | Sort-Object | Should -Be 'fox', 'fox-2'
    }

    It 'opens the page with -Show' -Skip:(-not $IsLinux) {
        $bin = New-Item ./bin -ItemType Directory
        Set-Content $bin/xdg-open "#!/bin/sh`necho `"`$1`" > '$bin/opened'"
        chmod +x $bin/xdg-open
        $path = $env:PATH
        try {
            $env:PATH = "$bin`:$path"
            $results | Export-ImagenGallery ./page.html -Show
            Wait-Until { (Test-Path $bin/opened) -and (Get-Content $bin/opened) } 'the page is opened'
            Get-Content $bin/opened | Should -Be (Join-Path $place page.html)

            # Where there is no browser, nothing but a warning says so.
            Set-Content $bin/xdg-open "#!/bin/sh`necho no method available`necho no browser >&2`nexit 3"
            $said = Invoke-Pwsh "Import-Module '$ModuleManifest'; Export-ImagenGallery '$out' -Show" $place
            $said -replace '\s+', ' ' | Should -Be "WARNING: The page could not be opened here: no program opens it (xdg-open ended with 3). Open it yourself: $(Join-Path $out gallery.html)"
            $env:PATH = "$bin/none"
            $said = Watch-Command { $results | Export-ImagenGallery ./page.html -Show }
            $said.Warning | Should -Be "The page could not be opened here: no program opens it (xdg-open ended with 127). Open it yourself: $(Join-Path $place page.html)"
        }
        finally {
            $env:PATH = $path
        }
    }
}
