# The objects users keep: flat, of plain types, and the same after CSV, JSON, CLIXML and jobs, where follow-up commands still know them.

Describe 'Objects' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        Reset-Emulator $test
        $request = 'a fox, "red"' | New-ImagenImage -Seed 5 -AspectRatio 16:9 -AdditionalInput @{ style = 'ink' } -Key k1
        $result = 'a hare' | New-ImagenImage -NumImages 2 -OutputDirectory (Join-Path $TestDrive out)

        function ConvertTo-Travelled($Object, [string]$Way) {
            $file = Join-Path $TestDrive "$([guid]::NewGuid())"
            switch ($Way) {
                'CSV' { $Object | Export-Csv $file; Import-Csv $file }
                'JSON' { $Object | ConvertTo-Json -Depth 5 | ConvertFrom-Json }
                'CLIXML' { $Object | Export-Clixml $file; Import-Clixml $file }
                'a job' { Start-Job { $args[0] } -ArgumentList $Object | Receive-Job -Wait -AutoRemoveJob }
            }
        }
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    It 'have plain types: states are text, times are UTC, texts of JSON' {
        $request.State | Should -BeOfType ([string])
        $request.SubmittedAt | Should -BeOfType ([datetime])
        $request.SubmittedAt.Kind | Should -Be 'Utc'
        [Math]::Abs(([datetime]::UtcNow - $request.SubmittedAt).TotalMinutes) | Should -BeLessThan 30
        $request.AdditionalInput | Should -Be '{"style":"ink"}'
        $request.StatusUri | Should -Be "$($test.BaseUri)/fal-ai/imagen4/requests/$($request.RequestId)/status"
        $result.Elapsed | Should -BeOfType ([double])
        $result.Path | Should -BeOfType ([string])
        $result.Images[0] | Should -BeOfType ([Imagen4.ImagenImage])
        $result.Images[0].Width | Should -Be 1024
        $result.Images[1].Index | Should -Be 2
        $result.Images.ToString() | Should -Be ($result.Images.Path -join '; ')
    }

    It 'carry every input of their row under the parameters'' names (<type>)' -ForEach @(
        @{ type = 'Imagen4.ImagenRequest' }, @{ type = 'Imagen4.ImagenResult' }
    ) {
        $inputs = (Get-Command New-ImagenImage).Parameters.Values |
            Where-Object { $_.Attributes.ValueFromPipelineByPropertyName -contains $true } | ForEach-Object Name | Where-Object { $_ -ne 'FileName' }
        $inputs.Count | Should -BeGreaterThan 10
        $inputs | Should -BeIn ($type -as [type]).GetProperties().Name
    }

    It 'show the important things in a table' {
        $shown = $request, $result | ForEach-Object { $_ | Format-Table | Out-String -Width 200 }
        $shown[0] | Should -Match 'Row\s+State\s+Age\s+Cost\s+Prompt\s+Result'
        $shown[0] | Should -Match 'InQueue\s+\d+ \w+\s+k1: a fox'
        $shown[1] | Should -Match 'Directory: .*out\s+Row\s+State\s+Cost\s+Prompt\s+File'
        $shown[1] | Should -Match "1\s+Delivered\s+\S+0\.10\s+a hare\s+$([regex]::Escape((Split-Path $result.Path -Leaf))) \+1"
    }

    It 'put the error where the path would be' {
        $failed = New-ImagenImage forbidden -Wait -ErrorAction SilentlyContinue
        $failed | Format-Table | Out-String -Width 250 | Should -Match 'Failed\s+forbidden\s+prompt: The content'
    }

    Context 'after <way>' -ForEach @(@{ way = 'CSV' }, @{ way = 'JSON' }, @{ way = 'CLIXML' }, @{ way = 'a job' }) {
        BeforeAll {
            $sent = ConvertTo-Travelled $request $way
            $got = ConvertTo-Travelled $result $way
        }

        It 'say the same' {
            $sent.RequestId | Should -Be $request.RequestId
            $sent.State | Should -Be 'InQueue'
            $sent.Seed | Should -Be 5
            $sent.AdditionalInput | Should -Be '{"style":"ink"}'
            $got.State | Should -Be 'Delivered'
            $got.Path | Should -Be $result.Path
            if ($way -ne 'CSV') {
                # A date of a CSV is in the words of the user's culture.
                ([datetime]$sent.SubmittedAt).ToUniversalTime() | Should -Be $request.SubmittedAt
                @($got.Images)[1].Path | Should -Be $result.Images[1].Path
                @($got.Images)[1].Sha256 | Should -Be $result.Images[1].Sha256
            }
            else {
                $got.Images | Should -Be ($result.Images.Path -join '; ')
            }
        }

        It 'are known to Get-ImagenRequestStatus' {
            $status = $sent, $got | Get-ImagenRequestStatus -Wait
            $status.State | Should -Be 'Completed', 'Completed'
            $status.RequestId | Sort-Object | Should -Be ($request.RequestId, $result.RequestId | Sort-Object)
        }

        It 'are known to Receive-ImagenResult, which keeps their row' {
            $received = $sent | Receive-ImagenResult -Wait -NoDownload
            $received.Key | Should -Be 'k1'
            $received.Prompt | Should -Be 'a fox, "red"'
            $received.AspectRatio | Should -Be '16:9'
            $received.Seed | Should -Be 5
            $received.AdditionalInput | Should -Be '{"style":"ink"}'
            $received.Index | Should -Be 1
        }

        It 'are known to Stop-ImagenRequest' {
            $seen = Watch-Command { $sent | Stop-ImagenRequest }
            $seen.Error.FullyQualifiedErrorId | Should -Be 'AlreadyCompleted,Imagen4.PowerShell.Commands.StopImagenRequestCommand'
        }

        It 'repeat their row in New-ImagenImage' {
            $sent | New-ImagenImage | Should -HaveCount 1
            (Get-Bill $test).input | ConvertTo-Json -Compress | Should -Be '{"prompt":"a fox, \"red\"","aspect_ratio":"16:9","seed":5,"style":"ink"}'
            $got | New-ImagenImage | Should -HaveCount 1
            (Get-Bill $test)[1].input.num_images | Should -Be 2
        }
    }

    It 'a failed row says why after CSV and CLIXML' {
        $failed = New-ImagenImage forbidden -Wait -ErrorAction SilentlyContinue
        foreach ($way in 'CSV', 'CLIXML') {
            $back = ConvertTo-Travelled $failed $way
            $back.State | Should -Be 'Failed'
            $back.Error | Should -BeLike '*checker refused it*'
            $back.ErrorType | Should -Be 'content_policy_violation'
        }
    }

    It 'the README''s way over a CSV works, in another process' {
        $csv = Join-Path $TestDrive requests.csv
        'one', 'two' | New-ImagenImage | Export-Csv $csv
        $out = Join-Path $TestDrive elsewhere
        $said = Invoke-Pwsh "
            Import-Module '$ModuleManifest'
            Set-ImagenProvider emulator -BaseUri '$($test.BaseUri)'
            Import-Csv '$csv' | Get-ImagenRequestStatus | ForEach-Object State
            Import-Csv '$csv' | Receive-ImagenResult -Wait -OutputDirectory '$out' | ForEach-Object State"
        $said -split '\s+' | Should -Be 'Completed', 'Completed', 'Delivered', 'Delivered'
        Get-ChildItem $out | Should -HaveCount 2
    }
}
