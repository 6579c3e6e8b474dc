# -OutputDirectory, -FileName, -Force, -WhatIf: what is written, where, and what never is.

Describe 'New-ImagenImage: saving' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $refused = 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $exists = 'FileExists,Imagen4.PowerShell.Commands.NewImagenImageCommand'

        function Get-Signature([string]$Path) {
            [System.IO.File]::ReadAllBytes($Path)[0..3] -join ' '
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $work = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))).FullName
        $out = Join-Path $work out
    }
    AfterAll { Exit-ImagenTest $test }

    Context '-OutputDirectory' {
        It 'waits and saves every image under the number and the prompt of the row' {
            $result = New-ImagenImage 'a fox' -NumImages 3 -OutputDirectory $out
            $result | Should -BeOfType ([Imagen4.ImagenResult])
            $result.State | Should -Be 'Delivered'
            $result.Images | Should -HaveCount 3
            $result.Images.Path | Should -Be (1..3 | ForEach-Object { Join-Path $out "0001-a-fox-$_.png" })
            $result.Path | Should -Be $result.Images[0].Path
            Get-ChildItem $out -Force | ForEach-Object FullName | Should -Be $result.Images.Path
            foreach ($image in $result.Images) {
                Get-Signature $image.Path | Should -Be '137 80 78 71'
                (Get-FileHash $image.Path).Hash | Should -Be $image.Sha256
                (Get-Item $image.Path).Length | Should -Be $image.FileSize
            }
            Get-Bill $test | Should -HaveCount 1
        }

        It 'names the file by what it is: <format>' -ForEach @(
            @{ format = 'jpeg'; ending = '.jpg'; signature = '255 216 255 224' }
            @{ format = 'webp'; ending = '.webp'; signature = '82 73 70 70' }
        ) {
            $result = New-ImagenImage 'a fox' -OutputFormat $format -OutputDirectory $out
            [System.IO.Path]::GetExtension($result.Path) | Should -Be $ending
            Get-Signature $result.Path | Should -Be $signature
        }

        It 'saves what came inside the answer' {
            $result = New-ImagenImage 'a fox' -SyncMode $true -OutputDirectory $out
            Get-Signature $result.Path | Should -Be '137 80 78 71'
            Get-Seen $test | Where-Object path -Like '/_emulator/files/*' | Should -HaveCount 0
        }

        It 'is no file: <directory> names an image, and nothing is sent' -ForEach @(
            @{ directory = 'fox.png'; advice = '-OutputDirectory . -FileName fox' }
            @{ directory = './pictures/A fox.JPEG'; advice = "-OutputDirectory ./pictures -FileName 'A fox'" }
            @{ directory = 'fox.webp'; given = @{ FileName = 'owl' }; advice = '-OutputDirectory .' }
        ) {
            Push-Location $work
            try {
                $given ??= @{}
                $seen = Watch-Command { New-ImagenImage 'a fox' $directory @given }
                $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
                $seen.Thrown.Exception.Message | Should -BeLike "*'$directory' is the name of an image*Nothing was sent."
                $seen.Thrown.ErrorDetails.RecommendedAction | Should -Be "Run the same command with $advice in place of $($directory.Contains(' ') ? "'$directory'" : $directory)."
                $seen = Watch-Command { Receive-ImagenResult $UnknownId -OutputDirectory $directory @given }
                $seen.Thrown.ErrorDetails.RecommendedAction | Should -Be "Run the same command with $advice in place of $($directory.Contains(' ') ? "'$directory'" : $directory)."
                $seen = Watch-Command { 'a fox', 'an owl' | New-ImagenImage -OutputDirectory ./fox.png }
                $seen.Thrown.ErrorDetails.RecommendedAction | Should -Be "Run the same command with -OutputDirectory . -FileName 'fox-{Index}' in place of ./fox.png."
                Get-ChildItem $work | Should -HaveCount 0
                Get-Bill $test | Should -HaveCount 0

                # What exists is one all the same.
                $null = New-Item -ItemType Directory ./fox.png
                (New-ImagenImage 'a fox' ./fox.png).Path | Should -Exist
            }
            finally {
                Pop-Location
            }
        }

        It 'follows $PWD, not the folder the process is in' {
            Push-Location $work
            try {
                [Environment]::CurrentDirectory | Should -Not -Be $work
                $result = New-ImagenImage 'a fox' -OutputDirectory ./pictures
            }
            finally {
                Pop-Location
            }
            $result.Path | Should -BeLike (Join-Path $work pictures '*.png')
            $result.Path | Should -Exist
        }

        It 'takes the path of a PSDrive' {
            $null = New-PSDrive -Name ImagenOut -PSProvider FileSystem -Root $work
            $result = New-ImagenImage 'a fox' -OutputDirectory ImagenOut:/deep/down
            Remove-PSDrive ImagenOut
            $result.Path | Should -BeLike (Join-Path $work deep down '*.png')
            $result.Path | Should -Exist
        }

        It 'takes brackets and blanks for what they are' {
            $result = New-ImagenImage 'a fox' -OutputDirectory (Join-Path $work 'my [best] images')
            Test-Path -LiteralPath $result.Path | Should -BeTrue
            [System.IO.Path]::GetFileName([System.IO.Path]::GetDirectoryName($result.Path)) | Should -Be 'my [best] images'
        }

        It 'is an error and nothing is sent: <kind>' -ForEach @(
            @{ kind = 'a file'; path = { Set-Content (Join-Path $work taken) 'x'; Join-Path $work taken }; message = 'The output directory *taken is a file.' }
            @{ kind = 'below a file'; path = { Set-Content (Join-Path $work taken) 'x'; Join-Path $work taken below }; message = 'The output directory *' }
            @{ kind = 'no folder of the file system'; path = { 'Env:\PATH' }; message = "-OutputDirectory 'Env:\PATH' is not a folder of the file system." }
            @{ kind = 'a drive that is not there'; path = { 'NoSuchDrive:\out' }; message = "-OutputDirectory 'NoSuchDrive:\out' is not a folder of the file system." }
            @{ kind = 'empty'; path = { '' }; message = '-OutputDirectory is empty.' }
            @{ kind = 'blanks'; path = { '  ' }; message = '-OutputDirectory is empty.' }
            @{ kind = 'an unset variable'; path = { $null }; message = '-OutputDirectory is empty.' }
        ) {
            $directory = & $path
            $seen = Watch-Command { 'one', 'two' | New-ImagenImage -OutputDirectory $directory }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
            $seen.Thrown.Exception.Message | Should -BeLike $message
            $seen.Output | Should -HaveCount 0
            Get-Bill $test | Should -HaveCount 0
        }

        It 'does not go with -Wait:$false' {
            $seen = Watch-Command { New-ImagenImage 'p' -OutputDirectory $out -Wait:$false }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
            $seen.Thrown.Exception.Message | Should -Be '-OutputDirectory waits for the images: it cannot be used with -Wait:$false.'
            $out | Should -Not -Exist
            Get-Bill $test | Should -HaveCount 0
        }

        It 'is needed by <parameter>' -ForEach @(
            @{ parameter = '-FileName'; given = @{ FileName = 'x' } }
            @{ parameter = '-Force'; given = @{ Force = $true } }
            @{ parameter = '-Sidecar'; given = @{ Sidecar = $true } }
        ) {
            $seen = Watch-Command { New-ImagenImage 'p' @given }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
            $seen.Thrown.Exception.Message | Should -Be "$parameter says how files are saved: it needs -OutputDirectory."
            Get-Bill $test | Should -HaveCount 0
        }
    }

    Context '-FileName' {
        It '<template>' -ForEach @(
            @{ template = '{Index}-{ImageIndex}'; names = '0001-1.png', '0001-2.png' }
            @{ template = '{Key}'; names = 'row-a-2.png', 'row-a.png' }
            @{ template = '{Seed}_{ImageIndex}'; names = '7_1.png', '7_2.png' }
            @{ template = '{Provider} {ImageIndex}'; names = 'emulator-1.png', 'emulator-2.png' }
            @{ template = 'fixed'; names = 'fixed-2.png', 'fixed.png' }
        ) {
            $null = [pscustomobject]@{ prompt = 'p'; key = 'row a'; seed = 7; num_images = 2 } |
                New-ImagenImage -OutputDirectory $out -FileName $template
            Get-ChildItem $out | ForEach-Object Name | Sort-Object | Should -Be $names
        }

        It 'cannot leave its folder, whatever a prompt says' {
            $result = New-ImagenImage '../../../etc/passwd: "<a>" | b' -OutputDirectory $out -FileName '{Prompt}'
            [System.IO.Path]::GetDirectoryName($result.Path) | Should -Be $out
            [System.IO.Path]::GetFileName($result.Path) | Should -Not -Match '[\\/:"<>|]'
        }

        It 'is refused, and nothing is sent: <template>' -ForEach @(
            @{ template = '../{Index}'; message = "The file name '../{Index}' does not name a file in the output directory. Subfolders are separated by /, as in '{Provider}/{Key}'; another directory is given with -OutputDirectory." }
            @{ template = '{Nonsense}'; message = "'{Nonsense}' is not a placeholder; use {Index}, {Key}, {RequestId}, {ImageIndex}, {Seed}, {Provider}, {Model}, {Prompt}, {Date}, {Extension}." }
        ) {
            $seen = Watch-Command { New-ImagenImage 'p' -OutputDirectory $out -FileName $template }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
            $seen.Thrown.Exception.Message | Should -Be $message
            Get-Bill $test | Should -HaveCount 0
        }

        It 'gives no two rows the same name' {
            $seen = Watch-Command { 'one', 'two' | New-ImagenImage -OutputDirectory $out -FileName fixed }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            "$($seen.Error)" | Should -BeLike "Row 2: Two rows of this batch would be saved as 'fixed'. Nothing was sent for this one;*"
            Get-Bill $test | Should -HaveCount 1
        }
    }

    Context 'a name that would be a file and a folder' {
        It 'is one row''s only, and the other is not paid for' {
            $rows = [pscustomobject]@{ prompt = 'p'; filename = 'a' }, [pscustomobject]@{ prompt = 'q'; filename = 'a.png/b' }
            $seen = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            $within = Join-Path a.png b
            "$($seen.Error)" | Should -Be "Row 2: Two rows of this batch would be saved as '$within' and 'a.png', where 'a.png' cannot be both a folder and a file. Nothing was sent for this one; change the FileName of one of them."
            (Get-Bill $test).input.prompt | Should -Be 'p'
        }
    }

    Context 'files that are there already' {
        It 'are never overwritten, and the row is not paid for' {
            $null = New-Item -ItemType Directory $out
            Set-Content (Join-Path $out taken.png) 'mine' -NoNewline
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'p'; key = 'taken' }, [pscustomobject]@{ prompt = 'q'; key = 'free' } | New-ImagenImage -OutputDirectory $out -FileName '{Key}' }
            $seen.Error.FullyQualifiedErrorId | Should -Be $exists
            $seen.Error.CategoryInfo.Category | Should -Be 'WriteError'
            "$($seen.Error)" | Should -Be "Row 1, key 'taken': $(Join-Path $out taken.png) already exists. Nothing was sent; use -Force to overwrite it."
            $seen.Error.ErrorDetails.RecommendedAction | Should -Be 'Run the same command with another -FileName, or with -Force to overwrite the file.' -Because 'another directory makes new rows of those that were paid for'
            Get-Content (Join-Path $out taken.png) | Should -Be 'mine'
            $seen.Output.Key | Should -Be 'free'
            (Get-Bill $test).input.prompt | Should -Be 'q'
        }

        It 'may be those of other rows, where the order of a table has changed: said before it is paid for, with names that stay' {
            $rows = 'one', 'two' | ForEach-Object { [pscustomobject]@{ prompt = $_; key = "k-$_" } }
            $null = $rows | New-ImagenImage -OutputDirectory $out -FileName 'image-{Index}'
            $grown = @([pscustomobject]@{ prompt = 'new'; key = 'k-new' }) + $rows
            $seen = Watch-Command { $grown | New-ImagenImage -OutputDirectory $out -FileName 'image-{Index}' }
            "$($seen.Error)" | Should -Be "Row 1, key 'k-new': $(Join-Path $out image-0001.png) already exists, perhaps as another row's image: {Index} changes when rows are added or moved. Nothing was sent. Use another name, such as -FileName 'image-{Key}'; -Force overwrites the file."
            $seen.Error.ErrorDetails.RecommendedAction | Should -Be "Run the same command with -FileName 'image-{Key}'."
            Get-Bill $test | Should -HaveCount 2

            # The command does what it is recommended for.
            $results = $grown | New-ImagenImage -OutputDirectory $out -FileName 'image-{Key}' -WarningAction Ignore
            ($results | Where-Object Key -EQ 'k-new').Path | Should -Be (Join-Path $out image-k-new.png)
            Get-Bill $test | Should -HaveCount 3

            $seen = Watch-Command { @([pscustomobject]@{ prompt = 'no key' }) + $rows | New-ImagenImage -OutputDirectory $out -FileName 'image-{Index}' }
            $seen.Error.ErrorDetails.RecommendedAction | Should -Be "Run the same command with -FileName 'image-{Index}-{RequestId}'."
        }

        It 'are never overwritten when they appear meanwhile; the object says what is paid for' {
            Set-Emulator $test @{ generation_time = 3 }
            $null = New-Item -ItemType Directory $out
            $summary = "$($test.Admin)/summary"

            # A bill stays: who looks late sees it too.
            $job = Start-ThreadJob {
                while (-not (Invoke-RestMethod $using:summary).bills) { Start-Sleep -Milliseconds 10 }
                Set-Content (Join-Path $using:out late.png) 'mine' -NoNewline
            }
            $seen = Watch-Command { New-ImagenImage 'p' -OutputDirectory $out -FileName late }
            $null = $job | Wait-Job | Receive-Job -ErrorAction Stop
            $seen.Error.FullyQualifiedErrorId | Should -Be $exists
            $seen.Error.Exception.Message | Should -Be "Row 1, request $($seen.Output.RequestId): $(Join-Path $out late.png) already exists and was not overwritten."
            Get-Content (Join-Path $out late.png) | Should -Be 'mine'
            $seen.Output.State | Should -Be 'Completed'
            $seen.Output.RequestId | Should -Be (Get-Bill $test).request_id
            Get-ChildItem $out -Force | Should -HaveCount 1
        }

        It 'are overwritten with -Force' {
            $null = New-Item -ItemType Directory $out
            Set-Content (Join-Path $out taken.png) 'mine'
            $result = New-ImagenImage 'p' -OutputDirectory $out -FileName taken -Force
            Get-Signature $result.Path | Should -Be '137 80 78 71'
            $result.Path | Should -Be (Join-Path $out taken.png)
        }
    }

    Context '-WhatIf and -Confirm' {
        It 'sends nothing and creates nothing, not even the directory' {
            $output = 'one', 'two' | New-ImagenImage -OutputDirectory $out -WhatIf
            $output | Should -BeNullOrEmpty
            Get-Seen $test | Where-Object path -NotLike '/v1/models/pricing*' | Should -HaveCount 0
            $work | Get-ChildItem -Force | Should -HaveCount 0
            $env:IMAGEN4_HOME | Should -Not -Exist
        }

        It 'says for each row how many images of which model at which provider' {
            $said = Invoke-Pwsh "
                Import-Module '$ModuleManifest'
                Set-ImagenProvider here -Protocol FalQueue -BaseUri '$($test.BaseUri)' -Default
                [pscustomobject]@{ prompt = 'a fox'; num_images = 2 }, 'a hare' | New-ImagenImage -ApiKey k -WhatIf"
            $lines = $said -split "`r?`n"
            $lines | Should -HaveCount 3
            $lines[0] | Should -Be 'What if: Performing the operation "Generate with fal-ai/imagen4/preview at here, images: 2, cost: unknown" on target "row 1: a fox".'
            $lines[1] | Should -Be 'What if: Performing the operation "Generate with fal-ai/imagen4/preview at here, images: 1, cost: unknown" on target "row 2: a hare".'
            $lines[2] | Should -BeLike 'What if: In all, rows to be generated: 2, cost: unknown. *'
            Get-Seen $test | Should -HaveCount 0
        }

        It 'still finds bad input with -WhatIf' {
            $seen = Watch-Command { New-ImagenImage 'p' -NumImages 5 -WhatIf }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
        }
    }
}
