Describe 'Send-ImagenFile' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.SendImagenFileCommand'
        $png = [byte[]](0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3)
        $folder = Join-Path $TestDrive files
        $null = New-Item -ItemType Directory $folder
        Push-Location $folder
        [System.IO.File]::WriteAllBytes((Join-Path $folder ref.png), $png)
        [System.IO.File]::WriteAllBytes((Join-Path $folder 'a [1].png'), $png)
        Set-Content notes.txt 'notes' -NoNewline
        Set-Content empty.txt '' -NoNewline
        $null = New-Item -ItemType Directory sub.png

        function Get-Upload {
            Invoke-RestMethod "$($test.Admin)/uploads" | ForEach-Object { $_ }
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $null = Invoke-RestMethod "$($test.Admin)/uploads" -Method Delete
    }
    AfterAll {
        Pop-Location
        Exit-ImagenTest $test
    }

    It 'uploads a file and returns what there is to know of it' {
        $file = Send-ImagenFile ./ref.png
        $file | Should -BeOfType ([Imagen4.ImagenFile])
        $upload = Get-Upload
        $file.Uri | Should -Be $upload.url
        $file.Path | Should -Be (Join-Path $folder ref.png)
        $file.FileName | Should -Be 'ref.png'
        $file.Size | Should -Be 11
        $file.ContentType | Should -Be 'image/png'
        $file.Sha256 | Should -Be (Get-FileHash ref.png).Hash
        $file.Sha256 | Should -BeExactly $upload.sha256
        $file.Provider | Should -Be 'emulator'
        $file.ExpiresAt | Should -BeNullOrEmpty
        "$file" | Should -Be $file.Uri
        (Invoke-WebRequest $file.Uri).Content | Should -Be $png
        Get-Bill $test | Should -BeNullOrEmpty
    }

    It 'takes files <from>' -ForEach @(
        @{ from = 'as an array'; script = { Send-ImagenFile ref.png, notes.txt } }
        @{ from = 'by wildcards, directories left out'; script = { Send-ImagenFile 'ref*', *.txt -ErrorAction Ignore } }
        @{ from = 'as text from the pipeline'; script = { 'ref.png', '', 'notes.txt' | Send-ImagenFile 3>$null } }
        @{ from = 'from Get-ChildItem'; script = { Get-ChildItem ref.png, notes.txt | Send-ImagenFile } }
        @{ from = 'as file objects, wherever they are'; script = { [System.IO.FileInfo]"$folder/ref.png", [System.IO.FileInfo]"$folder/notes.txt" | Send-ImagenFile } }
        @{ from = 'as file objects in an argument'; script = { Push-Location /; Send-ImagenFile ([System.IO.FileInfo]"$folder/ref.png"), (Get-Item "$folder/notes.txt"); Pop-Location } }
        @{ from = 'from records'; script = { [pscustomobject]@{ Path = 'ref.png' }, @{ path = 'notes.txt' } | Send-ImagenFile } }
        @{ from = 'from a CSV'; script = { 'Path,Title', 'ref.png,one', 'notes.txt,two' | ConvertFrom-Csv | Send-ImagenFile } }
        @{ from = 'by literal paths'; script = { Send-ImagenFile -LiteralPath ref.png, notes.txt } }
    ) {
        $files = & $script | Sort-Object FileName
        $files.FileName | Should -Be 'notes.txt', 'ref.png'
        $files.ContentType | Should -Be 'text/plain', 'image/png'
        $files.Path | Should -Be (Join-Path $folder notes.txt), (Join-Path $folder ref.png)
    }

    It 'takes a name with brackets as it stands, where such a file is there' {
        (Send-ImagenFile 'a [1].png').FileName | Should -Be 'a [1].png'
        (Send-ImagenFile -LiteralPath 'a [1].png').FileName | Should -Be 'a [1].png'
        (Get-Item -LiteralPath 'a [1].png' | Send-ImagenFile).FileName | Should -Be 'a [1].png'
        (Send-ImagenFile 'a `[1`].png').FileName | Should -Be 'a [1].png'
    }

    It 'a wildcard may match nothing' {
        Send-ImagenFile *.jpg | Should -BeNullOrEmpty
        Get-Seen $test | Should -BeNullOrEmpty
    }

    It 'says of <kind> that it cannot go up, and the others do' -ForEach @(
        @{ kind = 'a missing file'; path = 'gone.png'; message = 'There is no file *gone.png.' }
        @{ kind = 'a directory'; path = 'sub.png'; message = '*sub.png is a directory. Name the files in it, such as *sub.png/`*.png.' }
        @{ kind = 'an empty file'; path = 'empty.txt'; message = '*empty.txt is empty, or not a regular file.' }
        @{ kind = 'a place that is no file system'; path = 'env:PATH'; message = "'env:PATH' is not a path of the file system." }
        @{ kind = 'a drive that is not there'; path = 'nodrive:\a'; message = "'nodrive:\a' is not a path of the file system." }
    ) {
        $seen = Watch-Command { $path, 'ref.png' | Send-ImagenFile }
        $seen.Output.FileName | Should -Be 'ref.png'
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -BeLike "Row 1: $($message.Replace('/', [System.IO.Path]::DirectorySeparatorChar))"
        $seen.Error.CategoryInfo.Category | Should -Be 'InvalidArgument'
        "$($seen.Error.TargetObject)" | Should -BeLike "*$path"
        $seen.Error.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'says of <kind> that it is no file' -ForEach @(
        @{ kind = 'nothing'; script = { Send-ImagenFile }; message = 'There is no path. Give one with -Path, or pipe files, text, or objects with a property named Path.' }
        @{ kind = 'an empty path'; script = { Send-ImagenFile '' }; message = 'the path of a file is empty.' }
        @{ kind = 'a number'; script = { 5 | Send-ImagenFile }; message = 'Row 1: an integer is not a path. Pipe files, text, or objects with a property named Path.' }
        @{ kind = 'a record without a path'; script = { [pscustomobject]@{ Name = 'ref.png'; Size = 1 } | Send-ImagenFile }; message = 'Row 1: the record has no path. Its properties are: Name, Size.' }
        @{ kind = 'text beside -Path'; script = { 'ref.png' | Send-ImagenFile notes.txt }; message = 'Row 1: there is a path in the pipeline and another in -Path. Use one.' }
    ) {
        $seen = Watch-Command $script
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -Be $message
        Get-Seen $test | Should -BeNullOrEmpty
    }

    It 'a file that another program holds is an error of its own' {
        $held = [System.IO.File]::Open((Join-Path $folder notes.txt), 'Open', 'ReadWrite', 'None')
        try {
            $seen = Watch-Command { Send-ImagenFile notes.txt, ref.png }
        }
        finally {
            $held.Dispose()
        }
        $seen.Output.FileName | Should -Be 'ref.png'
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -BeLike '*notes.txt cannot be read: *'
        $seen.Error.TargetObject | Should -Be (Join-Path $folder notes.txt)
    }

    It '-WhatIf names each file and where it would go, and sends nothing' {
        $said = Invoke-Pwsh "Import-Module '$ModuleManifest'; Set-ImagenProvider fal -BaseUri '$($test.BaseUri)' -StorageUri '$($test.BaseUri)/rest' -ApiKeyVariable FAL_KEY; Send-ImagenFile ref.png, notes.txt, gone.txt -Provider fal -WhatIf" $folder
        $said | Should -BeLike '*"Upload to the storage of fal (127.0.0.1), where anyone who has the address can read it" on target "*ref.png"*on target "*notes.txt"*'
        $said | Should -BeLike '*There is no file *gone.txt.*'
        Get-Seen $test | Should -BeNullOrEmpty
    }

    It 'a host without storage, an unknown one and a missing key end it before anything is sent' {
        $seen = Watch-Command { 'ref.png', 'notes.txt' | Send-ImagenFile -Provider chainhub -ApiKey k }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Thrown.Exception.Message | Should -BeLike 'chainhub has no storage to upload files to. *Set-ImagenProvider -StorageUri names one. Nothing was sent.'
        (Watch-Command { Send-ImagenFile ref.png -Provider nobody }).Thrown.Exception.Message | Should -BeLike "There is no provider 'nobody'.*"
        (Watch-Command { Send-ImagenFile ref.png -Provider fal }).Thrown.FullyQualifiedErrorId | Should -Be "ApiKeyMissing,$command"
        (Watch-Command { [pscustomobject]@{ Path = 'ref.png'; Provider = 'chainhub' }, [pscustomobject]@{ Path = 'ref.png'; Provider = 'emulator' } | Send-ImagenFile }).Output.FileName | Should -Be 'ref.png'
        Get-Upload | Should -HaveCount 1
    }

    It 'sends the key to the storage''s own address and to no other' {
        Set-ImagenProvider here -Protocol FalQueue -BaseUri https://queue.example -StorageUri $test.BaseUri
        try {
            (Get-ImagenProvider here).StorageUri | Should -Be "$($test.BaseUri)/"
            $null = Send-ImagenFile ref.png -Provider here -ApiKey secret-canary -Verbose 4>&1 | Tee-Object -Variable said
            "$said" | Should -Not -BeLike '*secret-canary*'
            (Get-Seen $test).ForEach{ "$($_.method) $($_.headers.authorization)".Trim() } | Should -Be 'POST Key', 'PUT'
        }
        finally {
            Remove-ImagenProvider here
        }
    }

    It 'says by id what went wrong at the host (<id><why>)' -ForEach @(
        @{ id = 'AuthenticationFailed'; category = 'AuthenticationError'; rule = @{ operation = 'initiate'; status = 401; body = @{ detail = 'no such key' } }; message = 'ref.png: emulator does not accept the key from *: no such key' }
        @{ id = 'AccountLocked'; category = 'PermissionDenied'; rule = @{ operation = 'initiate'; status = 403; body = @{ detail = 'User is locked.' } }; message = 'ref.png: emulator refuses the account: User is locked.' }
        @{ id = 'InvalidInput'; category = 'InvalidArgument'; rule = @{ operation = 'initiate'; status = 422; body = @{ detail = 'no such type' } }; message = 'ref.png: The storage of emulator does not take the file: no such type' }
        @{ id = 'UploadFailed'; why = ', an answer without an address'; category = 'WriteError'; rule = @{ operation = 'initiate'; status = 200; body = @{ upload_url = 'https://x.example/a' } }; message = 'ref.png: The storage of emulator answers 200 and does not say file_url.' }
        @{ id = 'UploadFailed'; why = ', 403 of a storage that does not speak of the account'; category = 'WriteError'; rule = @{ operation = 'initiate'; status = 403; body = @{ detail = 'Not for you' } }; message = 'ref.png: *Not for you' }
        @{ id = 'UploadFailed'; why = ', 403 at the address for the bytes'; category = 'WriteError'; rule = @{ operation = 'upload'; status = 403; body = @{ detail = 'Signature expired' } }; message = 'ref.png: 127.0.0.1 does not take the file: it answers 403. Signature expired' }
    ) {
        Add-Fault $test (@{ kind = 'status' } + $rule)
        $seen = Watch-Command { Send-ImagenFile ref.png }
        $seen.Error.FullyQualifiedErrorId | Should -Be "$id,$command"
        $seen.Error.CategoryInfo.Category | Should -Be $category
        $seen.Error.Exception.Message | Should -BeLike $message
        $seen.Error.TargetObject | Should -Be (Join-Path $folder ref.png)
        $seen.Error.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $seen.Output | Should -BeNullOrEmpty

        # A row that needs the file is named as well, unless the error ends them all. What went wrong goes up the next time.
        Add-Fault $test (@{ kind = 'status' } + $rule)
        $row = Watch-Command { 'as oil painting' | New-ImagenImage -Model fal-ai/nano-banana/edit -ImagePath ref.png }
        $told = $id -in 'AuthenticationFailed', 'AccountLocked' ? $row.Thrown : $row.Error
        $told.FullyQualifiedErrorId | Should -Be "$id,Imagen4.PowerShell.Commands.NewImagenImageCommand"
        $told.Exception.Message | Should -BeLike ($row.Thrown ? $message : "Row 1, $message")
        Get-Bill $test | Should -BeNullOrEmpty
        (Send-ImagenFile ref.png).Uri | Should -BeIn @((Get-Upload).url)
    }

    It 'the same bytes go up once, whatever their names' {
        Copy-Item ref.png copy.png
        $first, $second = Send-ImagenFile ref.png, copy.png -ThrottleLimit 1
        $again = Send-ImagenFile copy.png -Verbose 4>&1 | Tee-Object -Variable said | Where-Object { $_ -is [Imagen4.ImagenFile] }
        Get-Upload | Should -HaveCount 1
        $first.Uri, $second.Uri, $again.Uri | Select-Object -Unique | Should -Be (Get-Upload).url
        $again.FileName, $again.Path, $again.Sha256 | Should -Be 'copy.png', (Join-Path $folder copy.png), $first.Sha256
        "$said" | Should -BeLike "*copy.png was uploaded to emulator before, and is at $($first.Uri).*"

        # Rows use the same address.
        $null = New-ImagenImage 'as oil painting' -Model fal-ai/nano-banana/edit -ImagePath copy.png
        (Get-Bill $test).input.image_urls | Should -Be @($first.Uri)
        Get-Upload | Should -HaveCount 1
    }

    It 'they go up again <when>' -ForEach @(
        @{ when = 'with -Force'; options = @{ Force = $true } }
        @{ when = 'for another key'; options = @{ ApiKey = 'another' } }
        @{ when = 'with a content type'; options = @{ ContentType = 'image/x-mine' } }
        @{ when = 'with a lifetime'; options = @{ ObjectLifetime = '1d' } }
    ) {
        $key = $options.ContainsKey('ApiKey') ? @{} : @{ ApiKey = 'one' }
        $first = Send-ImagenFile ref.png -ApiKey one
        $again = Send-ImagenFile ref.png @key @options
        $again.Uri | Should -Not -Be $first.Uri
        (Get-Upload).url | Sort-Object | Should -Be ($first.Uri, $again.Uri | Sort-Object)
    }

    It 'takes a content type and a lifetime, and refuses what is none' {
        $file = Send-ImagenFile ref.png -ContentType image/x-mine -ObjectLifetime 1h
        $file.ContentType | Should -Be 'image/x-mine'
        [Math]::Abs(($file.ExpiresAt - [datetime]::UtcNow).TotalMinutes - 60) | Should -BeLessThan 30
        (Get-Upload).object_lifecycle | Should -Be '{"expiration_duration_seconds":3600}'
        (Watch-Command { Send-ImagenFile ref.png -ContentType png }).Thrown.Exception.Message | Should -Be "'png' is not a content type such as image/png."
        (Watch-Command { Send-ImagenFile ref.png -ObjectLifetime soon }).Thrown.Exception.Message | Should -BeLike "ObjectLifetime is 'soon'; it takes immediate, 1h, *"
    }

    It 'objects are the same after <way>' -ForEach @(
        @{ way = 'CSV'; script = { $file | Export-Csv f.csv; Import-Csv f.csv } }
        @{ way = 'JSON'; script = { $file | ConvertTo-Json | ConvertFrom-Json } }
        @{ way = 'CLIXML'; script = { $file | Export-Clixml f.xml; Import-Clixml f.xml } }
    ) {
        $file = Send-ImagenFile ref.png -ObjectLifetime 1d
        $back = & $script
        foreach ($name in 'Uri', 'Path', 'FileName', 'Size', 'ContentType', 'Sha256', 'Provider') {
            "$($back.$name)" | Should -Be "$($file.$name)"
        }
        $back.ExpiresAt | Should -Not -BeNullOrEmpty
        $null = $back | Send-ImagenFile
        Get-Upload | Should -HaveCount 2
    }

    It 'shows files in a table' {
        Send-ImagenFile ref.png | Format-Table | Out-String -Width 200 | Should -Match '(?s)FileName\s+Size\s+Uri.*ref\.png\s+11\s+http://127'
    }

    It 'an edit takes the address, and one that is not there is refused' {
        $file = Send-ImagenFile ref.png
        $out = Join-Path $TestDrive ([guid]::NewGuid())
        $result = New-ImagenImage 'as oil painting' -Model fal-ai/nano-banana/edit -AdditionalInput @{ image_urls = @($file.Uri) } -OutputDirectory $out
        $result.State | Should -Be 'Delivered'
        $seen = Watch-Command { New-ImagenImage 'as oil painting' -Model fal-ai/nano-banana/edit -AdditionalInput @{ image_urls = @("$($file.Uri)x") } -OutputDirectory $out }
        $seen.Error.Exception.Message | Should -BeLike '*image_urls: Failed to download the file.*'
    }

    It 'an address that the host no longer has is returned until a row finds that out' {
        $first = Send-ImagenFile ref.png
        $null = Invoke-RestMethod "$($test.Admin)/uploads" -Method Delete
        (Send-ImagenFile ref.png).Uri | Should -Be $first.Uri
        Get-Upload | Should -BeNullOrEmpty
        $seen = Watch-Command { New-ImagenImage 'as oil painting' -Model fal-ai/nano-banana/edit -ImagePath ref.png -Wait }
        $seen.Error.Exception.Message | Should -BeLike '*Failed to download the file.*'
        (Send-ImagenFile ref.png).Uri | Should -Not -Be $first.Uri
        Get-Upload | Should -HaveCount 1
    }

    It 'a large file goes up in parts, of which a failed one alone is sent again' {
        $large = [System.IO.File]::Create((Join-Path $folder large.bin))
        $large.SetLength(91MB)
        $large.Dispose()
        try {
            Add-Fault $test @{ operation = 'part'; match = '/4?'; kind = 'status'; status = 503 }
            $file = Send-ImagenFile large.bin
            $file.Size | Should -Be 91MB
            (Get-Upload).sha256 | Should -Be $file.Sha256
            (Get-Seen $test | Where-Object method -EQ PUT).path | Should -HaveCount 11
            (Get-Seen $test | Where-Object path -Like '*/4`?*').path | Should -HaveCount 2
        }
        finally {
            Remove-Item large.bin
        }
    }

    It 'shows how much of a large file has gone up, until it is stopped' {
        $large = [System.IO.File]::Create((Join-Path $folder large.bin))
        $large.SetLength(91MB)
        $large.Dispose()
        try {
            Add-Fault $test @{ operation = 'part'; match = '/10?'; kind = 'hang' }
            $running = Start-Shell { param($path) Send-ImagenFile $path } (Join-Path $folder large.bin)
            $shown = { $running.Shell.Streams.Progress | Where-Object { $_.StatusDescription -match '^0 done, 1 in progress, 91[.,]0 of 91[.,]0 MB$' -and $_.PercentComplete -eq 100 } }
            Wait-Until { & $shown } 'all bytes are said to have gone up'
            Stop-Shell $running
        }
        finally {
            Remove-Item large.bin
        }
    }

    It 'a stop ends an upload that hangs' {
        Add-Fault $test @{ operation = 'upload'; kind = 'hang' }
        $running = Start-Shell { param($path) Send-ImagenFile $path } (Join-Path $folder ref.png)
        Wait-Until { Get-Seen $test | Where-Object method -EQ PUT } 'the upload has begun'
        Stop-Shell $running
    }

    It 'the README''s example runs as written' {
        $readme = Get-Content (Join-Path $PSScriptRoot '../../README.md') -Raw
        $example = [regex]::Match($readme, '(?s)\n## Images from images\n.*?```powershell\n(.*?)```').Groups[1].Value
        $example | Should -Match 'Send-ImagenFile'
        $work = New-Item -ItemType Directory (Join-Path $TestDrive readme)
        $said = Invoke-Pwsh "`$ErrorActionPreference = 'Stop'; `$env:IMAGEN4_HOME = '$work/home'; `$env:IMAGEN4_EMULATOR = `$null; Import-Module '$ModuleManifest'; $example" $work
        Get-ChildItem (Join-Path $work out) -Filter *.png | Should -HaveCount 3 -Because $said
    }
}
