# Rows that are made from images: files of this machine and addresses.

Describe 'New-ImagenImage: images to start from' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $refused = 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $edit = 'fal-ai/nano-banana/edit'
        $folder = New-Item (Join-Path $TestDrive images) -ItemType Directory
        'fox', 'owl', 'bear' | New-ImagenImage -OutputDirectory $folder -FileName '{Prompt}' | Out-Null
        Set-Content (Join-Path $folder id_rsa.png) '-----BEGIN OPENSSH PRIVATE KEY-----'
        Set-Content (Join-Path $folder notes.txt) 'notes'
        $fox, $owl, $bear = 'fox', 'owl', 'bear' | ForEach-Object { Join-Path $folder "$_.png" }

        function Get-Upload { Invoke-RestMethod "$($test.Admin)/uploads" | ForEach-Object { $_ } }
        function Get-Digest([string]$Path) { (Get-FileHash $Path).Hash.ToLowerInvariant() }
    }
    BeforeEach {
        Reset-Emulator $test
        $null = Invoke-RestMethod "$($test.Admin)/uploads" -Method Delete
        Push-Location $folder
    }
    AfterEach { Pop-Location }
    AfterAll { Exit-ImagenTest $test }

    It 'five models and two edits from one CSV, and a sixth model by the schema that it was asked for' {
        $null = Get-ImagenModel emulator/sketch -Refresh
        Set-Content models.csv @'
Key,Model,Prompt,ImagePath,AspectRatio,style
1,fal-ai/nano-banana,a fox,,3:2,
2,fal-ai/nano-banana-2,a fox,,8:1,
3,fal-ai/nano-banana-pro,a fox,,,
4,google/nano-banana-lite,a fox,,1:8,
5,fal-ai/gemini-25-flash-image,a fox,,,
6,fal-ai/nano-banana/edit,make it night,fox.png,,
7,fal-ai/nano-banana-2/edit,both of them,./fox.png; owl.png,,
8,emulator/sketch,a fox,,,INK
9,emulator/sketch,a fox,,,oils
10,fal-ai/nano-banana,a fox,,8:1,
'@
        $seen = Watch-Command { Import-Csv models.csv | New-ImagenImage -OutputDirectory (Join-Path $TestDrive living) }
        ($seen.Output | Sort-Object Index).Key | Should -Be (1..8)
        $seen.Output.State | Should -Be (@('Delivered') * 8)
        $seen.Output.Path | Should -Exist
        $seen.Error.FullyQualifiedErrorId | Should -Be $refused, $refused
        $seen.Error[0].Exception.Message | Should -BeLike "Row 9, key '9', emulator/sketch: style 'oils' is not one of *"
        $seen.Error[1].Exception.Message | Should -BeLike "Row 10, key '10', fal-ai/nano-banana: AspectRatio '8:1' is not one of *"

        $uploads = Get-Upload
        $uploads.sha256 | Sort-Object | Should -Be (@(Get-Digest fox.png; Get-Digest owl.png) | Sort-Object)
        $address = @{}
        $uploads | ForEach-Object { $address[$_.file_name] = $_.url }
        $sent = @{}
        Get-Bill $test | ForEach-Object { $sent[$_.model] = $_.input }
        $sent.Count | Should -Be 8
        $sent['fal-ai/nano-banana/edit'].image_urls | Should -Be @($address['fox.png'])
        $sent['fal-ai/nano-banana-2/edit'].image_urls | Should -Be $address['fox.png'], $address['owl.png']
        $sent['emulator/sketch'].style | Should -Be 'ink'

        # Completed by the same definitions, the one that was fetched too.
        foreach ($line in "New-ImagenImage x -Model fal-ai/nano-banana-2/edit -AspectRatio 8", "New-ImagenImage x -Model fal-ai/nano-b") {
            (TabExpansion2 $line).CompletionMatches.CompletionText -join ' ' | Should -Match '8:1|fal-ai/nano-banana/edit'
        }
        (TabExpansion2 'New-ImagenImage x -Model emulator/').CompletionMatches.CompletionText | Should -Contain 'emulator/sketch'
    }

    It 'what was delivered comes back with its files, and what is piped in is the same row: <from>' -ForEach @(
        @{ from = 'objects'; send = { $_ } }
        @{ from = 'CSV'; send = { $_ | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ from = 'JSON'; send = { $_ | ConvertTo-Json -Depth 5 | ConvertFrom-Json } }
        @{ from = 'CLIXML'; send = { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_)) } }
    ) {
        $out = Join-Path $TestDrive "piped $from"
        $results = [pscustomobject]@{ Prompt = 'make it night'; ImagePath = 'fox.png;owl.png'; ImageUri = 'https://a.example/x.png' } |
            New-ImagenImage -Model $edit -OutputDirectory $out
        $results.ImagePath | Should -Be "$fox; $owl"
        $results.ImageUri | Should -Be 'https://a.example/x.png'
        $results.AdditionalInput | Should -BeNullOrEmpty
        (Get-ImagenRequest).ImagePath | Should -Be "$fox; $owl"

        Set-Location ..
        ($results, (Get-ImagenRequest) | ForEach-Object { $_ | ForEach-Object $send } | New-ImagenImage -OutputDirectory $out).State | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 1
        ($results | ForEach-Object $send | New-ImagenImage -NoResume -OutputDirectory $out -FileName '{RequestId}').State | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 2
        Get-Upload | Should -HaveCount 2
    }

    It 'ImagePath takes <what>' -ForEach @(
        @{ what = 'a path relative to the location'; path = { 'fox.png' } }
        @{ what = 'a file object'; path = { Get-Item fox.png } }
        @{ what = 'what Resolve-Path returns'; path = { Resolve-Path fox.png } }
        @{ what = 'a path of a PowerShell drive'; path = { $null = New-PSDrive pics FileSystem $folder -Scope Global; 'pics:/fox.png' } }
        @{ what = 'a name with brackets, literally'; path = { Copy-Item fox.png 'fox[1].png'; 'fox[1].png' } }
        @{ what = 'a name with a semicolon, in a list'; path = { Copy-Item fox.png 'f;x.png'; , @('f;x.png') } }
    ) {
        (New-ImagenImage 'make it night' -Model $edit -ImagePath (& $path) -OutputDirectory (Join-Path $TestDrive taken)).State | Should -Be 'Delivered'
        (Get-Upload).sha256 | Should -Be (Get-Digest fox.png)
        Remove-PSDrive pics -ErrorAction Ignore
    }

    It 'a record cannot send <what>' -ForEach @(
        @{ what = 'a file that is no image'; path = 'id_rsa.png'; message = "Row 1: '$([IO.Path]::DirectorySeparatorChar)*id_rsa.png' is not an image: for a row, only files whose first bytes are those of a PNG, JPEG, WebP, GIF or AVIF are read. Send-ImagenFile uploads any other file. Nothing was sent." }
        @{ what = 'a file that is not there'; path = 'gone.png'; message = 'Row 1: There is no file *gone.png.*' }
        @{ what = 'a directory'; path = '.'; message = 'Row 1: * is a directory.*' }
        @{ what = 'an environment variable'; path = 'Env:/FAL_KEY'; message = "Row 1: 'Env:/FAL_KEY' is not a path of the file system.*" }
        @{ what = 'a file of a drive that is not there'; path = 'nowhere:/x.png'; message = "Row 1: 'nowhere:/x.png' is not a path of the file system.*" }
    ) {
        $seen = Watch-Command { [pscustomobject]@{ prompt = 'a'; imagepath = $path }, [pscustomobject]@{ prompt = 'b'; imagepath = 'fox.png' } | New-ImagenImage -Model $edit -OutputDirectory (Join-Path $TestDrive refused) }
        $seen.Error.FullyQualifiedErrorId | Should -Be $refused
        $seen.Error.Exception.Message | Should -BeLike $message
        $seen.Error.TargetObject.prompt | Should -Be 'a'
        $seen.Output.State | Should -Be 'Delivered'
        (Get-Upload).sha256 | Should -Be (Get-Digest fox.png)
        Get-Bill $test | Should -HaveCount 1
    }

    It 'what is received from <from> is the same row with its images' -ForEach @(
        @{ from = 'a request'; as = { $_ } }
        @{ from = 'its line in a CSV'; as = { $_ | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ from = 'its id alone'; as = { $_.RequestId } }
    ) {
        $request = [pscustomobject]@{ Prompt = 'make it night'; ImagePath = 'fox.png;owl.png'; ImageUri = 'https://a.example/x.png' } | New-ImagenImage -Model fal-ai/nano-banana-2/edit
        $rest = $from -like '*alone' ? @{ Model = $request.Model } : @{}
        $result = $request | ForEach-Object $as | Receive-ImagenResult -Wait @rest
        $result.ImagePath, $result.ImageUri, $result.AdditionalInput | Should -Be "$fox; $owl", 'https://a.example/x.png', $null
        $null = $result | New-ImagenImage
        Get-Bill $test | Should -HaveCount 1
    }

    It 'a row of addresses alone shows them as ImageUri, and is the same row when it comes back: <model>' -ForEach @(
        @{ model = 'fal-ai/nano-banana/edit'; given = @{ ImageUri = 'https://a.example/x.png' }; rest = $null }
        @{ model = 'emulator/sketch'; given = @{ AdditionalInput = @{ style = 'ink'; image_url = 'https://a.example/x.png' } }; rest = '{"style":"ink"}' }
    ) {
        $request = @{ prompt = 'night' } | New-ImagenImage -Model $model @given
        $request.ImageUri, $request.ImagePath, $request.AdditionalInput | Should -Be 'https://a.example/x.png', $null, $rest
        $null = $request | New-ImagenImage
        $null = Get-ImagenRequest | ConvertTo-Csv | ConvertFrom-Csv | New-ImagenImage
        Get-Bill $test | Should -HaveCount 1
        $null = $request | ConvertTo-Csv | ConvertFrom-Csv | New-ImagenImage -NoResume
        $sent = Get-Bill $test
        $sent | Should -HaveCount 2
        $sent.ForEach{ $_.input.PSObject.Properties | Sort-Object Name | Join-String { "$($_.Name)=$($_.Value)" } -Separator ',' } |
            Select-Object -Unique | Should -HaveCount 1
    }

    It 'a path in AdditionalInput stays text, and a file object there goes up whatever it is' {
        $request = New-ImagenImage 'a' -Model $edit -AdditionalInput @{ image_urls = @('notes.txt'); mask_url = Get-Item notes.txt }
        (Get-Upload).sha256 | Should -Be (Get-Digest notes.txt)
        $sent = (Get-Bill $test).input
        $sent.image_urls | Should -Be @('notes.txt')
        $sent.mask_url | Should -Be (Get-Upload).url

        # Its record names the file by its content, which is known while the address is.
        $request.AdditionalInput | Should -BeLike "*imagen4-file:sha256:$(Get-Digest notes.txt)*"
        (Get-ImagenRequest | New-ImagenImage -NoResume).State | Should -Be 'InQueue'
        (Get-Bill $test)[1].input.mask_url | Should -Be (Get-Upload).url
        Get-Upload | Should -HaveCount 1
    }

    It 'a column that may mean an image is named' {
        $seen = Watch-Command { [pscustomobject]@{ prompt = 'a'; image = 'fox.png' } | New-ImagenImage -Model fal-ai/nano-banana }
        $seen.Warning[0] | Should -BeLike '*image (ImagePath or ImageUri?)*'
    }

    It 'images come down the pipeline as <from>' -ForEach @(
        @{ from = 'files'; isPath = $true; make = { Get-ChildItem fox.png } }
        @{ from = 'files that were sent'; make = { Send-ImagenFile fox.png } }
        @{ from = 'files that were sent, by way of a CSV'; make = { Send-ImagenFile fox.png | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ from = 'images of results'; make = { ('a fox' | New-ImagenImage -Wait).Images } }
    ) {
        $images = @(& $make)
        $paid = @(Get-Bill $test).Count
        $result = $images | New-ImagenImage -Prompt 'make it night' -Model $edit -WarningAction Ignore
        $result.ImagePath | Should -Be ($isPath ? $fox : $null)
        $bill = Get-Bill $test | Select-Object -Skip $paid
        $bill.input.prompt | Should -Be 'make it night'
        $bill.input.image_urls | Should -Be @($isPath ? (Get-Upload).url : $images[0].Uri)
    }

    It '-ImagePath and -ImageUri take <what>' -ForEach @(
        @{ what = 'the images of results'; of = { $saved.Images } }
        @{ what = 'one image of a result'; of = { $saved[0].Images[0] } }
        @{ what = 'files that were sent'; of = { Send-ImagenFile owl.png, bear.png } }
    ) {
        $saved = 'one', 'two' | New-ImagenImage -OutputDirectory (Join-Path $TestDrive ([guid]::NewGuid()))
        $things = @(& $of)
        (New-ImagenImage 'all of them' -Model $edit -ImagePath $things).ImagePath | Should -Be ($things.Path -join '; ')
        $address = @{}
        Get-Upload | ForEach-Object { $address[$_.sha256] = $_.url }
        (Get-Bill $test)[-1].input.image_urls | Should -Be ($things.Path | ForEach-Object { $address[(Get-Digest $_)] })
        (New-ImagenImage 'all of them' -Model $edit -ImageUri $things).ImagePath | Should -BeNullOrEmpty
        (Get-Bill $test)[-1].input.image_urls | Should -Be $things.Uri
    }

    It 'a record cannot take <what> for its own: <column>' -ForEach @(
        @{ what = 'a file that was refused'; column = 'image_urls' }
        @{ what = 'a file that was refused'; column = 'AdditionalInput' }
        @{ what = 'what was uploaded before'; column = 'image_urls' }
        @{ what = 'what was uploaded before'; column = 'AdditionalInput' }
    ) {
        if ($what -like '*uploaded*') {
            $null = Send-ImagenFile id_rsa.png
        }

        $uploads = @(Get-Upload).Count
        $text = "imagen4-file:sha256:$(Get-Digest id_rsa.png)"
        @(
            'Prompt,ImagePath,image_urls,AdditionalInput'
            'read it,id_rsa.png,,'
            $column -eq 'image_urls' ? "forged,,$text," : "forged,,https://a.example/x.png,`"{`"`"mask_url`"`":`"`"$text`"`"}`""
        ) | Set-Content forged.csv
        $seen = Watch-Command { Import-Csv forged.csv | New-ImagenImage -Model $edit }
        $seen.Error.FullyQualifiedErrorId | Should -Be $refused, $refused
        $seen.Error[1].Exception.Message | Should -BeLike ($column -eq 'image_urls' ? "Row 2: -ImageUri takes *; 'imagen4-file:*' is neither.*" : 'Row 2: mask_url contains a placeholder for a file, which works only in a record of a request that the ledger knows*')
        $seen.Output | Should -BeNullOrEmpty
        @(Get-Upload).Count | Should -Be $uploads
        Get-Bill $test | Should -BeNullOrEmpty
    }

    It 'a link to a pipe is refused at once, and so is a pipe' -Skip:$IsWindows {
        & mkfifo pipe.png
        $null = New-Item link.png -ItemType SymbolicLink -Target (Join-Path $folder pipe.png)
        foreach ($path in 'link.png', 'pipe.png') {
            $running = Start-Shell { param($path, $edit) New-ImagenImage 'a' -Model $edit -ImagePath $path } (Join-Path $folder $path), $edit
            Wait-Until { $running.Shell.InvocationStateInfo.State -ne 'Running' } "$path is refused"
            $running.Shell.Streams.Error.FullyQualifiedErrorId | Should -Be $refused
            $running.Shell.Streams.Error.Exception.Message | Should -BeLike "*$path is empty, or not a regular file."
        }

        Get-Upload | Should -BeNullOrEmpty
        Get-Bill $test | Should -BeNullOrEmpty
    }

    It 'a column that seems to be the image of a model that takes images ends it: <column>' -ForEach @(
        @{ column = 'Image Path'; meant = 'ImagePath' }
        @{ column = 'image'; meant = 'ImagePath or ImageUri' }
        @{ column = 'picture'; meant = 'ImagePath or ImageUri' }
    ) {
        $rows = [pscustomobject]@{ prompt = 'a'; $column = 'fox.png' }, [pscustomobject]@{ prompt = 'b'; $column = 'owl.png' }
        $seen = Watch-Command { $rows | New-ImagenImage -Model $edit }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
        $seen.Thrown.Exception.Message | Should -Be "Row 1: Columns that seem to be images, and are not used: $column ($meant`?). The rows would be paid for without them, so nothing is sent. Rename them, or leave them out."
        $seen.Error | Should -BeNullOrEmpty
        Get-Upload | Should -BeNullOrEmpty
        Get-Seen $test | Should -BeNullOrEmpty

        # Beside the images of the row, and where it is blank, it is a column like any other.
        $other = [pscustomobject]@{ prompt = 'c'; ImagePath = 'fox.png'; $column = 'owl.png' }, [pscustomobject]@{ prompt = 'd'; ImagePath = 'fox.png'; $column = '' }
        @((Watch-Command { $other | New-ImagenImage -Model $edit }).Output.State) | Should -Be 'InQueue', 'InQueue'
    }

    It 'a path is no address, and an address is no path: <name> <value>' -ForEach @(
        @{ name = 'image_urls'; value = './fox.png'; message = "-ImageUri takes http and https addresses without a user, and data URIs; './fox.png' is neither. -ImagePath takes files. Nothing was sent." }
        @{ name = 'ImageUri'; value = 'file:///etc/hostname.png'; message = '-ImageUri is for addresses that the host can read; file:///etc/hostname.png is a file. Use -ImagePath. Nothing was sent.' }
        @{ name = 'ImageUri'; value = 'https://user:secret@a.example/x.png'; message = '-ImageUri takes http and https addresses without a user*' }
        @{ name = 'ImagePath'; value = 'https://a.example/x.png'; message = "-ImagePath is for files of this machine; 'https://a.example/x.png' is an address. Use -ImageUri. Nothing was sent." }
    ) {
        $given = @{ $name = $value }
        $typed = Watch-Command { New-ImagenImage 'a' -Model $edit @given }
        $piped = Watch-Command { [pscustomobject](@{ prompt = 'a' } + $given) | New-ImagenImage -Model $edit }
        $typed.Error.FullyQualifiedErrorId, $piped.Error.FullyQualifiedErrorId | Should -Be $refused, $refused
        $typed.Error.Exception.Message | Should -BeLike $message
        $piped.Error.Exception.Message | Should -BeLike "Row 1: $message"

        Get-Bill $test | Should -BeNullOrEmpty
    }

    It 'a directory is no image, and has no wildcards' {
        $null = New-Item sub -ItemType Directory -Force
        $seen = Watch-Command { New-ImagenImage 'a' -Model $edit -ImagePath sub }
        $seen.Error.FullyQualifiedErrorId | Should -Be $refused
        $seen.Error.Exception.Message | Should -Be "$(Join-Path $folder sub) is a directory. -ImagePath takes files, without wildcards."
        (Watch-Command { New-ImagenImage 'a' -Model $edit -ImagePath *.png }).Error.Exception.Message | Should -BeLike 'There is no file *`*.png.'
        Get-Bill $test | Should -BeNullOrEmpty
    }

    It 'an edit without an image is said once, and refused where the model needs one' {
        $other = 'fal-ai/nano-banana-2/edit'
        $seen = Watch-Command { 'a', 'b', 'c' | New-ImagenImage -Model $other }
        $seen.Warning | Should -Be "$other makes an image from other images, and the row has none (-ImagePath or -ImageUri)."
        $seen.Output.State | Should -Be 'InQueue', 'InQueue', 'InQueue'
        (Watch-Command { 'd' | New-ImagenImage -Model $other -ImagePath fox.png }).Warning | Should -BeNullOrEmpty
        (Watch-Command { 'e' | New-ImagenImage -Model $other -AdditionalInput @{ video_url = 'https://a.example/x.mp4' } }).Warning | Should -BeNullOrEmpty
        (Watch-Command { 'f' | New-ImagenImage -Model fal-ai/nano-banana }).Warning | Should -BeNullOrEmpty
        $paid = @(Get-Bill $test).Count
        $seen = Watch-Command { 'g' | New-ImagenImage -Model $edit }
        $seen.Error.Exception.Message | Should -BeLike 'Row 1*image_urls is missing (-ImagePath or -ImageUri)*'
        $seen.Error.FullyQualifiedErrorId | Should -Be $refused
        Get-Bill $test | Should -HaveCount $paid
    }

    It 'what was delivered continues when the file it was made from is gone, and another row does not' {
        $out = Join-Path $TestDrive gone
        Copy-Item fox.png passing.png
        $row = [pscustomobject]@{ Prompt = 'make it night'; ImagePath = 'passing.png' }
        $row | New-ImagenImage -Model $edit -OutputDirectory $out | Export-Csv gone.csv
        Remove-Item passing.png
        $again = Watch-Command { Import-Csv gone.csv | New-ImagenImage -OutputDirectory $out }
        $again.Error | Should -BeNullOrEmpty
        $again.Output.State, $again.Output.Path | Should -Be 'Delivered', (Import-Csv gone.csv).Path
        (Watch-Command { $row | New-ImagenImage -Model $edit -OutputDirectory $out }).Error.FullyQualifiedErrorId | Should -Be $refused
        Get-Bill $test | Should -HaveCount 1
        Get-Upload | Should -HaveCount 1
    }

    It 'a model by its name alone is told its endpoint id, and a pattern finds models' {
        (Watch-Command { New-ImagenImage 'a' -Model nano-banana-2 }).Error.Exception.Message | Should -BeLike "*'nano-banana-2' is not an endpoint id; fal-ai/nano-banana-2 is.*"
        (Find-ImagenModel *sketch*).Model | Should -Contain 'emulator/sketch'
        @(Find-ImagenModel *sketch*).Count | Should -Be @(Find-ImagenModel sketch).Count
        Get-Bill $test | Should -BeNullOrEmpty
    }

    It '-WhatIf names the files' {
        $said = Invoke-Pwsh "Import-Module '$ModuleManifest'; Set-ImagenProvider emulator -BaseUri '$($test.BaseUri)' -StorageUri '$($test.BaseUri)' -Default; 'a' | New-ImagenImage -Model $edit -ImagePath fox.png, owl.png -WhatIf; New-ImagenImage b -Model fal-ai/nano-banana-2/edit -AdditionalInput @{ pdf_url = Get-Item notes.txt } -WhatIf 3>`$null; New-ImagenImage c -WhatIf" $folder
        @($said -split '\r?\n' | Where-Object { $_ -like '*on target "row *' }).ForEach{ [regex]::Match($_, ', files: ([^"]*)"').Groups[1].Value } | Should -Be 'fox.png, owl.png', 'notes.txt', ''
        Get-Upload | Should -BeNullOrEmpty
    }

    It '-WhatIf checks the files and sends none' {
        $seen = Watch-Command { 'a', 'b' | New-ImagenImage -Model $edit -ImagePath fox.png -OutputDirectory (Join-Path $TestDrive whatif) -WhatIf }
        $seen.Error | Should -HaveCount 0
        (Watch-Command { New-ImagenImage 'a' -Model $edit -ImagePath notes.txt -WhatIf }).Error.FullyQualifiedErrorId | Should -Be $refused
        Get-Upload | Should -HaveCount 0
        Join-Path $env:IMAGEN4_HOME ledger.db | Should -Not -Exist
    }

    It 'a thousand rows that use the same three files send three, and after a kill and another run none' {
        $rows = Join-Path $TestDrive thousand.csv
        1..1000 | ForEach-Object { [pscustomobject]@{ Prompt = "row $_"; ImagePath = (@($fox, $owl, $bear) | Select-Object -Skip ($_ % 3) -First 2) -join ';' } } | Export-Csv $rows
        $line = "Import-Module '$ModuleManifest'; Set-ImagenProvider emulator -BaseUri '$($test.BaseUri)' -StorageUri '$($test.BaseUri)' -Default; Import-Csv '$rows' | New-ImagenImage -Model $edit -OutputDirectory '$(Join-Path $TestDrive thousand)' -FileName '{Index}' -ThrottleLimit 100 | Out-Null"
        Set-Emulator $test @{ generation_time = 0.5 }
        $process = Start-Process $PwshProgram (@($PwshArguments) + @('-NoProfile', '-Command', $line)) -PassThru -NoNewWindow
        Wait-Until { @(Read-Bill $test).Count - $test.Mark -ge 200 } 'the other process has submitted 200 rows'
        $process.Kill($true)
        $process.WaitForExit()
        Get-Upload | Should -HaveCount 3
        Set-Emulator $test @{ generation_time = 0 }

        $results = Import-Csv $rows | New-ImagenImage -Model $edit -OutputDirectory (Join-Path $TestDrive thousand) -FileName '{Index}' -ThrottleLimit 100 -ErrorAction SilentlyContinue -ErrorVariable problems -WarningAction SilentlyContinue
        Get-Upload | Should -HaveCount 3

        # A row whose POST was under way when the process died is in doubt; every other one is delivered, once.
        $problems | ForEach-Object { $_.FullyQualifiedErrorId | Should -BeLike 'SubmissionInDoubt,*' }
        @($results | Where-Object State -EQ Delivered).Count + $problems.Count | Should -Be 1000
        @(Get-Bill $test).Count | Should -BeLessOrEqual 1000
        (Get-Bill $test | Group-Object { $_.input.prompt } | Where-Object Count -GT 1) | Should -BeNullOrEmpty
    }
}
