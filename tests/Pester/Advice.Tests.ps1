# What an error tells the user to do next: one thing, and the right one.

Describe 'Advice' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        function Get-Failure([scriptblock]$Script) {
            $seen = Watch-Command $Script
            $seen.Thrown ?? $seen.Error
        }
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll { Exit-ImagenTest $test }

    Context 'Values' {
        It 'a number in words names the range of the model: <from>' -ForEach @(
            @{ from = 'a parameter'; run = { New-ImagenImage 'a fox' -NumImages five } }
            @{ from = 'a column'; run = { [pscustomobject]@{ prompt = 'a fox'; num_images = 'five' } | New-ImagenImage } }
        ) {
            $failure = Get-Failure $run
            $failure.Exception.Message | Should -Be "Row 1: NumImages is 'five', not a whole number. fal-ai/imagen4/preview takes 1 to 4."
            Get-Bill $test | Should -HaveCount 0
        }

        It 'several values are for Expand-ImagenPrompt: <given>' -ForEach @(
            @{ given = @('1:1', '16:9') }
            @{ given = '1:1,16:9' }
        ) {
            $failure = Get-Failure { New-ImagenImage 'a fox' -AspectRatio $given }
            $failure.Exception.Message | Should -BeLike "*takes one value, and was given several*Expand-ImagenPrompt PROMPT -AspectRatio '1:1','16:9' | New-ImagenImage"
            $failure.ErrorDetails.RecommendedAction | Should -Be "Expand-ImagenPrompt PROMPT -AspectRatio '1:1','16:9' | New-ImagenImage"
            Get-Bill $test | Should -HaveCount 0
        }

        It 'an unknown provider: Get-ImagenProvider' {
            $failure = Get-Failure { New-ImagenImage 'a fox' -Provider emulatr }
            $failure.Exception.Message | Should -BeLike "There is no provider 'emulatr'. *Did you mean 'emulator'?"
            $failure.ErrorDetails.RecommendedAction | Should -Be 'Get-ImagenProvider # lists the providers; Set-ImagenProvider adds one'
        }

        It 'a new provider without a protocol names the protocols' {
            $failure = Get-Failure { Set-ImagenProvider mine -BaseUri https://images.example }
            $failure.Exception.Message | Should -BeLike "There is no provider 'mine'. *To add it, also give -Protocol: FalQueue, FalSync, FalAggregator or ImagesGenerations."
            $failure.ErrorDetails.RecommendedAction | Should -Be 'Get-Help Set-ImagenProvider -Parameter Protocol # shows what it takes'
        }

        It 'a new provider without an address names -BaseUri alone' {
            $failure = Get-Failure { Set-ImagenProvider mine -Protocol FalQueue }
            $failure.Exception.Message | Should -BeLike '*To add it, also give -BaseUri: the address of the host, such as https://images.example/v1.'
        }

        It 'a provider that is nearly there' {
            (Get-Failure { Set-ImagenProvider chainhubb -BaseUri https://images.example }).Exception.Message | Should -BeLike "*Did you mean 'chainhub'?"
        }

        It 'an input that looks misspelt: the model, and how to send it all the same' {
            $failure = Get-Failure { New-ImagenImage 'a fox' -AdditionalInput @{ num_image = 2 } }
            $failure.Exception.Message | Should -BeLike "*AdditionalInput has 'num_image', which the model spells num_images. Nothing was sent."
            $failure.ErrorDetails.RecommendedAction | Should -Be 'Get-ImagenModel fal-ai/imagen4/preview | ForEach-Object Inputs # shows what the model takes; -SkipInputCheck sends the inputs as they are given'
            Get-Bill $test | Should -HaveCount 0
            $null = New-ImagenImage 'a fox' -AdditionalInput @{ num_image = 2 } -SkipInputCheck
            (Get-Bill $test).input.num_image | Should -Be 2
        }

        It '-SkipInputCheck sends no key, and nothing that is no input' {
            (Get-Failure { New-ImagenImage 'a fox' -AdditionalInput @{ Prompt = 'another' } -SkipInputCheck }).FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            (Get-Failure { New-ImagenImage 'a fox' -NumImages five -SkipInputCheck }).FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            Get-Bill $test | Should -HaveCount 0
        }
    }

    Context 'Mistakes' {
        It 'the next command mends it: <from>' -ForEach @(
            @{ from = 'nothing to generate'; run = { New-ImagenImage }; advice = "New-ImagenImage 'a red fox' -OutputDirectory ./out" }
            @{ from = 'a name for nothing that is saved'; run = { New-ImagenImage 'a fox' -FileName x }; advice = 'Run the same command with -OutputDirectory ./out.' }
            @{ from = 'a page of nothing that is saved'; run = { New-ImagenImage 'a fox' -Gallery }; advice = 'Run the same command with -OutputDirectory ./out.' }
            @{ from = 'saved without waiting'; run = { New-ImagenImage 'a fox' -OutputDirectory $TestDrive -Wait:$false }; advice = 'Run the same command without -Wait:$false.' }
            @{ from = 'columns refused'; run = { [pscustomobject]@{ prompt = 'a fox'; zebra = 1 } | New-ImagenImage -Strict }; advice = 'Rename or remove these columns, or run the same command without -Strict.' }
            @{ from = 'two rows with one name'; run = { 'a fox', 'an owl' | New-ImagenImage -OutputDirectory (Join-Path $TestDrive twice) -FileName same }; advice = 'Run the same command with {RequestId}, {Index} or {Key} in -FileName.' }
            @{ from = 'an image for a model that takes none'; run = { New-ImagenImage 'a fox' -ImageUri https://images.example/a.png }; advice = 'Find-ImagenModel -Category image-to-image' }
            @{ from = 'an image for a model whose edit takes one'; run = { New-ImagenImage 'a fox' -Model fal-ai/nano-banana-2 -ImageUri https://images.example/a.png }; advice = 'Run the same command with -Model fal-ai/nano-banana-2/edit.' }
            @{ from = 'any other value'; run = { 5 | New-ImagenImage }; advice = 'Correct what the message names, then run the same command again.' }
            @{ from = 'nothing to expand'; run = { Expand-ImagenPrompt }; advice = "Expand-ImagenPrompt 'a {red|blue} fox' | New-ImagenImage -OutputDirectory ./out" }
            @{ from = 'too many rows'; run = { Expand-ImagenPrompt '{a|b|c}' -MaxRows 2 }; advice = 'Run the same command with -MaxRows 3.' }
            @{ from = 'a misspelt state'; run = { Get-ImagenRequest -State Faild }; advice = 'Run the same command with -State Failed.' }
            @{ from = 'no state at all'; run = { Get-ImagenRequest -State zzz }; advice = 'Get-Help Get-ImagenRequest -Parameter State # shows what it takes' }
            @{ from = 'records of no request'; run = { [pscustomobject]@{ x = 1 } | Get-ImagenRequest }; advice = 'Get-ImagenRequest # lists the requests with their LedgerId; pipe them into this command' }
            @{ from = 'rows that were never sent'; run = { [pscustomobject]@{ RequestId = '' } | Receive-ImagenResult }; advice = 'Get-ImagenRequest -State Failed, Rejected, InDoubt | Format-List Prompt, State, Error # shows what became of such rows' }
            @{ from = 'saved and not downloaded'; run = { Receive-ImagenResult $UnknownId -NoDownload -Force }; advice = 'Run the same command without -NoDownload.' }
            @{ from = 'nothing to settle'; run = { Resolve-ImagenRequest }; advice = 'Get-ImagenRequest -State InDoubt | Resolve-ImagenRequest' }
            @{ from = 'nothing to remove'; run = { Remove-ImagenRequest }; advice = 'Remove-ImagenRequest -Before (Get-Date).AddDays(-30) -WhatIf # shows what would be removed; without -WhatIf it is' }
            @{ from = 'nothing to show'; run = { Export-ImagenGallery }; advice = 'Export-ImagenGallery ./out' }
            @{ from = 'the running emulator'; run = { Remove-ImagenProvider emulator }; advice = 'Stop-ImagenEmulator' }
            @{ from = 'a host without a catalogue'; run = { Get-ImagenModel google/imagen4/preview -Provider kkiai -Refresh }; advice = 'Get-ImagenModel -Provider kkiai' }
        ) {
            $failure = @(Get-Failure $run)[-1]
            $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidInput,*'
            $failure.ErrorDetails.RecommendedAction | Should -Be $advice
        }
    }

    Context 'Files' {
        It 'Show-ImagenImage of a directory shows its images, and no sidecar: <how>' -ForEach @(
            @{ how = 'Path'; show = { Show-ImagenImage $folder } }
            @{ how = 'LiteralPath'; show = { Show-ImagenImage -LiteralPath $folder } }
            @{ how = 'piped'; show = { Get-Item $folder | Show-ImagenImage } }
        ) {
            $folder = (New-Item -ItemType Directory (Join-Path $TestDrive "it's $([guid]::NewGuid())")).FullName
            $null = New-ImagenImage 'a fox' -OutputDirectory $folder -Sidecar
            $seen = Watch-Command $show
            $seen.Error | Should -BeNullOrEmpty
            $seen.Warning | Should -BeLike 'Images not shown, because the output is redirected *: 1.'
        }

        It 'Show-ImagenImage of a file that is missing lists what is there' {
            $failure = Get-Failure { Show-ImagenImage (Join-Path $TestDrive missing.png) }
            $failure.Exception.Message | Should -Be "There is no file $(Join-Path $TestDrive missing.png)."
            $failure.ErrorDetails.RecommendedAction | Should -Be "Get-ChildItem -LiteralPath '$TestDrive'"
        }

        It 'Export-ImagenGallery does not advise parameters that it lacks' {
            $page = Join-Path $TestDrive notes.html
            Set-Content $page 'my notes'
            $result = New-ImagenImage 'a fox' -OutputDirectory (Join-Path $TestDrive gallery)
            $failure = Get-Failure { $result | Export-ImagenGallery $page }
            $failure.FullyQualifiedErrorId | Should -Be 'FileExists,Imagen4.PowerShell.Commands.ExportImagenGalleryCommand'
            $failure.ErrorDetails.RecommendedAction | Should -Be 'Run the same command with another -Path, or with -Force to overwrite the file.'
            Get-Content $page | Should -Be 'my notes'
        }

        It 'a file in place of the output directory: another directory' {
            $file = Join-Path $TestDrive a-file
            Set-Content $file 'mine'
            $failure = Get-Failure { New-ImagenImage 'a fox' -OutputDirectory $file }
            $failure.Exception.Message | Should -Be "The output directory $file is a file."
            $failure.ErrorDetails.RecommendedAction | Should -Be 'Run the same command with another -OutputDirectory, or rename or move the file.'
            Get-Content $file | Should -Be 'mine'
        }
    }

    Context 'File names' {
        It 'a row with a checksum of its own keeps its FileName template' {
            $folder = Join-Path $TestDrive checksums
            $row = [pscustomobject]@{ prompt = 'a fox'; key = 'hero'; FileName = 'fox-{Key}'; Sha256 = 'ab12' }
            ($row | New-ImagenImage -OutputDirectory $folder -WarningAction Ignore).Path | Should -Be (Join-Path $folder fox-hero.png)
        }

        It 'the FileName of an image, or of a sidecar, is no template' {
            $folder = Join-Path $TestDrive sidecars
            $result = New-ImagenImage 'a fox' -OutputDirectory $folder -FileName 'one' -Sidecar
            Get-Content (Join-Path $folder one.png.json) | ConvertFrom-Json | New-ImagenImage -OutputDirectory "$folder-2" -WarningAction Ignore | Select-Object -ExpandProperty Path |
                Should -Be (Join-Path "$folder-2" '0001-a-fox.png')
            $result.Images | Select-Object FileName, ContentType, Sha256, @{ n = 'Prompt'; e = { 'an owl' } } | New-ImagenImage -OutputDirectory "$folder-3" -WarningAction Ignore |
                Select-Object -ExpandProperty Path | Should -Be (Join-Path "$folder-3" '0001-an-owl.png')
        }
    }

    Context 'Refusals' {
        It 'a refused row is advised one thing, now and later: <kind>' -ForEach @(
            @{ kind = 'content policy'; prompt = '[emulator:content_policy_violation]'; advice = 'Change the prompt in the table*' }
            @{ kind = 'input'; prompt = '[emulator:nothing_known]'; advice = 'Change the row*same command*' }
        ) {
            $row = [pscustomobject]@{ prompt = $prompt; key = 'a' }
            $first = Get-Failure { $row | New-ImagenImage -Wait }
            $first.ErrorDetails.RecommendedAction | Should -BeLike $advice
            $again = Get-Failure { $row | New-ImagenImage -Wait }
            $again.Exception.Message | Should -BeLike '*This input was refused before and was not sent again.'
            $again.ErrorDetails.RecommendedAction | Should -Be $first.ErrorDetails.RecommendedAction
        }
    }

    Context 'Commands' {
        It 'a wait that timed out names the command that saves the images where they belong: from <from>' -ForEach @(
            @{ from = 'an argument'; run = { New-ImagenImage 'slow [emulator:seconds=60]' $folder -TimeoutSec 1 } }
            @{ from = 'a CSV'; run = { [pscustomobject]@{ prompt = 'slow [emulator:seconds=60]'; key = 'k' } | ConvertTo-Csv | ConvertFrom-Csv | New-ImagenImage -OutputDirectory $folder -TimeoutSec 1 } }
            @{ from = 'the pipeline'; run = { New-ImagenImage 'slow [emulator:seconds=60]' | Receive-ImagenResult -Wait -OutputDirectory $folder -TimeoutSec 1 } }
        ) {
            $folder = Join-Path $TestDrive "it's $from"
            $failure = Get-Failure $run
            $failure.FullyQualifiedErrorId | Should -BeLike 'WaitTimeout,*'
            $next = $failure.ErrorDetails.RecommendedAction
            $failure.Exception.Message | Should -BeLike "*Fetch it with: $([wildcardpattern]::Escape($next))"
            $next | Should -BeLike "Receive-ImagenResult -RequestId *-* -Provider emulator -Model fal-ai/imagen4/preview -Wait -OutputDirectory '*it''s $from'"
            { [scriptblock]::Create($next) } | Should -Not -Throw
            (Get-Bill $test) | Should -HaveCount 1
        }

        It 'a request that ended without an image: the command that generates it again, and saves it where it was to be' {
            $failure = Get-Failure { 'none [emulator:images=0]' | New-ImagenImage -OutputDirectory $TestDrive/none }
            $failure.FullyQualifiedErrorId | Should -BeLike 'RequestFailed,*'
            $next = $failure.ErrorDetails.RecommendedAction
            $next | Should -BeLike "Get-ImagenRequest -RequestId * | New-ImagenImage -NoResume -OutputDirectory '$TestDrive/none' # generates it again, and pays for it"
            $again = Watch-Command ([scriptblock]::Create(($next -replace ' generates it.*')))
            $again.Output.Directory | Should -Be "$TestDrive/none"
            Get-Bill $test | Should -HaveCount 2
            $failure = Get-Failure { New-ImagenImage 'none [emulator:images=0]' -Wait }
            $failure.ErrorDetails.RecommendedAction | Should -BeLike '*New-ImagenImage -NoResume -Wait # generates it again*'
        }

        It 'Receive-ImagenResult of a failed row: the directory of the row, for which its batch does not pay again' {
            $out = Join-Path $TestDrive 'of the row'
            $rows = [pscustomobject]@{ prompt = 'late [emulator:seconds=2][emulator:generation_timeout]' }
            $null = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out -TimeoutSec 1 }
            $failure = Get-Failure { Get-ImagenRequest -Unfinished | Receive-ImagenResult -Wait }
            $id = (Get-ImagenRequest).RequestId
            $failure.ErrorDetails.RecommendedAction | Should -Be "Get-ImagenRequest -RequestId $id | New-ImagenImage -OutputDirectory '$out' # submits it again, and pays for it"
        }

        It 'Receive-ImagenResult of a refused prompt does not advise to run it again' {
            $request = New-ImagenImage '[emulator:content_policy_violation]'
            $failure = Get-Failure { $request | Receive-ImagenResult -Wait -NoDownload }
            $failure.FullyQualifiedErrorId | Should -BeLike 'ContentPolicyViolation,*'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike "(Get-ImagenRequest -RequestId $($request.RequestId)).Prompt # shows *"
            (& ([scriptblock]::Create("(Get-ImagenRequest -RequestId $($request.RequestId)).Prompt"))) | Should -Be '[emulator:content_policy_violation]'
        }

        It 'Receive-ImagenResult of a request that failed names the request' {
            $request = New-ImagenImage '[emulator:generation_timeout]'
            $failure = Get-Failure { $request | Receive-ImagenResult -Wait -NoDownload }
            $failure.ErrorDetails.RecommendedAction | Should -Be "Get-ImagenRequest -RequestId $($request.RequestId) | New-ImagenImage -OutputDirectory ./out # submits it again, and pays for it"
        }

        It 'a request that was cancelled is submitted again by its id, and no other with it' {
            $request = New-ImagenImage 'a fox [emulator:seconds=600]'
            $request | Stop-ImagenRequest
            $failure = Get-Failure { $request | Receive-ImagenResult -NoDownload }
            $failure.FullyQualifiedErrorId | Should -BeLike 'RequestCancelled,*'
            $failure.ErrorDetails.RecommendedAction | Should -Be "Get-ImagenRequest -RequestId $($request.RequestId) | New-ImagenImage -OutputDirectory ./out # submits it again, and pays for it"
        }

        It 'a request that its host has is fetched, and not submitted and paid for again: <kind>' -ForEach @(
            @{ kind = 'the key is refused'; fault = @{ status = 401; body = @{ detail = 'No' } }; id = 'AuthenticationFailed'
                advice = 'Get-ImagenProvider shows *; then Receive-ImagenResult -RequestId {0} fetches the result, which is not paid for again.' }
            @{ kind = 'the answer is none'; fault = @{ status = 200; body = @{ images = $null } }; id = 'InvalidResponse'
                advice = 'Receive-ImagenResult -RequestId {0} -Verbose # asks for the result again, which is not paid for again, *' }
        ) {
            Add-Fault $test (@{ operation = 'result'; kind = 'status'; count = -1 } + $fault)
            $failure = Get-Failure { New-ImagenImage 'a fox' -OutputDirectory "$TestDrive/$kind" }
            $failure.FullyQualifiedErrorId | Should -BeLike "$id,*"
            $failure.ErrorDetails.RecommendedAction | Should -BeLike ($advice -f (Get-ImagenRequest).RequestId)
            Get-Bill $test | Should -HaveCount 1
        }

        It 'a request that had ended is fetched by its id' {
            $request = New-ImagenImage 'a fox'
            $null = Get-ImagenRequestStatus $request.RequestId -Wait
            (Get-Failure { Stop-ImagenRequest $request.RequestId }).ErrorDetails.RecommendedAction | Should -Be "Receive-ImagenResult -RequestId $($request.RequestId) # fetches its result"
        }

        It 'an id that two providers have given: every command names the provider' {
            $request = New-ImagenImage 'a fox'
            $null = Get-ImagenRequestStatus $request.RequestId -Wait
            $failed = New-ImagenImage '[emulator:generation_timeout]'
            Set-Persona $test.BaseUri
            $env:CHAINHUB_API_KEY = 'k'
            try {
                foreach ($id in $request.RequestId, $failed.RequestId) {
                    Add-Fault $test @{ operation = 'submit'; kind = 'reset' }
                    $doubt = New-ImagenImage 'another fox' -Provider chainhub -ErrorAction SilentlyContinue
                    Add-Fault $test @{ operation = 'status'; kind = 'status'; status = 202; body = @{ status = 'IN_PROGRESS' } }
                    $null = $doubt | Resolve-ImagenRequest -RequestId $id
                }

                (Get-Failure { Receive-ImagenResult $request.RequestId }).Exception.Message |
                    Should -Be "The ledger knows request $($request.RequestId) of several providers: emulator, chainhub. Nothing was asked; name one with -Provider."
                (Get-Failure { $request | Stop-ImagenRequest }).ErrorDetails.RecommendedAction |
                    Should -Be "Receive-ImagenResult -RequestId $($request.RequestId) -Provider emulator # fetches its result"
                (Get-Failure { $failed | Receive-ImagenResult -Wait -NoDownload }).ErrorDetails.RecommendedAction |
                    Should -Be "Get-ImagenRequest -RequestId $($failed.RequestId) -Provider emulator | New-ImagenImage -OutputDirectory ./out # submits it again, and pays for it"
                (Get-ImagenRequest -RequestId $failed.RequestId -Provider emulator).Prompt | Should -Be '[emulator:generation_timeout]'
            }
            finally {
                $env:CHAINHUB_API_KEY = $null
                'fal', 'fal-sync', 'chainhub', 'kkiai', 'aimlapi' | Remove-ImagenProvider
            }
        }

        It 'a cancel names what is to be fetched only where there is something' {
            $delivered = New-ImagenImage 'a fox' (Join-Path $TestDrive delivered)
            $ended = New-ImagenImage 'an owl'
            $null = Get-ImagenRequestStatus $ended.RequestId -Wait
            (Watch-Command { $delivered, $delivered | Stop-ImagenRequest }).Other | Should -Be 'Requests cancelled: 0. Had already ended: 2. Could not be cancelled: 0.'
            (Watch-Command { $delivered, $ended | Stop-ImagenRequest }).Other | Should -BeLike '*To fetch what had ended: Get-ImagenRequest -State Completed | Receive-ImagenResult -OutputDirectory ./out'
        }

        It 'an id that nobody knows: a command that does no harm' {
            (Get-Failure { Get-ImagenRequest $UnknownId }).ErrorDetails.RecommendedAction | Should -Be "Receive-ImagenResult -RequestId $UnknownId"
            $advice = (Get-Failure { Receive-ImagenResult $UnknownId -NoDownload }).ErrorDetails.RecommendedAction
            $advice | Should -BeLike "*, Get-ImagenRequest | Where-Object RequestId -EQ $UnknownId | Remove-ImagenRequest -Force removes it from the ledger; the next run of its batch then generates it again, and pays for it."
            $seen = Watch-Command { Get-ImagenRequest | Where-Object RequestId -EQ $UnknownId | Remove-ImagenRequest -Force }
            $seen.Error.Count, $seen.Thrown | Should -Be 0, $null
        }

        It 'a request that its host does not know yet: the same command, a little later' {
            $request = New-ImagenImage 'a fox'
            Add-Fault $test @{ operation = 'status'; kind = 'status'; status = 404; count = -1; body = @{ detail = 'Not found' } }
            Add-Fault $test @{ operation = 'result'; kind = 'status'; status = 404; count = -1; body = @{ detail = 'Not found' } }
            $failure = Get-Failure { $request | Receive-ImagenResult -NoDownload }
            $failure.FullyQualifiedErrorId | Should -BeLike 'RequestNotFound,*'
            $failure.ErrorDetails.RecommendedAction | Should -BeLike 'Run the same command again in a minute: *'
        }

        It 'Show-ImagenImage of a file that is no image lists the images beside it' {
            $folder = (New-Item -ItemType Directory (Join-Path $TestDrive "it's text")).FullName
            $file = Join-Path $folder notes.txt
            Set-Content $file 'notes'
            $failure = Get-Failure { Show-ImagenImage $file }
            $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidMedia,*'
            $failure.Exception.Message | Should -Be "$file is not a PNG, JPEG or WebP image."
            $failure.ErrorDetails.RecommendedAction | Should -Be "Get-ChildItem -LiteralPath '$($folder.Replace("'", "''"))' -File -Include *.png, *.jpg, *.webp"
            { & ([scriptblock]::Create($failure.ErrorDetails.RecommendedAction)) } | Should -Not -Throw
        }

        It 'a prompt without quotes comes back with them' {
            $failure = Get-Failure { New-ImagenImage A 'red fox''s' }
            $failure.Exception.Message | Should -BeLike "*to create that directory, write './red fox''s' or -OutputDirectory 'red fox''s'."
            $failure.ErrorDetails.RecommendedAction | Should -Be "New-ImagenImage 'A red fox''s' ./out"
        }
    }

    Context 'Rows' {
        It 'an error names the key beside the number: <what>' -ForEach @(
            @{ what = 'refused here'; row = @{ prompt = 'a'; key = 'two'; num_images = 'five' } }
            @{ what = 'refused by the check'; row = @{ prompt = 'a'; key = 'two'; num_images = 9 } }
            @{ what = 'refused by the host'; row = @{ prompt = '[emulator:nothing_known]'; key = 'two' } }
            @{ what = 'refused by the checker'; row = @{ prompt = '[emulator:content_policy_violation]'; key = 'two' } }
        ) {
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'fine' }, [pscustomobject]$row | New-ImagenImage -Wait }
            $seen.Error.Exception.Message | Should -BeLike "Row 2, key 'two'[:,] *"
        }

        It 'a key is said once' {
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'a'; key = 'k' }, [pscustomobject]@{ prompt = 'b'; key = 'k' } | New-ImagenImage }
            $seen.Error.Exception.Message | Should -BeLike "Row 2: The key 'k' is in this pipeline twice*"
        }

        It 'rows without a key, and arguments, have none in their error' {
            (Watch-Command { New-ImagenImage 'a' -NumImages 9 }).Error.Exception.Message | Should -BeLike 'Row 1, fal-ai*'
            (Watch-Command { 'a' | New-ImagenImage -NumImages 9 }).Error.Exception.Message | Should -BeLike 'Row 1, fal-ai*'
        }

        It 'a key with control characters does not write to the terminal' {
            $seen = Watch-Command { [pscustomobject]@{ prompt = 'a'; key = "k`e[31m"; num_images = 9 } | New-ImagenImage }
            $seen.Error.Exception.Message | Should -Not -Match "`e"
        }
    }

    Context 'Prompts' {
        It 'alternatives in braces are sent as they stand, and the command that expands them is named, once' {
            $seen = Watch-Command { New-ImagenImage 'a {red|blue} fox' }
            $seen.Warning | Should -Be "Row 1: the prompt has alternatives in braces, which are sent as they stand: {red|blue}. To generate each of them: Expand-ImagenPrompt 'a {red|blue} fox' | New-ImagenImage"
            Reset-Emulator $test
            $seen = Watch-Command { 'a {red|blue} fox', 'a {red|blue} owl' | New-ImagenImage }
            $seen.Warning | Should -BeLike 'Row 1:*: ... | Expand-ImagenPrompt | New-ImagenImage'
            $seen.Output | Should -HaveCount 2
            (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'a {red|blue} fox', 'a {red|blue} owl'
        }

        It 'a command for a table or a file of prompts says where images go, as this one does' {
            $seen = Watch-Command { 'a {red|blue} seal' | New-ImagenImage -OutputDirectory $TestDrive/out -Sidecar -WhatIf }
            $seen.Warning | Should -BeLike "*: ... | Expand-ImagenPrompt | New-ImagenImage -OutputDirectory '$TestDrive/out' -Sidecar"
            $rows = Join-Path $TestDrive rows.csv
            'prompt;seed', 'a fox;5' | Set-Content $rows
            $failure = Get-Failure { New-ImagenImage $rows $TestDrive/out -FileName '{Seed}' }
            $failure.ErrorDetails.RecommendedAction | Should -Be "Import-Csv '$rows' | New-ImagenImage -OutputDirectory '$TestDrive/out' -FileName '{Seed}'"
            $failure = Get-Failure { New-ImagenImage $rows -Provider emulator -Model fal-ai/imagen4/preview/fast -MaxCost 0.5 }
            $failure.ErrorDetails.RecommendedAction |
                Should -Be "Import-Csv '$rows' | New-ImagenImage -Provider 'emulator' -Model 'fal-ai/imagen4/preview/fast' -MaxCost 0.5"
            $failure = Get-Failure { Import-Csv $rows | New-ImagenImage -OutputDirectory $TestDrive/out }
            $failure.ErrorDetails.RecommendedAction | Should -Be "Import-Csv FILE -Delimiter ';' | New-ImagenImage -OutputDirectory '$TestDrive/out'"
        }

        It 'is said before anything is sent' {
            $order = [System.Collections.Generic.List[string]]::new()
            New-ImagenImage 'a {red|blue} fox' 3>&1 | ForEach-Object { $order.Add($_.GetType().Name); $order.Add(@(Get-Bill $test).Count) }
            $order[0] | Should -Be 'WarningRecord'
            (Watch-Command { New-ImagenImage 'a {red|blue} fox' -WhatIf }).Warning | Should -HaveCount 1
        }

        It 'not of other braces: <prompt>' -ForEach @(
            @{ prompt = 'a fox in {braces}' }
            @{ prompt = 'a {red|blue fox' }
            @{ prompt = 'red|blue foxes {a}' }
            @{ prompt = 'a face {|}' }
            @{ prompt = 'a \{red|blue\} fox' }
        ) {
            (Watch-Command { New-ImagenImage $prompt }).Warning | Should -HaveCount 0
        }

        It 'not of what Expand-ImagenPrompt made' {
            (Watch-Command { Expand-ImagenPrompt 'a {red|blue} fox' | New-ImagenImage }).Warning | Should -HaveCount 0
        }

        It 'not of a row that is not paid for' {
            $row = [pscustomobject]@{ prompt = 'a {red|blue} fox' }
            $null = $row | New-ImagenImage -WarningAction Ignore
            (Watch-Command { $row | New-ImagenImage }).Warning | Should -Not -BeLike '*Expand-ImagenPrompt*'
        }
    }
}
