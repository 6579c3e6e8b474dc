# What files are called: default names, templates with subfolders, the FileName column, and a name that is taken.

Describe 'Names of files' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $refused = 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'

        # The names of all files below a directory, hidden ones too.
        function Get-Name([string]$Directory) {
            Get-ChildItem $Directory -Recurse -File -Force | ForEach-Object { [System.IO.Path]::GetRelativePath($Directory, $_.FullName) -replace '\\', '/' } | Sort-Object
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    Context 'default names' {
        It 'are the key of the row, else its number with the first words of its prompt' {
            $rows = [pscustomobject]@{ prompt = 'a red fox asleep'; key = '' }, [pscustomobject]@{ prompt = 'an owl'; key = 'hero' }, [pscustomobject]@{ prompt = 'a hare'; key = 'two'; num_images = 2 }
            $null = $rows | New-ImagenImage $out
            Get-Name $out | Should -Be '0001-a-red-fox-asleep.png', 'hero.png', 'two-1.png', 'two-2.png'
        }

        It 'are another file for each request: the same prompt twice, and twice again, with the same bytes' {
            $results = @('a fox', 'a fox' | ForEach-Object { New-ImagenImage $_ $out -Seed 1 }) + @(New-ImagenImage 'a fox', 'a fox' $out -Seed 1)
            $results.State | Should -Be (@('Delivered') * 4)
            Get-Name $out | Should -Be '0001-a-fox_2.png', '0001-a-fox_3.png', '0001-a-fox.png', '0002-a-fox.png'
            ($results.Path | Sort-Object -Unique) | Should -HaveCount 4
            ($results.Images.Sha256 | Sort-Object -Unique) | Should -HaveCount 1
            Get-Bill $test | Should -HaveCount 4
        }

        It 'never overwrite a file of other origin, nor fail for it' {
            $null = New-Item -ItemType Directory $out
            Set-Content (Join-Path $out hero.webp) mine -NoNewline
            Set-Content (Join-Path $out hero_2.png.json) mine -NoNewline
            $result = [pscustomobject]@{ prompt = 'a fox'; key = 'hero' } | New-ImagenImage $out
            $result.Path | Should -Be (Join-Path $out hero_3.png)
            Get-Content (Join-Path $out hero.webp) | Should -Be mine
        }

        It 'are not given to another request when the file is gone' {
            $first = New-ImagenImage 'a fox' $out
            Remove-Item $first.Path
            $second = New-ImagenImage 'a fox' $out
            $second.Path | Should -Be (Join-Path $out 0001-a-fox_2.png)
            $again = Get-ImagenRequest | Where-Object RequestId -EQ $first.RequestId | Receive-ImagenResult
            $again.Path | Should -Be $first.Path
            $again.Images.Sha256 | Should -Be $first.Images.Sha256
        }

        It 'stay when rows move' {
            $first = 'one', 'two' | ForEach-Object { [pscustomobject]@{ prompt = $_ } } | New-ImagenImage $out
            $again = 'zero', 'two', 'one' | ForEach-Object { [pscustomobject]@{ prompt = $_ } } | New-ImagenImage $out -WarningAction Ignore
            ($again | Where-Object Prompt -EQ one).Path | Should -Be ($first | Where-Object Prompt -EQ one).Path
            Get-Name $out | Should -Be '0001-one.png', '0001-zero.png', '0002-two.png'
            Get-Bill $test | Should -HaveCount 3
        }

        It 'are each one request''s when several processes save to one directory at once' {
            $script = "Import-Module '$ModuleManifest'
                Set-ImagenProvider here -Protocol FalQueue -BaseUri '$($test.BaseUri)' -Default
                `$env:IMAGEN4_HOME = '$($env:IMAGEN4_HOME)'
                New-ImagenImage 'a fox', 'a fox', 'a fox' '$out' -Seed 1 -ApiKey k -ThrottleLimit 3 | ForEach-Object Path"
            $encoded = [Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes($script))
            $paths = 1..3 | ForEach-Object -Parallel {
                & $using:PwshProgram @using:PwshArguments -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand $using:encoded
            } -ThrottleLimit 3
            $paths | Should -HaveCount 9
            $paths | Sort-Object -Unique | Should -HaveCount 9
            Get-Name $out | Should -HaveCount 9
            Get-Bill $test | Should -HaveCount 9
        }

        It 'overwrite a file of other origin with -Force, never the one of another request' {
            $null = New-Item -ItemType Directory $out
            Set-Content (Join-Path $out 0002-a-fox.png) mine -NoNewline
            $first = New-ImagenImage 'a fox' $out -Seed 1
            $results = 'a fox', 'a fox' | ForEach-Object { [pscustomobject]@{ prompt = $_; key = '' } } | New-ImagenImage $out -Force -Seed 2
            $results.State | Should -Be 'Delivered', 'Delivered'
            Get-Name $out | Should -Be '0001-a-fox_2.png', '0001-a-fox.png', '0002-a-fox.png'
            (Get-FileHash $first.Path).Hash | Should -Be $first.Images.Sha256
            (Get-ImagenRequest | Where-Object RequestId -EQ $first.RequestId).Path | Should -Be $first.Path
        }

        It 'overwrite the file of an earlier run of the row with -NoResume -Force, which that run then no longer has' {
            $row = [pscustomobject]@{ prompt = 'a fox'; key = 'hero' }
            $first = $row | New-ImagenImage $out
            $second = $row | New-ImagenImage $out -NoResume -Force
            $second.Path | Should -Be $first.Path
            Get-Name $out | Should -Be 'hero.png'
            (Get-FileHash $second.Path).Hash | Should -Be $second.Images.Sha256

            $earlier = Get-ImagenRequest -History | Where-Object RequestId -EQ $first.RequestId
            $earlier.Path | Should -BeNullOrEmpty
            $back = $earlier | Receive-ImagenResult -OutputDirectory "$out-2"
            (Get-FileHash $back.Path).Hash | Should -Be $first.Images.Sha256
        }
    }

    Context '-FileName' {
        It '<template>' -ForEach @(
            @{ template = '{Provider}/{Key}'; format = 'png'; name = 'emulator/row-a.png' }
            @{ template = '{Date}/{Key}-{ImageIndex}'; format = 'png'; name = "$([datetime]::Now.ToString('yyyy-MM-dd'))/row-a-1.png" }
            @{ template = '{Extension}/{Key}.{Extension}'; format = 'webp'; name = 'webp/row-a.webp' }
            @{ template = 'cat.png'; format = 'png'; name = 'cat.png' }
            @{ template = 'cat.png'; format = 'jpeg'; name = 'cat.jpg' }
            @{ template = 'cat.jpeg'; format = 'jpeg'; name = 'cat.jpeg' }
        ) {
            $result = [pscustomobject]@{ prompt = 'p'; key = 'row a' } | New-ImagenImage $out -FileName $template -OutputFormat $format
            Get-Name $out | Should -Be $name
            $result.Path | Should -Be ([System.IO.Path]::GetFullPath((Join-Path $out $name)))
        }

        It 'leaves each request its own file, where a file was deleted and another row takes its name' {
            $one, $two = 'one', 'two' | ForEach-Object { [pscustomobject]@{ prompt = $_ } }
            $first = $one | New-ImagenImage $out -FileName '{Index}'
            Remove-Item $first.Path
            $second = $two | New-ImagenImage $out -FileName '{Index}'
            $second.Path | Should -Be $first.Path

            $seen = Watch-Command { $one | New-ImagenImage $out -FileName '{Index}' }
            $seen.Error.FullyQualifiedErrorId | Should -BeLike 'FileExists,*'
            (Get-FileHash $second.Path).Hash | Should -Be $second.Images.Sha256
            $named = $one | New-ImagenImage $out -FileName 'first' -WarningAction Ignore
            (Get-FileHash $named.Path).Hash | Should -Be $first.Images.Sha256
            Get-Bill $test | Should -HaveCount 2
        }

        It 'overwrites the file of another request with -Force, which is then without it' {
            $first = [pscustomobject]@{ prompt = 'one' } | New-ImagenImage $out -FileName cat
            $second = [pscustomobject]@{ prompt = 'two' } | New-ImagenImage $out -FileName cat -Force
            $second.Path | Should -Be $first.Path
            (Get-FileHash $first.Path).Hash | Should -Be $second.Images.Sha256
            (Get-ImagenRequest | Where-Object RequestId -EQ $first.RequestId).Path | Should -BeNullOrEmpty
        }

        It 'tells whose a file is by what is in it: <how>' -ForEach @(
            @{ how = 'a template, then a default name'; directory = ''; first = @{ FileName = '0001-two' }; other = ''; second = @{} }
            @{ how = 'a subfolder, then its directory'; directory = ''; first = @{ FileName = 'sub/{Index}-two' }; other = 'sub'; second = @{} }
            @{ how = 'through a link, then the directory itself'; directory = 'link'; first = @{}; other = ''; second = @{} }
            @{ how = 'the directory itself, then by force'; directory = ''; first = @{ FileName = 'x' }; other = ''; second = @{ FileName = 'x'; Force = $true } }
        ) {
            if ($directory -eq 'link' -and $IsWindows) {
                Set-ItResult -Skipped -Because 'links need rights on Windows'
            }
            $null = New-Item -ItemType Directory (Join-Path $out sub)
            if (-not $IsWindows) {
                $null = New-Item -ItemType SymbolicLink -Path (Join-Path $out link) -Target $out
            }
            $row = [pscustomobject]@{ prompt = 'one' }
            $a = $row | New-ImagenImage (Join-Path $out $directory) @first
            Remove-Item $a.Path
            $b = 'two' | New-ImagenImage (Join-Path $out $other) @second
            Move-Item $b.Path $a.Path -Force

            # Whatever comes back for the first row, it is not the second one's picture.
            $again = Watch-Command { $row | New-ImagenImage (Join-Path $out $directory) @first }
            foreach ($image in $again.Output.Images.Where{ $_.Path }) {
                (Get-FileHash $image.Path).Hash | Should -Be $a.Images[0].Sha256
            }
            (Get-ImagenRequest | Where-Object RequestId -EQ $a.RequestId).Images.Where{ $_.Path }.ForEach{
                (Get-FileHash $_.Path).Hash | Should -Be $a.Images[0].Sha256
            }
            Get-Bill $test | Should -HaveCount 2
        }

        It 'saves no image that is larger than -MaxBytes, and fetches it when it may be' {
            $row = [pscustomobject]@{ prompt = 'one'; key = 'a' }
            $seen = Watch-Command { $row | New-ImagenImage $out -MaxBytes 100 }
            $seen.Error.FullyQualifiedErrorId | Should -BeLike 'DownloadFailed,*'
            "$($seen.Error)" | Should -BeLike '*The image is larger than 100 bytes.*'
            $seen.Error.ErrorDetails.RecommendedAction | Should -BeLike 'Receive-ImagenResult -RequestId * # up to 100 MB an image; nothing is paid for again'
            $seen.Error.ErrorDetails.RecommendedAction | Should -Not -BeLike '*MaxBytes*'
            Get-Name $out | Should -BeNullOrEmpty
            ($row | New-ImagenImage $out -WarningAction Ignore).State | Should -Be Delivered
            Get-Bill $test | Should -HaveCount 1
        }

        It 'keeps a picture that the user has changed' {
            $row = [pscustomobject]@{ prompt = 'one'; key = 'a' }
            $first = $row | New-ImagenImage $out
            [System.IO.File]::AppendAllText($first.Path, 'edited')
            $again = $row | New-ImagenImage $out -WarningAction Ignore
            $again.State, $again.Path | Should -Be 'Delivered', $first.Path
            [System.IO.File]::ReadAllText($first.Path) | Should -BeLike '*edited'
        }

        # Windows lets only administrators, or a developer mode, make links.
        It 'does not take a link that leads nowhere for a picture' -Skip:$IsWindows {
            $row = [pscustomobject]@{ prompt = 'one'; key = 'a' }
            $first = $row | New-ImagenImage $out
            Move-Item $first.Path "$($first.Path).moved"
            $null = New-Item -ItemType SymbolicLink -Path $first.Path -Target (Join-Path $out nowhere)
            $again = $row | New-ImagenImage $out -WarningAction Ignore
            $again.Path | Should -Be (Join-Path $out a_2.png)
            (Get-FileHash $again.Path).Hash | Should -Be $first.Images.Sha256
            Get-Bill $test | Should -HaveCount 1
        }

        It 'is a column too, which overrides the parameter' {
            $rows = [pscustomobject]@{ prompt = 'one'; FileName = 'own/{Index}' }, [pscustomobject]@{ prompt = 'two'; FileName = '' }
            $null = $rows | New-ImagenImage $out -FileName 'all-{Index}'
            Get-Name $out | Should -Be 'all-0002.png', 'own/0001.png'
        }

        It 'is refused for its row alone, where it is a cell: <template>' -ForEach @(
            @{ template = '{Nonsense}'; message = "Row 1: '{Nonsense}' is not a placeholder; use *" }
            @{ template = '../x'; message = "Row 1: The file name '../x' does not name a file in the output directory.*" }
            @{ template = '{Key'; message = "Row 1: The file name '{Key' has a brace without its counterpart.*" }
        ) {
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'one'; FileName = $template }, [pscustomobject]@{ prompt = 'two'; FileName = 'x' } | New-ImagenImage $out }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            "$($seen.Error)" | Should -BeLike $message
            Get-Name $out | Should -Be 'x.png'
            Get-Bill $test | Should -HaveCount 1
        }

        It 'is said to be of no use as a column where nothing is saved' {
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'one'; FileName = 'x' } | New-ImagenImage }
            $seen.Warning | Should -Contain 'The FileName column is not used: it needs -OutputDirectory.'
        }

        It 'does not lead out of the directory by a link' -Skip:$IsWindows {
            $elsewhere = Join-Path $TestDrive ([guid]::NewGuid())
            $null = New-Item -ItemType Directory $out, $elsewhere
            $null = New-Item -ItemType SymbolicLink (Join-Path $out link) -Target $elsewhere
            $seen = Watch-Command { New-ImagenImage 'p' $out -FileName 'link/x' }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            "$($seen.Error)" | Should -Be "The subfolder 'link' is a link that leads out of $out. Nothing was saved there."
            Get-ChildItem $elsewhere | Should -HaveCount 0
            Get-Bill $test | Should -HaveCount 0
        }
    }

    Context 'the second argument' {
        It 'is the output directory' {
            (New-ImagenImage 'a fox' $out).Path | Should -Be (Join-Path $out 0001-a-fox.png)
        }

        It 'may be new, with a prompt of several words, and must be one with one of a single word' {
            Push-Location (New-Item -ItemType Directory $out)
            try {
                (New-ImagenImage 'a fox' pictures).Path | Should -Be (Join-Path $out pictures 0001-a-fox.png)
                $seen = Watch-Command { New-ImagenImage a fox }
            }
            finally {
                Pop-Location
            }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be $refused
            $seen.Thrown.Exception.Message | Should -Be "'fox' is not a directory. Nothing was sent. Put a prompt of several words in quotes; to create that directory, write ./fox or -OutputDirectory fox."
            Get-Bill $test | Should -HaveCount 1
        }

        It 'may be the first where rows are piped in' {
            Push-Location (New-Item -ItemType Directory $out)
            try {
                $null = New-Item -ItemType Directory there
                [pscustomobject]@{ prompt = 'one' } | New-ImagenImage ./new | ForEach-Object Path | Should -Be (Join-Path $out new 0001-one.png)
                [pscustomobject]@{ prompt = 'two' } | New-ImagenImage there | ForEach-Object Path | Should -Be (Join-Path $out there 0001-two.png)
                'three' | New-ImagenImage there | ForEach-Object Path | Should -Be (Join-Path $out there 0001-three.png)
                $seen = Watch-Command { [pscustomobject]@{ prompt = 'four' } | New-ImagenImage nowhere }
            }
            finally {
                Pop-Location
            }
            "$($seen.Error)" | Should -Be "Row 1: there is a prompt in the pipeline ('four') and another in -Prompt ('nowhere'). Use one; for a directory, use -OutputDirectory."
            (Get-Bill $test).input.prompt | Should -Be 'one', 'two', 'three'
        }

        It 'is never a prompt that is paid for: <path>' -ForEach @(@{ path = './out' }, @{ path = '../out' }, @{ path = '.' }, @{ path = '~/out' }, @{ path = 'C:\out' }) {
            $seen = Watch-Command { New-ImagenImage $path }
            $seen.Error.FullyQualifiedErrorId | Should -Be $refused
            "$($seen.Error)" | Should -BeLike "*'$path' is a path, not a prompt. Nothing was sent. The prompt comes first, then the output directory:*"
            Get-Bill $test | Should -HaveCount 0
        }
    }
}
