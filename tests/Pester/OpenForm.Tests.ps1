# A host of OpenAI's form is a profile: its path, the header of its key and its names of inputs are data.
Describe 'A host of OpenAI''s form' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $sample = (Resolve-Path (Join-Path $PSScriptRoot '../../samples/OpenAIForm')).Path
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $setter = 'Imagen4.PowerShell.Commands.SetImagenProviderCommand'
        $path = '/deployments/{model}/images/generations?api-version=2025-04-01-preview'

        # The sample's host is played by the emulator.
        function Use-Sample {
            param([hashtable]$With = @{})
            $provider = Get-Content (Join-Path $sample provider.json) -Raw | ConvertFrom-Json
            $provider.BaseUri = "$($test.BaseUri)/openform"
            $provider | Set-ImagenProvider @With
            Copy-Item (Join-Path $sample models.json) (New-Item -ItemType Directory $env:IMAGEN4_HOME -Force)
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $env:IMAGEN4_HOME = Join-Path $TestDrive ([guid]::NewGuid())
        $env:IMAGES_API_KEY = 'images-key'
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterEach {
        Get-ImagenProvider | Where-Object { $_.Scope -ne 'BuiltIn' -and $_.Name -ne 'emulator' } | Remove-ImagenProvider
        Remove-Item Env:\IMAGES_API_KEY -ErrorAction Ignore
    }
    AfterAll { Exit-ImagenTest $test }

    It 'the sample takes a CSV to files: n, size and quality go out, the key in its own header' {
        Use-Sample
        $results = Import-Csv (Join-Path $sample prompts.csv) | New-ImagenImage -Provider images -OutputDirectory $out | Sort-Object Index
        $results.State | Should -Be 'Delivered', 'Delivered'
        $results[0].NumImages | Should -Be 2
        $results[0].Images | Should -HaveCount 2
        $results[0].BillableUnits | Should -BeGreaterThan 2000
        Get-ChildItem $out -Filter *.png | Should -HaveCount 3
        $bill = Get-Bill $test | Sort-Object { $_.input.prompt }
        $bill.host | Should -Be 'openform', 'openform'
        $bill.model | Should -Be 'gpt-image-2', 'gpt-image-2'
        $bill[0].input | ConvertTo-Json -Compress | Should -Be '{"model":"gpt-image-2","prompt":"A red fox in a snowy forest","size":"1536x1024","quality":"low","n":2}'
        $bill[1].input | ConvertTo-Json -Compress | Should -Be '{"model":"gpt-image-2","prompt":"A snowy owl","size":"1024x1024"}'
        $seen = Get-Seen $test
        $seen.path | Select-Object -Unique | Should -Be '/openform/deployments/gpt-image-2/images/generations?api-version=2025-04-01-preview'
        $seen[0].headers.'api-key' | Should -Be '***'
        $seen[0].headers.authorization | Should -BeNullOrEmpty
    }

    It 'a row is the same whatever the host calls its inputs: nothing is paid for again' {
        Use-Sample
        $row = [pscustomobject]@{ prompt = 'A fox [emulator:pixels=16]'; num_images = 2 }
        $first = $row | New-ImagenImage -Provider images -OutputDirectory $out
        Set-ImagenProvider images -InputName @{} -SubmitPath /v1/images/generations -KeyHeader 'Authorization: Bearer'
        $second = $row | New-ImagenImage -Provider images -OutputDirectory $out -WarningAction SilentlyContinue
        $second.LedgerId | Should -Be $first.LedgerId
        $second.NumImages | Should -Be 2
        Get-Bill $test | Should -HaveCount 1
    }

    It 'its rows are held against the data, and nothing is sent for <what>' -ForEach @(
        @{ what = 'a size it does not have'; row = @{ prompt = 'a'; size = '2x2' }; said = "*size '2x2' is not one of auto, 1024x1024, *" }
        @{ what = 'too many'; row = @{ prompt = 'a'; num_images = 11 }; said = '*NumImages 11 is outside 1 to 10*' }
        @{ what = 'the host''s own name of an input'; row = @{ prompt = 'a'; AdditionalInput = '{"n":3}' }; said = "Row 1: AdditionalInput has 'n', which is what images calls num_images: use NumImages" }
    ) {
        Use-Sample
        $seen = Watch-Command { [pscustomobject]$row | New-ImagenImage -Provider images }
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -BeLike $said
        Get-Seen $test | Should -BeNullOrEmpty
    }

    It 'what the host says of an input of its own name is explained' {
        Use-Sample
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; body = @{ error = @{ message = "Invalid value for 'n': 2."; type = 'invalid_request_error'; param = 'n'; code = 'invalid_value' } } }
        $seen = Watch-Command { New-ImagenImage 'a fox' -NumImages 2 -Provider images }
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -BeLike "*Invalid value for 'n': 2. ('n' is what it calls NumImages)*"
    }

    It '<words> is <id>' -ForEach @(
        @{ words = 'forbidden'; id = 'ContentPolicyViolation' }
        @{ words = '[emulator:content_policy_violation]'; id = 'ContentPolicyViolation' }
        @{ words = '[emulator:insufficient_quota]'; id = 'AccountLocked' }
    ) {
        Use-Sample
        $seen = Watch-Command { $words, 'an owl [emulator:pixels=16]' | New-ImagenImage -Provider images -Wait -ThrottleLimit 1 }
        @($seen.Error; $seen.Thrown).FullyQualifiedErrorId | Should -Be "$id,$command"
        Get-Bill $test | Should -HaveCount ($id -eq 'AccountLocked' ? 0 : 1)
    }

    It 'is kept for the user, and shown, in another process' {
        Use-Sample @{ Scope = 'User' }
        $shown = Invoke-Pwsh "Import-Module '$ModuleManifest'; Get-ImagenProvider images | ConvertTo-Json" | ConvertFrom-Json
        $shown.SubmitPath | Should -Be $path
        $shown.KeyHeader | Should -Be 'api-key'
        $shown.InputName | Should -Be '{"num_images":"n"}'
        $shown.Scope | Should -Be 'User'
        $settings = Get-Content (Join-Path $env:IMAGEN4_HOME settings.json) -Raw | ConvertFrom-Json
        $settings.providers[0].inputNames.num_images | Should -Be 'n'
        $settings.providers[0].keyHeader | Should -Be 'api-key'
        $settings.providers[0].submitPath | Should -Be $path
    }

    It 'the others are shown with what they have' {
        (Get-ImagenProvider fal).KeyHeader | Should -Be 'Authorization: Key'
        (Get-ImagenProvider fal).SubmitPath | Should -BeNullOrEmpty
        (Get-ImagenProvider aimlapi).KeyHeader | Should -Be 'Authorization: Bearer'
        (Get-ImagenProvider aimlapi).SubmitPath | Should -Be '/v1/images/generations'
        (Get-ImagenProvider aimlapi).InputName | Should -BeNullOrEmpty
    }

    Context 'a profile that is piped back' {
        It 'is what it was, and the built-in ones stay built in' {
            Use-Sample
            $before = Get-ImagenProvider | Select-Object * | ConvertTo-Json
            Get-ImagenProvider | Set-ImagenProvider
            Get-ImagenProvider | Select-Object * | ConvertTo-Json | Should -Be $before
        }

        It 'makes a copy of another name, by way of <way>' -ForEach @(
            @{ way = 'objects'; pass = { $_ } }
            @{ way = 'JSON'; pass = { $_ | ConvertTo-Json | ConvertFrom-Json } }
            @{ way = 'CLIXML'; pass = { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_)) } }
        ) {
            Use-Sample
            $of = @{ images = Get-ImagenProvider images; fal = Get-ImagenProvider fal }
            foreach ($name in 'images', 'fal') {
                $of[$name] | ForEach-Object $pass | Set-ImagenProvider -Name "$name-copy"
                $copy = Get-ImagenProvider "$name-copy"
                foreach ($property in 'Protocol', 'BaseUri', 'SubmitPath', 'KeyHeader', 'InputName', 'DefaultModel', 'ConcurrencyLimit', 'ApiKeyVariable') {
                    $copy.$property | Should -Be $of[$name].$property -Because "$name $property"
                }
            }
            $env:FAL_KEY_ID = 'half'
            (Get-ImagenProvider fal-copy).ApiKeySource | Should -BeNullOrEmpty -Because 'the halves of a key are halves still'
            Remove-Item Env:\FAL_KEY_ID
        }

        It 'several are saved, each as its own' {
            Use-Sample
            Set-ImagenProvider other -Protocol FalQueue -BaseUri https://other.example -ConcurrencyLimit 3
            $both = Get-ImagenProvider images, other
            Remove-ImagenProvider images, other
            $both | Set-ImagenProvider -Scope User
            (Get-ImagenProvider images).BaseUri | Should -Be "$($test.BaseUri)/openform"
            (Get-ImagenProvider images).InputName | Should -Be '{"num_images":"n"}'
            (Get-ImagenProvider other).BaseUri | Should -Be 'https://other.example/'
            (Get-ImagenProvider other).ConcurrencyLimit | Should -Be 3
            (Get-ImagenProvider other).InputName | Should -BeNullOrEmpty
        }
    }

    It 'refuses <kind>' -ForEach @(
        @{ kind = 'a path with a host'; given = @{ SubmitPath = 'https://evil.example/v1' }; said = "'https://evil.example/v1' cannot be a path for requests: *" }
        @{ kind = 'a path with a user'; given = @{ SubmitPath = '/user@evil/v1' }; said = "'/user@evil/v1' cannot be a path for requests: *" }
        @{ kind = 'a path that leads out'; given = @{ SubmitPath = '/../v1' }; said = "'/../v1' cannot be a path for requests: *" }
        @{ kind = 'a header that is none'; given = @{ KeyHeader = 'two words' }; said = '-KeyHeader takes the name of a header (api-key)*' }
        @{ kind = 'a header that means something'; given = @{ KeyHeader = 'Content-Length' }; said = "-KeyHeader: no key can be sent in 'Content-Length'*" }
        @{ kind = 'a name that is taken'; given = @{ InputName = @{ num_images = 'model' } }; said = "-InputName: num_images and model would both be sent as 'model'.*" }
        @{ kind = 'two of one name'; given = @{ InputName = @{ num_images = 'n'; seed = 'n' } }; said = "-InputName: * would both be sent as 'n'.*" }
        @{ kind = 'an input that is none'; given = @{ InputName = '{"num_image":"n"}' }; said = "-InputName: 'num_image' is not an input with a parameter. Those are: prompt, *" }
        @{ kind = 'names that are no table'; given = @{ InputName = 'n' }; said = "-InputName takes a table of names, such as @{ num_images = 'n' }." }
        @{ kind = 'a number for a name'; given = @{ InputName = @{ num_images = 1 } }; said = '-InputName takes a table of names*' }
    ) {
        $seen = Watch-Command { Set-ImagenProvider bad -Protocol ImagesGenerations -BaseUri $test.BaseUri @given }
        $seen.Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$setter"
        $seen.Thrown.Exception.Message | Should -BeLike $said
        (Get-ImagenProvider).Name | Should -Not -Contain 'bad'
    }

    It 'refuses <name> for a host whose protocol has a form of its own' -ForEach @(@{ name = 'SubmitPath'; value = '/x' }, @{ name = 'InputName'; value = @{ num_images = 'n' } }) {
        $given = @{ $name = $value }
        $seen = Watch-Command { Set-ImagenProvider bad -Protocol FalQueue -BaseUri $test.BaseUri @given }
        $seen.Thrown.Exception.Message | Should -Be "-$name is only for hosts of the protocol ImagesGenerations; FalQueue has its own form."
    }

    It 'does not repeat a key that is given for its header' {
        $key = "$([guid]::NewGuid().ToString('N'))Ab1"
        foreach ($given in @{ KeyHeader = "Authorization: Bearer $key" }, @{ KeyHeader = $key }, @{ SubmitPath = "/v1/images?code=$key" }) {
            $seen = Watch-Command { Set-ImagenProvider bad -Protocol ImagesGenerations -BaseUri $test.BaseUri @given }
            $seen.Thrown.FullyQualifiedErrorId | Should -Be "InvalidInput,$setter"
            "$($seen.Thrown)" | Should -Not -BeLike "*$key*"
        }
    }

    It 'headers and paths are completed' {
        (TabExpansion2 'Set-ImagenProvider x -KeyHeader a' 33).CompletionMatches.CompletionText | Should -Be "'Authorization: Bearer'", "'Authorization: Key'", 'api-key'
        (TabExpansion2 'Set-ImagenProvider x -SubmitPath /v' 34).CompletionMatches.CompletionText | Should -Be "'/v1/images/generations'"
    }

    It 'a model that the host refuses ends its own rows: one error, one warning, and the others are delivered' {
        $rows = 1..20 | ForEach-Object { [pscustomobject]@{ prompt = "fox $_"; model = $_ % 2 ? 'fal-ai/imagen4/preview' : 'fal-ai/nano-banana' } }
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 403; match = '/fal-ai/imagen4/preview'; count = -1; body = @{ detail = "Access to this model is blocked by your organization's access controls." } }
        $seen = Watch-Command { $rows | New-ImagenImage -Wait -ThrottleLimit 1 }
        $seen.Thrown | Should -BeNullOrEmpty
        $seen.Error.FullyQualifiedErrorId | Should -Be "ModelNotAvailable,$command"
        $seen.Error.Exception.Message | Should -BeLike 'Row 1*does not let this account or key use fal-ai/imagen4/preview: Access to this model is blocked*'
        $seen.Output | Where-Object State -EQ Completed | Should -HaveCount 10
        $seen.Output | Where-Object State -EQ Rejected | Should -HaveCount 1
        $seen.Warning | Where-Object { $_ -like 'Submitting to fal-ai/imagen4/preview at emulator has ended, because the host refuses that model. Rows of it that were not sent, and not paid for: 9.*' } | Should -HaveCount 1
        Get-Bill $test | Should -HaveCount 10

        $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
        ($rows | New-ImagenImage -Wait -WarningAction SilentlyContinue).State | Sort-Object -Unique | Should -Be 'Completed'
        Get-Bill $test | Should -HaveCount 20
    }

    It 'an account whose lock comes and goes delays a batch, and a warning says once why' {
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 403; after = 2; count = 2; body = @{ detail = 'User is locked. Reason: TOP_UP.' } }
        $seen = Watch-Command { 1..6 | ForEach-Object { "fox $_" } | New-ImagenImage -Wait -ThrottleLimit 2 }
        $seen.Error | Should -BeNullOrEmpty
        $seen.Output.State | Should -Be (@('Completed') * 6)
        $seen.Warning | Where-Object { $_ -like 'emulator has locked the account (*User is locked. Reason: TOP_UP). *' } | Should -HaveCount 1
        Get-Bill $test | Should -HaveCount 6
    }
}
