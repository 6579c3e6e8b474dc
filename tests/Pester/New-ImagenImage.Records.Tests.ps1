# Results and requests that are piped in again: whatever way they took, they continue their requests, and the bill says so.

Describe 'New-ImagenImage, records of known requests' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        $command = 'Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $failing = '[emulator:internal_server_error]'
        $refused = '[emulator:content_policy_violation]'
        $trips = @{
            live  = { $input }
            CSV   = { $input | Export-Csv (Join-Path $TestDrive trip.csv); Import-Csv (Join-Path $TestDrive trip.csv) }
            JSON  = { $input | ConvertTo-Json -Depth 6 -AsArray | ConvertFrom-Json }
            CLIXML = { $input | Export-Clixml (Join-Path $TestDrive trip.xml); Import-Clixml (Join-Path $TestDrive trip.xml) }
        }

        function New-Row {
            param([string[]]$Prompt)
            $Prompt | ForEach-Object { [pscustomobject]@{ Prompt = $_ } }
        }

        # How often a prompt was posted, accepted or not.
        function Get-PostCount {
            @(Get-Seen $test | Where-Object method -EQ POST).Count
        }
    }
    BeforeEach {
        Reset-Emulator $test
        $out = Join-Path $TestDrive ([guid]::NewGuid())
    }
    AfterAll { Exit-ImagenTest $test }

    It 'that the ledger does not know are new rows, and one warning says so before they are paid for' {
        $records = 1..2 | ForEach-Object { [pscustomobject]@{ Prompt = "a fox $_"; RequestId = $UnknownId; LedgerId = '0123456789abcdef0123456789abcdef' } }
        $seen = Watch-Command { $records | New-ImagenImage -Wait }
        $seen.Output.State | Should -Be 'Completed', 'Completed'
        $seen.Warning | Should -BeLike "Records of this batch name requests that the ledger in * does not know, among them ${UnknownId}: they are new rows here, and are paid for. *"
        Get-Bill $test | Should -HaveCount 2
        (Watch-Command { $records | New-ImagenImage -Wait }).Warning | Should -Not -BeLike 'Records of this batch*' -Because 'the rows are known by now'
        (Watch-Command { $records | New-ImagenImage -Wait -NoResume }).Warning | Should -Not -BeLike 'Records of this batch*' -Because 'that is asked for'
    }

    It 'that say they are in doubt, and that the ledger does not know, cost nothing without -NoResume' {
        $record = [pscustomobject]@{ Prompt = 'a fox'; State = ' indoubt'; LedgerId = '0123456789abcdef0123456789abcdef' }
        $seen = Watch-Command { $record | New-ImagenImage -Wait }
        $seen.Error.FullyQualifiedErrorId | Should -Be 'InvalidInput,Imagen4.PowerShell.Commands.NewImagenImageCommand'
        $seen.Error.Exception.Message | Should -BeLike ('Row 1: The record says that request 0123456789abcdef0123456789abcdef is in doubt, so it may have been paid for, ' +
            'and the ledger in * does not know it. Nothing was sent. Resolve-ImagenRequest settles it where it was sent; -NoResume submits it as a new row.')
        Get-Bill $test | Should -HaveCount 0
        ($record | New-ImagenImage -Wait -NoResume).State | Should -Be 'Completed'
        Get-Bill $test | Should -HaveCount 1
    }

    It 'whose two ids are those of two requests cost nothing' {
        $one, $two = 'a fox', 'an owl' | New-ImagenImage -Wait
        $one.LedgerId = $two.LedgerId
        $seen = Watch-Command { $one | Select-Object Prompt, RequestId, LedgerId | New-ImagenImage -Wait }
        $seen.Error.Exception.Message | Should -Be ("Row 1: The record names two requests: LedgerId $($two.LedgerId) is request $($two.RequestId), " +
            "and RequestId is $($one.RequestId). Nothing was sent. Remove the one that is wrong, or both for a new row.")
        Get-Bill $test | Should -HaveCount 2
    }

    Context 'not delivered, because downloads failed' {
        BeforeEach {
            Add-Fault $test @{ operation = 'download'; kind = 'status'; status = 404; count = -1 }
        }

        It 'are fetched by the same command and not paid for again: <_>' -ForEach 'live', 'CSV', 'JSON', 'CLIXML' {
            $rows = [pscustomobject]@{ Prompt = 'a fox, "quoted"'; AdditionalInput = '{"guidance": 3.50}' }, [pscustomobject]@{ Prompt = "an owl`r`nat night"; Key = 'owl'; num_images = '2' }
            $results = $rows | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
            $results.State | Should -Be 'Completed', 'Completed'
            $results.Seed | Should -Not -Contain $null
            $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete

            $seen = Watch-Command { $results | & $trips[$_] | Where-Object State -NE Delivered | New-ImagenImage -OutputDirectory $out }
            $seen.Error | Should -BeNullOrEmpty
            $seen.Output.State | Should -Be 'Delivered', 'Delivered'
            $seen.Output.RequestId | Sort-Object | Should -Be ($results.RequestId | Sort-Object)
            $seen.Output.Path | Should -Exist
            Get-Bill $test | Should -HaveCount 2

            # And once they are there, they are handed on.
            $again = $seen.Output | & $trips[$_] | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
            $again.State | Should -Be 'Delivered', 'Delivered'
            Get-Bill $test | Should -HaveCount 2
            Get-ChildItem $out | Should -HaveCount 3
        }

        It 'are fetched from <_>, whose results tell a seed that it does not take or take again' -ForEach 'fal', 'fal-sync', 'chainhub', 'kkiai', 'aimlapi' {
            Set-Persona $test.BaseUri
            $results = New-Row 'a fox', 'an owl' | New-ImagenImage -Provider $_ -ApiKey k -OutputDirectory $out -ErrorAction SilentlyContinue
            $results.State | Should -Be 'Completed', 'Completed'
            $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete

            $seen = Watch-Command { $results | Where-Object State -NE Delivered | New-ImagenImage -OutputDirectory $out -ApiKey k }
            $seen.Error | Should -BeNullOrEmpty
            $seen.Output.State | Should -Be 'Delivered', 'Delivered'
            Get-Bill $test | Should -HaveCount 2
            'fal', 'fal-sync', 'chainhub', 'kkiai', 'aimlapi' | Remove-ImagenProvider
        }

        It 'are fetched into another directory, as often as they are asked for there' {
            $results = New-Row 'a fox', 'an owl' | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
            $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
            foreach ($round in 1, 2) {
                $seen = Watch-Command { $results | Where-Object State -NE Delivered | New-ImagenImage -OutputDirectory "$out-2" }
                $seen.Error | Should -BeNullOrEmpty
                $seen.Output.State | Should -Be 'Delivered', 'Delivered'
                $seen.Output.Path | Split-Path | Select-Object -Unique | Should -Be "$out-2"
            }

            Get-Bill $test | Should -HaveCount 2
            Get-ChildItem "$out-2" | Should -HaveCount 2
        }

        It 'after the results were received without saving, too' {
            $sent = New-Row 'a fox' | New-ImagenImage
            $received = $sent | Receive-ImagenResult -Wait -NoDownload
            $received.Seed | Should -Not -BeNullOrEmpty
            $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
            ($received | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).State | Should -Be 'Delivered'
            Get-Bill $test | Should -HaveCount 1
        }

        It 'of prompts given as arguments, too' {
            $results = New-ImagenImage 'a fox', 'a fox' -OutputDirectory $out -ErrorAction SilentlyContinue
            @(Get-ImagenRequest -Unfinished) | Should -HaveCount 2
            $null = Invoke-RestMethod "$($test.Admin)/faults" -Method Delete
            ($results | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).State | Should -Be 'Delivered', 'Delivered'
            Get-Bill $test | Should -HaveCount 2
            Get-ImagenRequest -Unfinished | Should -BeNullOrEmpty
        }
    }

    It 'requests that were only submitted are waited for and saved later: <_>' -ForEach 'live', 'CSV', 'JSON', 'CLIXML' {
        $requests = New-Row 'a fox', 'a fox', 'an owl' | New-ImagenImage
        $seen = Watch-Command { $requests | & $trips[$_] | New-ImagenImage -OutputDirectory $out }
        $seen.Error | Should -BeNullOrEmpty
        $seen.Output.State | Should -Be 'Delivered', 'Delivered', 'Delivered'
        $seen.Output.RequestId | Sort-Object | Should -Be ($requests.RequestId | Sort-Object)
        $seen.Warning | Should -BeLike 'Rows submitted before*: 3. They were not paid for again.*'
        $again = $requests | & $trips[$_] | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $again.Path | Sort-Object | Should -Be ($seen.Output.Path | Sort-Object)
        ($requests | & $trips[$_] | New-ImagenImage -WarningAction Ignore).RequestId | Sort-Object | Should -Be ($requests.RequestId | Sort-Object)
        ($requests | & $trips[$_] | New-ImagenImage -Wait -WarningAction Ignore).RequestId | Sort-Object | Should -Be ($requests.RequestId | Sort-Object)
        Get-Bill $test | Should -HaveCount 3
    }

    It 'one pipeline that submits and one that saves need nothing in between' {
        $results = New-Row 'a fox', 'an owl' | New-ImagenImage | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        $results.State | Should -Be 'Delivered', 'Delivered'
        Get-Bill $test | Should -HaveCount 2
    }

    It 'delivered elsewhere, they are fetched into the directory that is asked for; what is there is handed on' {
        $results = New-Row 'a fox', 'an owl' | New-ImagenImage -OutputDirectory $out
        $elsewhere = $results | New-ImagenImage -OutputDirectory "$out-2" -FileName '{Index}' -WarningAction Ignore
        $elsewhere.State | Should -Be 'Delivered', 'Delivered'
        Get-ChildItem "$out-2" | Should -HaveCount 2
        ($elsewhere.Images.Sha256 | Sort-Object) | Should -Be ($results.Images.Sha256 | Sort-Object)
        (Get-ImagenRequest).State | Should -Be 'Delivered', 'Delivered'
        ($results | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).Path | Sort-Object | Should -Be ($results.Path | Sort-Object)
        ($results | New-ImagenImage -Wait -WarningAction Ignore).State | Should -Be 'Delivered', 'Delivered'
        Get-Bill $test | Should -HaveCount 2
    }

    It 'with an edited input they are new, and their neighbours are not' {
        $results = New-Row 'a fox', 'an owl', 'a hare' | New-ImagenImage -OutputDirectory $out | Sort-Object Index
        $edited = $results | & $trips.CSV
        $edited[0].Prompt = 'a fox at night'
        $edited[1].Seed = '7'
        foreach ($round in 1, 2) {
            $seen = Watch-Command { $edited | New-ImagenImage -OutputDirectory $out }
            $seen.Error | Should -BeNullOrEmpty
            ($seen.Output | Sort-Object Index)[2].RequestId | Should -Be $results[2].RequestId
        }

        (Get-Bill $test).input.prompt | Sort-Object | Should -Be 'a fox', 'a fox at night', 'a hare', 'an owl', 'an owl'
        @((Get-Bill $test).input.seed) -eq 7 | Should -HaveCount 1
    }

    It 'a seed that was sent is an input: another one, or none, makes a new row' {
        $results = [pscustomobject]@{ Prompt = 'a fox'; Seed = 5 } | New-ImagenImage -OutputDirectory $out
        $null = $results | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        Get-Bill $test | Should -HaveCount 1
        $null = $results | Select-Object * -ExcludeProperty Seed | New-ImagenImage -OutputDirectory $out
        Get-Bill $test | Should -HaveCount 2
    }

    It 'an edited record does not send the seed that the host chose for its request' {
        $rows = [pscustomobject]@{ Prompt = 'a fox' }
        $results = $rows | New-ImagenImage -OutputDirectory $out
        $results.Seed | Should -Not -BeNullOrEmpty
        $edited = $results | & $trips.CSV
        $edited.Prompt = 'a fox at night'
        $null = $edited | New-ImagenImage -OutputDirectory $out
        (Get-Bill $test)[-1].input.PSObject.Properties.Name | Should -Not -Contain 'seed'
        $null = [pscustomobject]@{ Prompt = 'a fox at night' } | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
        Get-Bill $test | Should -HaveCount 2 -Because 'the same edit in the list is the same row'
    }

    It 'an edited row keeps to its key: it is replaced only where its request came to no good end' {
        $results = [pscustomobject]@{ Prompt = 'a fox'; Key = 'good' }, [pscustomobject]@{ Prompt = "$refused x"; Key = 'bad' } |
            New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue | Sort-Object Index
        $results.ForEach{ $_.Prompt = 'edited' }
        $seen = Watch-Command { $results | New-ImagenImage -OutputDirectory $out }
        $seen.Error.Exception.Message | Should -BeLike "*The key 'good' is known with another input.*"
        $seen.Output.Key | Should -Be 'bad'
        $seen.Output.State | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 3
    }

    It '-NoResume makes them new, and later runs continue those' {
        $row = New-Row 'a fox'
        $first = $row | New-ImagenImage -OutputDirectory $out
        $second = $first | New-ImagenImage -OutputDirectory $out -NoResume
        $second.RequestId | Should -Not -Be $first.RequestId
        $second.Images.Sha256 | Should -Be $first.Images.Sha256
        ($row | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).RequestId | Should -Be $second.RequestId
        ($first | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).RequestId | Should -Be $first.RequestId
        ($second | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).RequestId | Should -Be $second.RequestId
        Get-Bill $test | Should -HaveCount 2
    }

    It '-NoResume leaves out a seed that only the host told, where it takes none' {
        Set-Persona $test.BaseUri
        $first = New-Row 'a fox' | New-ImagenImage -Provider kkiai -ApiKey k -OutputDirectory $out
        $first.Seed | Should -Not -BeNullOrEmpty
        $seen = Watch-Command { $first | New-ImagenImage -ApiKey k -OutputDirectory $out -NoResume }
        $seen.Error | Should -BeNullOrEmpty
        $seen.Output.State | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 2
        'fal', 'fal-sync', 'chainhub', 'kkiai', 'aimlapi' | Remove-ImagenProvider
    }

    It 'several records of one request are one row and one object, with keys too' {
        $results = [pscustomobject]@{ Prompt = 'a fox' }, [pscustomobject]@{ Prompt = 'an owl'; Key = 'owl' } | New-ImagenImage -OutputDirectory $out
        $seen = Watch-Command { @($results; $results; Get-ImagenRequest; $results | & $trips.CSV) | New-ImagenImage -OutputDirectory $out }
        $seen.Error | Should -BeNullOrEmpty
        $seen.Output.RequestId | Sort-Object | Should -Be ($results.RequestId | Sort-Object)
        Get-Bill $test | Should -HaveCount 2

        # Those that are paid for again on purpose are still one each.
        $fresh = @($results; Get-ImagenRequest) | New-ImagenImage -OutputDirectory $out -NoResume
        $fresh | Should -HaveCount 2
        Get-Bill $test | Should -HaveCount 4
    }

    It 'beside the rows they come from they are the same rows' {
        $rows = New-Row 'a fox', 'a fox', 'an owl'
        $results = $rows | New-ImagenImage -OutputDirectory $out
        $seen = Watch-Command { @($results[1]; $rows; $results[0, 2]) | New-ImagenImage -OutputDirectory $out }
        $seen.Error | Should -BeNullOrEmpty
        $seen.Output.State | Select-Object -Unique | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 3
    }

    It 'the second of three equal rows, refused and piped in again, is the one that is sent' {
        Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; after = 1; body = @{ detail = 'not now' } }
        $results = New-Row 'a fox', 'a fox', 'a fox' | New-ImagenImage -OutputDirectory $out -ThrottleLimit 1 -ErrorAction SilentlyContinue
        ($results | Sort-Object Index).State | Should -Be 'Delivered', 'Rejected', 'Delivered'
        $again = $results | Where-Object State -EQ Rejected | New-ImagenImage -OutputDirectory $out
        $again.State | Should -Be 'Delivered'
        $results.RequestId | Should -Not -Contain $again.RequestId
        Get-Bill $test | Should -HaveCount 3
        ($results | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).State | Select-Object -Unique | Should -Be 'Delivered'
        Get-Bill $test | Should -HaveCount 3
    }

    It 'another name of the same host continues, another host is new, and so is another model' {
        $results = New-Row 'a fox' | New-ImagenImage -OutputDirectory $out
        Set-ImagenProvider twin -Protocol FalQueue -BaseUri $test.BaseUri
        Set-ImagenProvider other -Protocol FalSync -BaseUri "$($test.BaseUri)/fal-sync"
        ($results | New-ImagenImage -OutputDirectory $out -Provider twin -ApiKey k -WarningAction Ignore).RequestId | Should -Be $results.RequestId
        ($results | Select-Object * -ExcludeProperty LedgerId | New-ImagenImage -OutputDirectory $out -Provider twin -ApiKey k -WarningAction Ignore).RequestId | Should -Be $results.RequestId
        Get-Bill $test | Should -HaveCount 1
        foreach ($round in 1, 2) {
            ($results | New-ImagenImage -OutputDirectory $out -Provider other -ApiKey k -WarningAction Ignore).Provider | Should -Be 'other'
            ($results | New-ImagenImage -OutputDirectory $out -Model fal-ai/imagen4/preview/fast -WarningAction Ignore).Model | Should -BeLike '*/fast'
        }

        Get-Bill $test | Should -HaveCount 3
        'twin', 'other' | Remove-ImagenProvider
    }

    It 'a request id alone is enough, and one that nobody knows makes an ordinary row' {
        $results = New-Row 'a fox' | New-ImagenImage -OutputDirectory $out
        ($results | Select-Object RequestId, Prompt | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).RequestId | Should -Be $results.RequestId
        (@{ request_id = $results.RequestId; prompt = 'a fox' } | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).RequestId | Should -Be $results.RequestId
        Get-Bill $test | Should -HaveCount 1
        $foreign = [pscustomobject]@{ RequestId = 4711; LedgerId = @(1, 2); Prompt = 'an owl' }
        foreach ($round in 1, 2) {
            ($foreign | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).State | Should -Be 'Delivered'
        }

        Get-Bill $test | Should -HaveCount 2
    }

    It 'a key that is added changes no row, but two of them are no one row; another key is another row' {
        $results = New-Row 'a fox' | New-ImagenImage -OutputDirectory $out
        $keyed = 'one', 'two' | ForEach-Object { $results | Select-Object *, @{ Name = 'Key'; Expression = { $_ } } -ExcludeProperty Key }
        $keyed[0].Key, $keyed[1].Key = 'one', 'two'
        $seen = Watch-Command { $keyed | New-ImagenImage -OutputDirectory $out -FileName '{Key}' }
        $seen.Output.Key | Should -Be 'one'
        $seen.Output.RequestId | Should -Be $results.RequestId
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -Be "Row 2: request $($results.RequestId) is in this pipeline already, with the key 'one' and not 'two'. Both records are the same row. For another image leave LedgerId and RequestId out of the record."
        Get-Bill $test | Should -HaveCount 1

        $first = @{ Prompt = 'an owl'; Key = 'owl' } | New-ImagenImage -OutputDirectory $out
        $first.Key = 'owl 2'
        ($first | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).RequestId | Should -Not -Be $first.RequestId
        Get-Bill $test | Should -HaveCount 3
    }

    It 'one request for several hosts is a row for each' {
        Set-Persona $test.BaseUri
        $env:CHAINHUB_API_KEY = $env:KKIAI_API_KEY = 'k'
        $result = New-Row 'a fox' | New-ImagenImage -OutputDirectory $out
        $copies = 'chainhub', 'kkiai' | ForEach-Object { $copy = $result | Select-Object *; $copy.Provider = $_; $copy }
        foreach ($round in 1, 2) {
            ($copies | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).Provider | Sort-Object | Should -Be 'chainhub', 'kkiai'
        }

        Get-Bill $test | Should -HaveCount 3
        $env:CHAINHUB_API_KEY = $env:KKIAI_API_KEY = $null
        'fal', 'fal-sync', 'chainhub', 'kkiai', 'aimlapi' | Remove-ImagenProvider
    }

    It 'in doubt, they are reported again, in another directory too, and not sent' {
        Set-Emulator $test @{ history = $false }
        Add-Fault $test @{ operation = 'submit'; kind = 'close'; after_accept = $true }
        $results = New-Row 'a fox' | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue -WarningAction Ignore
        foreach ($directory in $out, "$out-2") {
            $seen = Watch-Command { $results | & $trips.CSV | New-ImagenImage -OutputDirectory $directory }
            $seen.Error.FullyQualifiedErrorId | Should -Be "SubmissionInDoubt,$command"
            $seen.Output.State | Should -Be 'InDoubt'
        }

        Get-PostCount | Should -Be 1
    }

    Context 'failed' {
        It 'each failed row is listed and sent once, however many attempts it had, keys included' {
            $rows = [pscustomobject]@{ Prompt = "$failing a" }, [pscustomobject]@{ Prompt = "$failing b"; Key = 'b' }
            1..3 | ForEach-Object { $null = $rows | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue }
            Get-Bill $test | Should -HaveCount 6
            @(Get-ImagenRequest -State Failed) | Should -HaveCount 2
            @(Get-ImagenRequest -State Failed -History) | Should -HaveCount 6

            $seen = Watch-Command { Get-ImagenRequest -State Failed | New-ImagenImage -OutputDirectory $out }
            $seen.Error.FullyQualifiedErrorId | Select-Object -Unique | Should -Be "RequestFailed,$command"
            Get-Bill $test | Should -HaveCount 8
            $seen = Watch-Command { Get-ImagenRequest -State Failed -History | & $trips.CSV | New-ImagenImage -OutputDirectory $out }
            $seen.Output | Should -HaveCount 2
            $seen.Error.FullyQualifiedErrorId | Select-Object -Unique | Should -Be "RequestFailed,$command"
            Get-Bill $test | Should -HaveCount 10
            @(Get-ImagenRequest) | Should -HaveCount 2
        }

        It 'sent again without the directory it is still that row, and the first command does not pay for it again' {
            $rows = [pscustomobject]@{ Prompt = "a fox" }
            Add-Fault $test @{ operation = 'result'; kind = 'status'; status = 500; count = 1; body = @{ detail = 'no'; error_type = 'internal_server_error' } }
            $null = $rows | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
            (Get-ImagenRequest).State | Should -Be 'Failed'
            $null = Get-ImagenRequest -State Failed | New-ImagenImage -Wait -WarningAction SilentlyContinue
            Get-Bill $test | Should -HaveCount 2
            $seen = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out }
            $seen.Output.State | Should -Be 'Delivered'
            $seen.Warning | Should -BeLike 'Rows submitted before, by an earlier run or another process: 1.*'
            Get-Bill $test | Should -HaveCount 2
        }

        It 'a key that has been given to another row since is not taken back by the record of the first' {
            $null = [pscustomobject]@{ Prompt = "$failing a"; Key = 'k' } | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
            $now = [pscustomobject]@{ Prompt = 'a fox'; Key = 'k' } | New-ImagenImage -OutputDirectory $out
            $seen = Watch-Command { Get-ImagenRequest -History | New-ImagenImage -OutputDirectory $out }
            $seen.Error.Exception.Message | Should -BeLike "*The key 'k' is known with another input.*"
            $seen.Output.RequestId | Should -Be $now.RequestId
            Get-Bill $test | Should -HaveCount 2
        }

        It 'what has succeeded since is not sent again by an old record of it' {
            Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; body = @{ detail = 'not now' } }
            $old = New-Row 'a fox' | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
            $old.State | Should -Be 'Rejected'
            $good = New-Row 'a fox' | New-ImagenImage -OutputDirectory $out
            ($old | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).RequestId | Should -Be $good.RequestId
            ($old | New-ImagenImage -OutputDirectory "$out-2" -WarningAction Ignore).RequestId | Should -Be $good.RequestId
            Get-ImagenRequest -State Rejected | Should -BeNullOrEmpty
            (Get-ImagenRequest -History).State | Should -Be 'Rejected', 'Delivered'
            Get-Bill $test | Should -HaveCount 1
        }

        It 'prompts given as arguments are rows of their own: sent again once, and then known' {
            Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; count = 2; body = @{ detail = 'not now' } }
            $null = New-ImagenImage 'a fox', 'a fox' -OutputDirectory $out -ErrorAction SilentlyContinue
            foreach ($round in 1, 2) {
                $again = Get-ImagenRequest -State Rejected -History | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
                $again.State | Should -Be 'Delivered', 'Delivered'
            }

            Get-ImagenRequest -State Rejected | Should -BeNullOrEmpty
            Get-Bill $test | Should -HaveCount 2
        }

        It 'in one pipeline, what failed is tried a second time' {
            'fox', 'owl' | ForEach-Object { Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 400; match = $_; body = @{ detail = 'not now' } } }
            $results = New-Row 'a fox', 'an owl' | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
            $results.State | Should -Be 'Delivered', 'Delivered'
            Get-Bill $test | Should -HaveCount 2
        }
    }

    Context 'refused for what they ask for' {
        It 'they are reported again with the host''s words and what to do, and not sent: <how>' -ForEach @(
            @{ how = 'by the checker, in the result'; prompt = '[emulator:content_policy_violation] a'; id = 'ContentPolicyViolation'; words = '*flagged by a content checker*' }
            @{ how = 'by the model, in the result'; prompt = '[emulator:feature_not_supported] a'; id = 'InvalidInput'; words = '*Feature not supported*' }
            @{ how = 'by the model, at once'; prompt = 'at once'; id = 'InvalidInput'; words = '*prompt: too long*' }
        ) {
            Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = 422; match = 'at once'; count = -1; body = @{ detail = @(@{ loc = 'body', 'prompt'; msg = 'too long'; type = 'sequence_too_long' }) } }
            $rows = New-Row $prompt
            $first = Watch-Command { $rows | New-ImagenImage -OutputDirectory $out }
            $first.Error.FullyQualifiedErrorId | Should -Be "$id,$command"
            $posts = Get-PostCount
            $bills = @(Get-Bill $test).Count
            foreach ($again in { $rows | New-ImagenImage -OutputDirectory $out }, { $first.Output | & $trips.CSV | New-ImagenImage -OutputDirectory $out }, { Get-ImagenRequest | New-ImagenImage -OutputDirectory "$out-2" }) {
                $seen = Watch-Command $again
                $seen.Error.FullyQualifiedErrorId | Should -Be "$id,$command"
                $seen.Error.Exception.Message | Should -BeLike $words
                $seen.Error.Exception.Message | Should -BeLike '*This input was refused before and was not sent again.'
                $seen.Error.ErrorDetails.RecommendedAction | Should -BeLike 'Change the *, then run *again*'
                $seen.Output.State | Should -Be $first.Output.State
                $seen.Output.LedgerId | Should -Be $first.Output.LedgerId
            }

            Get-PostCount | Should -Be $posts
            Get-Bill $test | Should -HaveCount $bills
            $null = $rows | New-ImagenImage -OutputDirectory $out -NoResume -ErrorAction SilentlyContinue
            Get-PostCount | Should -Be ($posts + 1)
            $null = New-Row 'an edited row' | New-ImagenImage -OutputDirectory $out
            Get-PostCount | Should -Be ($posts + 2)
        }

        It 'whoever has read it from the host' {
            $requests = New-Row "$refused a", "$refused b" | New-ImagenImage
            $null = $requests[0] | Get-ImagenRequestStatus -Wait
            $null = $requests[1] | Receive-ImagenResult -Wait -NoDownload -ErrorAction SilentlyContinue
            $seen = Watch-Command { New-Row "$refused a", "$refused b" | New-ImagenImage }
            $seen.Error.FullyQualifiedErrorId | Should -Be "ContentPolicyViolation,$command", "ContentPolicyViolation,$command"
            Get-PostCount | Should -Be 2
        }

        It 'in a new process, too' {
            $null = New-Row "$refused a" | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
            $said = Invoke-Pwsh @"
                Import-Module '$ModuleManifest'
                Set-ImagenProvider emulator -BaseUri '$($test.BaseUri)' -Default
                [pscustomobject]@{ Prompt = '$refused a' } | New-ImagenImage -OutputDirectory '$out' -ErrorVariable problems -ErrorAction SilentlyContinue -WarningAction Ignore | ForEach-Object State
                `$problems[0].FullyQualifiedErrorId
"@
            $said -split '\s+' | Should -Be 'Failed', "ContentPolicyViolation,$command"
            Get-PostCount | Should -Be 1
        }

        It 'a key may be given to another row after it, and that is sent' {
            $null = [pscustomobject]@{ Prompt = "$refused a"; Key = 'k' } | New-ImagenImage -OutputDirectory $out -ErrorAction SilentlyContinue
            $seen = Watch-Command { [pscustomobject]@{ Prompt = "$refused a"; Key = 'k' } | New-ImagenImage -OutputDirectory $out }
            $seen.Error.FullyQualifiedErrorId | Should -Be "ContentPolicyViolation,$command"
            ([pscustomobject]@{ Prompt = 'a fox'; Key = 'k' } | New-ImagenImage -OutputDirectory $out).State | Should -Be 'Delivered'
            Get-PostCount | Should -Be 2
        }

        It 'a refusal that passes is sent again: <status>' -ForEach @(
            @{ status = 402; detail = 'Exhausted balance' }
            @{ status = 403; detail = 'User is locked' }
            @{ status = 401; detail = 'Invalid key' }
            @{ status = 404; detail = 'Application not found' }
            @{ status = 422; detail = 'no' }
        ) {
            Add-Fault $test @{ operation = 'submit'; kind = 'status'; status = $status; body = @{ detail = $detail } }
            $null = Watch-Command { New-Row 'a fox' | New-ImagenImage -OutputDirectory $out }
            (New-Row 'a fox' | New-ImagenImage -OutputDirectory $out).State | Should -Be 'Delivered'
            Get-Bill $test | Should -HaveCount 1
        }
    }

    Context 'written otherwise' {
        It 'a row is the same with <what>' -ForEach @(
            @{ what = 'blanks around its key'; one = @{ Prompt = 'a'; Key = 'fox' }; other = @{ Prompt = 'a'; Key = "`t fox " } }
            @{ what = 'its key in another normal form'; one = @{ Prompt = 'a'; Key = "caf$([char]0xE9)" }; other = @{ Prompt = 'a'; Key = "cafe$([char]0x301)" } }
            @{ what = 'blanks around its prompt'; one = @{ Prompt = 'a' }; other = @{ Prompt = ' a ' } }
            @{ what = 'its prompt in another normal form'; one = @{ Prompt = "caf$([char]0xE9)" }; other = @{ Prompt = "cafe$([char]0x301)" } }
            @{ what = 'other line breaks'; one = @{ Prompt = "a`nfox" }; other = @{ Prompt = "a`r`nfox" } }
            @{ what = 'numbers written otherwise'; one = @{ Prompt = 'a'; AdditionalInput = '{"a": 3.5, "b": [-0, 100, 5e-7]}' }; other = @{ Prompt = 'a'; AdditionalInput = '{"b": [0, 1.0E+2, 0.0000005], "a": 3.50}' } }
            @{ what = 'numbers of PowerShell'; one = @{ Prompt = 'a'; AdditionalInput = '{"a": 35e-1}' }; other = @{ Prompt = 'a'; AdditionalInput = @{ a = 3.50d } } }
        ) {
            $first = $one | New-ImagenImage -OutputDirectory $out
            ($other | New-ImagenImage -OutputDirectory $out -WarningAction Ignore).RequestId | Should -Be $first.RequestId
            Get-Bill $test | Should -HaveCount 1
            (Get-Bill $test).input.prompt | Should -BeExactly $one.Prompt
            if ($one.Key) {
                (Watch-Command { $one, $other | New-ImagenImage -OutputDirectory $out }).Error.Exception.Message | Should -BeLike '*is in this pipeline twice*'
            }
            else {
                # Two of them in one pipeline are two rows.
                $null = $one, $other | New-ImagenImage -OutputDirectory $out -WarningAction Ignore
                Get-Bill $test | Should -HaveCount 2
            }
        }

        It 'numbers that only a double takes for the same are not' {
            $rows = '9007199254740992', '9007199254740993', '9007199254740992.0' | ForEach-Object { @{ Prompt = 'a'; AdditionalInput = "{""a"": $_}" } }
            $rows | ForEach-Object { $null = $_ | New-ImagenImage -WarningAction Ignore }
            Get-Bill $test | Should -HaveCount 2
        }

        It 'what is sent stays as it was written' {
            $null = @{ Prompt = " cafe$([char]0x301) `r`n"; AdditionalInput = '{"a": 3.50}' } | New-ImagenImage
            (Get-Bill $test).input.prompt | Should -BeExactly " cafe$([char]0x301) `r`n"
        }

        It 'the directory is the same through a link to it, or to one above it' -Skip:$IsWindows {
            $null = New-Item -ItemType Directory "$out/real/images"
            $null = New-Item -ItemType SymbolicLink "$out/link" -Target "$out/real/images"
            $null = New-Item -ItemType SymbolicLink "$out/above" -Target 'real'
            $first = New-Row 'a fox' | New-ImagenImage -OutputDirectory "$out/real/images"
            foreach ($directory in "$out/link", "$out/above/images", "$out/above/../real/images/") {
                $seen = Watch-Command { New-Row 'a fox' | New-ImagenImage -OutputDirectory $directory }
                $seen.Output.RequestId | Should -Be $first.RequestId -Because $directory
            }

            Get-Bill $test | Should -HaveCount 1

            # One that does not exist yet, below a link.
            $first = New-Row 'an owl' | New-ImagenImage -OutputDirectory "$out/above/new/deep"
            (New-Row 'an owl' | New-ImagenImage -OutputDirectory "$out/real/new/deep" -WarningAction Ignore).RequestId | Should -Be $first.RequestId
            Get-Bill $test | Should -HaveCount 2
        }

        It 'two profiles whose addresses differ by a final slash are one host' {
            $env:RECORDS_KEY = 'k'
            Set-ImagenProvider one -Protocol FalSync -BaseUri "$($test.BaseUri)/fal-sync" -ApiKeyVariable RECORDS_KEY
            Set-ImagenProvider two -Protocol FalSync -BaseUri "$($test.BaseUri)/fal-sync/" -ApiKeyVariable RECORDS_KEY
            $rows = @{ Prompt = 'a fox'; Provider = 'one' }, @{ Prompt = 'a fox'; Provider = 'two' }
            foreach ($round in 1, 2) {
                $results = $rows | New-ImagenImage -OutputDirectory $out -WarningAction Ignore -ErrorAction SilentlyContinue
                $results.State | Should -Be 'Delivered', 'Delivered'
                $results.RequestId | Select-Object -Unique | Should -HaveCount 2
            }

            Get-Bill $test | Should -HaveCount 2
            $seen = Watch-Command { $rows | ForEach-Object { $_ + @{ Key = 'k' } } | New-ImagenImage -OutputDirectory $out }
            $seen.Error.Exception.Message | Should -BeLike "*The key 'k' is in this pipeline twice: row 1 has it, too.*"
            Get-Bill $test | Should -HaveCount 3
            'one', 'two' | Remove-ImagenProvider
            Remove-Item Env:\RECORDS_KEY
        }
    }
}
