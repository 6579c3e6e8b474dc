# -Sidecar: what is written beside an image, and what can be done with it.

Describe '-Sidecar' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'writes one flat object beside each image, with the names of a result' {
        $result = [pscustomobject]@{ prompt = 'a „Fuchs“ 🦊'; key = 'fox'; num_images = 2; aspect_ratio = '16:9'; Tag = @{ team = 'a' }; AdditionalInput = '{"guidance":3.5}' } |
            New-ImagenImage $out -Sidecar -Model fal-ai/imagen4/preview
        Get-ChildItem $out -Force | ForEach-Object Name | Sort-Object | Should -Be 'fox-1.png', 'fox-1.png.json', 'fox-2.png', 'fox-2.png.json'
        foreach ($image in $result.Images) {
            $json = Get-Content "$($image.Path).json" -Raw
            $sidecar = $json | ConvertFrom-Json
            $sidecar.PSObject.Properties.Value | ForEach-Object { $_ -is [string] -or $_ -is [ValueType] | Should -BeTrue }
            $sidecar.SchemaVersion | Should -Be 1
            foreach ($name in 'RequestId', 'Provider', 'Model', 'Key', 'Index', 'LedgerId', 'State', 'Prompt', 'NumImages', 'AspectRatio', 'Seed', 'BillableUnits', 'Cost', 'Currency', 'AdditionalInput', 'Tag', 'SubmittedAt', 'CompletedAt') {
                $sidecar.$name | Should -Be $result.$name -Because $name
                $result.$name | Should -Not -BeNullOrEmpty -Because $name
            }
            $sidecar.ImageIndex | Should -Be $image.Index
            $sidecar.FileName | Should -Be ([System.IO.Path]::GetFileName($image.Path))
            foreach ($name in 'ContentType', 'FileSize', 'Width', 'Height', 'Sha256') {
                $sidecar.$name | Should -Be $image.$name -Because $name
            }
            (Get-FileHash $image.Path).Hash | Should -Be $sidecar.Sha256
            $json | Should -Not -BeLike "*$TestDrive*"
        }
    }

    It 'has no key, no path and no query of a webhook' {
        $source = New-ImagenImage 'a fox' $out -FileName ref
        $null = New-ImagenImage 'at night' $out -Model fal-ai/nano-banana/edit -ImagePath $source.Path -WebhookUri 'http://127.0.0.1:9/hook?token=hidden' -ApiKey a-very-secret-key -Sidecar
        $json = Get-Content (Join-Path $out 0001-at-night.png.json) -Raw
        $json | Should -Not -Match 'hidden|a-very-secret-key'
        $json | Should -Not -BeLike "*$TestDrive*"
        ($json | ConvertFrom-Json).ImagePath | Should -Be 'ref.png'
    }

    It 'continues its request as a record, also one that was made from a file' {
        $source = New-ImagenImage 'a fox' $out -FileName ref
        $first = New-ImagenImage 'a fox' $out -Sidecar
        $edited = New-ImagenImage 'at night' $out -Model fal-ai/nano-banana/edit -ImagePath $source.Path -Sidecar
        Get-Bill $test | Should -HaveCount 3
        foreach ($result in $first, $edited) {
            $seen = Watch-Command { Get-Content "$($result.Path).json" -Raw | ConvertFrom-Json | New-ImagenImage $out }
            $seen.Output.RequestId | Should -Be $result.RequestId
            $seen.Output.Path | Should -Be $result.Path
            $seen.Error | Should -HaveCount 0
            $seen.Warning | Should -HaveCount 1
            (Get-Content "$($result.Path).json" | ConvertFrom-Json | New-ImagenImage -WarningAction Ignore).RequestId | Should -Be $result.RequestId
        }
        Get-Bill $test | Should -HaveCount 3

        $again = Get-Content "$($first.Path).json" | ConvertFrom-Json | New-ImagenImage $out -NoResume
        $again.Path | Should -Not -Be $first.Path
        Get-Bill $test | Should -HaveCount 4
    }

    It 'is written for rows that were saved without it, and left alone where it is there' {
        $rows = [pscustomobject]@{ prompt = 'one' }, [pscustomobject]@{ prompt = 'two' }
        $null = $rows | New-ImagenImage $out
        $null = $rows | New-ImagenImage $out -Sidecar -WarningAction Ignore
        $written = Get-ChildItem $out -Filter *.json
        $written | Should -HaveCount 2
        Set-ItemProperty $written[0].FullName LastWriteTimeUtc ([datetime]'2020-01-01')
        $null = $rows | New-ImagenImage $out -Sidecar -WarningAction Ignore
        (Get-Item $written[0].FullName).LastWriteTimeUtc | Should -Be ([datetime]'2020-01-01')
        (Get-Content $written[0].FullName | ConvertFrom-Json).State | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 2
    }

    It 'is an error before anything is paid for where a template names it and it is there' {
        $null = New-Item -ItemType Directory $out
        Set-Content (Join-Path $out fox.png.json) mine -NoNewline
        $seen = Watch-Command { New-ImagenImage 'a fox' $out -FileName fox -Sidecar }
        $seen.Error.FullyQualifiedErrorId | Should -Be 'FileExists,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        Get-Content (Join-Path $out fox.png.json) | Should -Be mine
        Get-Bill $test | Should -HaveCount 0
        (New-ImagenImage 'a fox' $out -FileName fox -Sidecar -Force).State | Should -Be 'Delivered'
        (Get-Content (Join-Path $out fox.png.json) | ConvertFrom-Json).Prompt | Should -Be 'a fox'
    }

    It 'is written by Receive-ImagenResult too' {
        $result = New-ImagenImage 'a fox' -Tag @{ team = 'a' } | Receive-ImagenResult -Wait -OutputDirectory $out -Sidecar
        $sidecar = Get-Content "$($result.Path).json" | ConvertFrom-Json
        $sidecar.RequestId | Should -Be $result.RequestId
        $sidecar.SubmittedAt | Should -Be $result.SubmittedAt
        $sidecar.Tag | Should -Be $result.Tag
    }
}
