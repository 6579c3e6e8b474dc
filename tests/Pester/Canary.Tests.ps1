# A key goes to its provider's own scheme, host and port and nowhere else: not to another host, not to a screen, not to a disk.
# The provider is a server in front of the emulator that writes down what it is sent. Everything a host could name stands elsewhere:
# its own addresses and its images at one stranger, which sends whoever comes on to a second one.
Describe 'A key' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        . $PSScriptRoot/Canary/Find-Canary.ps1
        Add-Type -Path $PSScriptRoot/Canary/RecordingServer.cs
        $test = Enter-ImagenTest (Join-Path $TestDrive unused) -NoEmulator

        # With letters that every encoding writes differently.
        function New-Canary { "$([guid]::NewGuid().ToString('N')):s+e/c~r?$([guid]::NewGuid().ToString('N'))=" }
        $canary, $wrong = (New-Canary), (New-Canary)
        Start-KeyedEmulator $test $canary
        Reset-Emulator $test
        $second = [RecordingServer]::new($test.BaseUri, $null)
        $first = [RecordingServer]::new($null, $second.BaseUri)
        $front = [RecordingServer]::new($test.BaseUri, $null)
        foreach ($own in $test.BaseUri, 'https://queue.fal.run') {
            $front.Replacements.Add([System.Collections.Generic.KeyValuePair[string, string]]::new($own, $first.BaseUri))
        }

        # A host that repeats the key it was sent.
        $front.Replacements.Add([System.Collections.Generic.KeyValuePair[string, string]]::new('Image too small', "The image of $canary is too small"))

        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive life)).FullName
        $names = 'FAL_KEY', 'CHAINHUB_API_KEY', 'KKIAI_API_KEY', 'AIMLAPI_API_KEY', 'IMAGES_API_KEY', 'CANARY'
        $names | ForEach-Object { [Environment]::SetEnvironmentVariable($_, $canary) }
        $env:WRONG = $wrong
        $env:IMAGEN4_HOME = Join-Path $folder home
        try {
            $console = & $PwshProgram @PwshArguments -NoProfile -NonInteractive -File $PSScriptRoot/Canary/life.ps1 $ModuleManifest $front.BaseUri $test.Admin $first.BaseUri $folder 2>&1 | Out-String -Width 4000
        }
        finally {
            Remove-Item Env:\CANARY, Env:\WRONG
        }
        Set-Content (Join-Path $folder console.txt) $console

        # Every file there is, byte for byte.
        $files = Get-ChildItem $folder -Recurse -File -Force | ForEach-Object {
            @{ Name = [System.IO.Path]::GetRelativePath($folder, $_.FullName); Text = [System.Text.Encoding]::Latin1.GetString([System.IO.File]::ReadAllBytes($_.FullName)) }
        }
    }
    AfterAll {
        $front, $first, $second | Where-Object { $_ } | ForEach-Object { $_.Dispose() }
        Exit-ImagenTest $test
    }

    It 'would be found as <form>' -ForEach @(
        @{ form = 'raw'; make = { param($key) $key } }
        @{ form = 'URL'; make = { param($key) [uri]::EscapeDataString($key) } }
        @{ form = 'form'; make = { param($key) [System.Web.HttpUtility]::UrlEncode($key) } }
        @{ form = 'JSON of .NET'; make = { param($key) [System.Text.Json.Nodes.JsonValue]::Create($key).ToJsonString() } }
        @{ form = 'part'; make = { param($key) $key.Substring(0, 32) } }
        @{ form = 'hex'; make = { param($key) [Convert]::ToHexString([System.Text.Encoding]::UTF8.GetBytes($key)) } }
        @{ form = 'UTF-16 hex'; make = { param($key) [System.Net.NetworkCredential]::new('', $key).SecurePassword | ConvertFrom-SecureString -WarningAction Ignore } }
        @{ form = 'base64+0'; make = { param($key) [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes("abc$key and more")) } }
        @{ form = 'base64+1'; make = { param($key) [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes("Key $key")) } }
        @{ form = 'base64+2'; make = { param($key) [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes("ab$key!")) } }
        @{ form = 'base64+0'; make = { param($key) [System.Buffers.Text.Base64Url]::EncodeToString([System.Text.Encoding]::UTF8.GetBytes($key)) } }
        @{ form = 'UTF-16 base64+0'; make = { param($key) [Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes($key)) } }
    ) {
        Find-Canary "before $(& $make $canary) behind" $canary | Should -Contain $form
        Find-Canary "before $(& $make $wrong) behind" $canary | Should -BeNullOrEmpty
    }

    It 'went to its own host with every request, from the environment and from -ApiKey' {
        foreach ($path in '/fal-ai/', '/fal-sync/', '/chainhub/', '/kkiai/', '/aimlapi/', '/openform/') {
            $got = $front.Seen | Where-Object { ($_ -split "`n")[0] -like "* $path*" }
            @($got | Where-Object { $_.Contains($canary) }).Count | Should -BeGreaterThan 10 -Because $path
            $got | Where-Object { -not $_.Contains($canary) -and -not $_.Contains($wrong) } | Should -BeNullOrEmpty -Because $path
        }
        $front.Seen | Where-Object { $_ -like 'POST *' -and $_.Contains($wrong) } | Should -HaveCount 13
        $front.Seen | Where-Object { $_ -like 'POST /openform/*' -and $_ -match '(?m)^Authorization:' } | Should -BeNullOrEmpty
    }

    It 'did so in a life that had everything in it' {
        $console | Should -Match 'life: \d+ objects, \d+ errors'
        $errors = (Import-Clixml (Join-Path $folder errors.xml)).FullyQualifiedErrorId | ForEach-Object { ($_ -split ',')[0] }
        $expected = 'AuthenticationFailed', 'AccountLocked', 'ContentPolicyViolation', 'ModelNotAvailable', 'InvalidInput', 'RequestNotFound', 'DownloadFailed', 'SubmissionInDoubt', 'InvalidResponse', 'HostUnavailable', 'AlreadyCompleted', 'CancelNotSupported',
            'ApiKeyMissing', 'RateLimited', 'CostLimitReached', 'LedgerUnavailable', 'RequestFailed', 'RequestCancelled', 'WaitTimeout', 'InvalidMedia', 'FileExists',
            'WebhookInvalid', 'PriceUnknown', 'EmulatorUnavailable'
        $expected | Where-Object { $_ -notin $errors } | Should -BeNullOrEmpty
        foreach ($provider in 'fal', 'fal-sync', 'chainhub', 'kkiai', 'aimlapi', 'images') {
            foreach ($stream in 'Error', 'Verbose', 'Progress') {
                Import-Clixml (Join-Path $folder "$provider-$stream.xml") | Should -Not -BeNullOrEmpty -Because "$provider $stream"
            }
            Get-ChildItem (Join-Path $folder "$provider-0") -File | Should -Not -BeNullOrEmpty -Because $provider
        }
        foreach ($name in 'transcript.txt', 'said.txt', 'errors.txt', 'objects.csv', 'objects.json', 'objects.xml', 'exceptions.txt', 'get-error.txt', 'gallery.html') {
            ($files | Where-Object Name -EQ $name).Text.Length | Should -BeGreaterThan 1000 -Because $name
        }
        ($files | Where-Object Name -EQ said.txt).Text | Should -Match 'The image of \*+.* is too small' -Because 'the host has repeated the key'
        ($files | Where-Object Name -EQ transcript.txt).Text | Should -Match '(?m)^(VERBOSE: )?POST http'
        $files.Name | Where-Object { $_ -like 'home*settings.json' } | Should -Not -BeNullOrEmpty
        -join ($files | Where-Object Name -Like 'home*ledger.db*').Text | Should -Match '"images":\['
        ($files | Where-Object Name -Like 'home*ledger.db').Text.Length | Should -BeGreaterThan 1000
        $first.Seen | Where-Object { $_ -like 'POST /hook*' } | Should -Not -BeNullOrEmpty
        $front.Seen | Where-Object { $_ -like 'POST /storage/upload/initiate*' -and $_.Contains($canary) } | Should -HaveCount 2
        $first.Seen | Where-Object { $_ -like 'PUT /storage/uploads/*a file*' } | Should -HaveCount 2
        $errors | Should -Contain 'UploadFailed'
    }

    It 'is in none of the files: what was said, written down and saved' {
        $leaks = foreach ($file in $files) {
            Find-Canary $file.Text $canary, $wrong | ForEach-Object { "$($file.Name): $_" }
        }
        $leaks | Should -BeNullOrEmpty
    }

    It 'is in no request to any other host' {
        $first.Seen.Count | Should -BeGreaterThan 10
        $second.Seen.Count | Should -BeGreaterThan 10
        $first.Seen | Where-Object { $_ -notlike 'GET /_emulator/files/*' -and $_ -notlike 'POST /hook*' -and $_ -notlike 'PUT /storage/uploads/*' } | Should -BeNullOrEmpty
        $leaks = foreach ($request in @($first.Seen) + @($second.Seen)) {
            Find-Canary $request $canary, $wrong | ForEach-Object { "$(($request -split "`n")[0]): $_" }
            $request | Where-Object { $_ -match '(?m)^(Authorization|Cookie|Proxy-Authorization|api-key):' }
        }
        $leaks | Should -BeNullOrEmpty
    }
}
