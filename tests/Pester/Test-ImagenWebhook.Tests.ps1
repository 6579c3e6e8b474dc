Describe 'Test-ImagenWebhook' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        Reset-Emulator $test
        $command = 'Imagen4.PowerShell.Commands.TestImagenWebhookCommand'
        $listener = [System.Net.HttpListener]::new()
        $probe = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $probe.Start()
        $address = "http://127.0.0.1:$($probe.LocalEndpoint.Port)/done/"
        $probe.Stop()
        $listener.Prefixes.Add($address)
        $listener.Start()

        # Submits with a webhook and takes the one that arrives, byte for byte.
        function Receive-Delivery([string]$Prompt) {
            $arrived = $listener.GetContextAsync()
            $uri = "$($test.BaseUri)/fal-ai/imagen4/preview?fal_webhook=$([uri]::EscapeDataString($address))"
            $id = (Invoke-RestMethod $uri -Method Post -Headers @{ Authorization = 'Key k' } -ContentType 'application/json' -Body (@{ prompt = $Prompt } | ConvertTo-Json)).request_id
            $arrived.Wait(30000) | Should -BeTrue -Because 'a webhook is delivered'
            $body = [System.IO.MemoryStream]::new()
            $arrived.Result.Request.InputStream.CopyTo($body)
            $headers = $arrived.Result.Request.Headers
            $arrived.Result.Response.Close()
            @{ Id = $id; Bytes = $body.ToArray(); Headers = $headers }
        }

        $good = Receive-Delivery 'a red fox'
        $names = 'X-Fal-Webhook-Request-Id', 'X-Fal-Webhook-User-Id', 'X-Fal-Webhook-Timestamp', 'X-Fal-Webhook-Signature'
        $text = [System.Text.Encoding]::UTF8.GetString($good.Bytes)
        function Copy-Header([hashtable]$Changed = @{}) {
            $copy = @{}
            $names | ForEach-Object { $copy[$_] = $good.Headers[$_] }
            $Changed.Keys | ForEach-Object { $copy[$_] = $Changed[$_] }
            $copy
        }
    }
    AfterAll {
        $listener.Close()
        Exit-ImagenTest $test
    }

    It 'returns what a genuine one says, and its images can be received' {
        $result = Test-ImagenWebhook $good.Bytes $good.Headers
        $result | Should -BeOfType ([Imagen4.ImagenResult])
        $result.RequestId | Should -Be $good.Id
        $result.Provider | Should -Be 'emulator'
        $result.State | Should -Be 'Completed'
        $result.Images | Should -HaveCount 1
        ($result | Receive-ImagenResult -OutputDirectory (Join-Path $TestDrive out)).Path | Should -Exist
    }

    It 'says of a failed request why it failed' {
        $failed = Receive-Delivery 'a forbidden thing'
        $result = Test-ImagenWebhook $failed.Bytes $failed.Headers
        $result.State | Should -Be 'Failed'
        $result.Error | Should -BeLike 'Invalid status code: 422: prompt: The content could not be processed*'
        $result.ErrorType | Should -Be 'content_policy_violation'
    }

    It 'takes the body as <kind>' -ForEach @(
        @{ kind = 'text'; make = { $text } }
        @{ kind = 'an array of bytes that came as objects'; make = { [object[]]$good.Bytes } }
        @{ kind = 'a list of bytes'; make = { [System.Collections.Generic.List[byte]]::new($good.Bytes) } }
    ) {
        (Test-ImagenWebhook -Body (& $make) -Headers $good.Headers).RequestId | Should -Be $good.Id
    }

    It 'takes the headers as <kind>' -ForEach @(
        @{ kind = 'a hashtable'; make = { Copy-Header } }
        @{ kind = 'an object'; make = { [pscustomobject](Copy-Header) } }
        @{ kind = 'JSON that was read'; make = { Copy-Header | ConvertTo-Json | ConvertFrom-Json } }
        @{ kind = 'names in lower case, values in lists'; make = { $lower = @{}; (Copy-Header).GetEnumerator() | ForEach-Object { $lower[$_.Key.ToLowerInvariant()] = @($_.Value) }; $lower } }
        @{ kind = 'HttpHeaders'; make = { $message = [System.Net.Http.HttpRequestMessage]::new(); (Copy-Header).GetEnumerator() | ForEach-Object { $message.Headers.Add($_.Key, $_.Value) }; , $message.Headers } }
        @{ kind = 'a dictionary of text'; make = { $typed = [System.Collections.Generic.Dictionary[string, string[]]]::new(); (Copy-Header).GetEnumerator() | ForEach-Object { $typed[$_.Key] = @($_.Value) }; , $typed } }
        @{ kind = 'a list of pairs'; make = { , [System.Collections.Generic.KeyValuePair[string, string][]]@((Copy-Header).GetEnumerator() | ForEach-Object { [System.Collections.Generic.KeyValuePair[string, string]]::new($_.Key, $_.Value) }) } }
    ) {
        (Test-ImagenWebhook -Body $text -Headers (& $make)).RequestId | Should -Be $good.Id
    }

    It 'binds by property name, from objects and from hashtables' {
        $record = @{ Body = $text; Headers = Copy-Header; Provider = 'emulator' }
        ($record, [pscustomobject]$record | Test-ImagenWebhook).RequestId | Should -Be $good.Id, $good.Id
    }

    It 'gives the one answer to <wrong>' -ForEach @(
        @{ wrong = 'a changed byte'; script = { $bytes = [byte[]]$good.Bytes.Clone(); $bytes[20] = $bytes[20] -bxor 1; Test-ImagenWebhook $bytes $good.Headers } }
        @{ wrong = 'a blank more'; script = { Test-ImagenWebhook "$text " $good.Headers } }
        @{ wrong = 'no body'; script = { Test-ImagenWebhook '' $good.Headers } }
        @{ wrong = 'a body that is nothing'; script = { Test-ImagenWebhook $null $good.Headers } }
        @{ wrong = 'a body without bytes'; script = { Test-ImagenWebhook ([byte[]]@()) $good.Headers } }
        @{ wrong = 'no headers'; script = { Test-ImagenWebhook $text @{} } }
        @{ wrong = 'headers that are nothing'; script = { Test-ImagenWebhook $text $null } }
        @{ wrong = 'headers that are a text'; script = { Test-ImagenWebhook $text 'X-Fal-Webhook-Request-Id: 1' } }
        @{ wrong = 'another request id'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-Request-Id' = $UnknownId }) } }
        @{ wrong = 'another user'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-User-Id' = 'somebody' }) } }
        @{ wrong = 'another signature'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-Signature' = 'ab' * 64 }) } }
        @{ wrong = 'a signature that is none'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-Signature' = 'x' }) } }
        @{ wrong = 'an old time'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-Timestamp' = "$([DateTimeOffset]::UtcNow.ToUnixTimeSeconds() - 301)" }) } }
        @{ wrong = 'another time within the five minutes'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-Timestamp' = "$([long]$good.Headers['X-Fal-Webhook-Timestamp'] + 1)" }) } }
        @{ wrong = 'a time that is none'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-Timestamp' = 'now' }) } }
        @{ wrong = 'a missing request id'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-Request-Id' = $null }) } }
        @{ wrong = 'a missing user'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-User-Id' = $null }) } }
        @{ wrong = 'a missing time'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-Timestamp' = $null }) } }
        @{ wrong = 'a missing signature'; script = { Test-ImagenWebhook $text (Copy-Header @{ 'X-Fal-Webhook-Signature' = $null }) } }
        @{ wrong = 'a header that is there twice'; script = { $names | ForEach-Object { $twice = Copy-Header; $twice[$_] = @($good.Headers[$_], $good.Headers[$_]); $twice } | ForEach-Object { Test-ImagenWebhook $text $_ } } }
    ) {
        $seen = Watch-Command $script
        $seen.Thrown | Should -BeNullOrEmpty
        $seen.Output | Should -BeNullOrEmpty
        $seen.Error | Should -Not -BeNullOrEmpty
        foreach ($answer in $seen.Error) {
            $answer.FullyQualifiedErrorId | Should -Be "WebhookInvalid,$command"
            $answer.CategoryInfo.Category | Should -Be 'SecurityError'
            $answer.Exception.Message | Should -BeExactly 'The webhook is not one of emulator.'
            $answer.Exception.InnerException | Should -BeNullOrEmpty
            $answer.ErrorDetails.RecommendedAction | Should -BeLike 'Do not act on it.*'
        }
        $seen.Warning + $seen.Verbose + $seen.Other | Should -BeNullOrEmpty
    }

    It 'one that is not genuine does not cost the others' {
        $seen = Watch-Command { @{ Body = 'x'; Headers = @{} }, @{ Body = $text; Headers = $good.Headers } | Test-ImagenWebhook }
        $seen.Output.RequestId | Should -Be $good.Id
        $seen.Error | Should -HaveCount 1
    }

    It 'what the script has forgotten is its own mistake: <kind>' -ForEach @(
        @{ kind = 'the headers'; script = { Test-ImagenWebhook $text }; message = 'Row 1: there is no Headers. *' }
        @{ kind = 'the body'; script = { Test-ImagenWebhook -Headers $good.Headers }; message = 'Row 1: there is no Body. *' }
        @{ kind = 'the headers of a record'; script = { @{ Body = $text } | Test-ImagenWebhook }; message = 'Row 1: there is no Headers. *' }
        @{ kind = 'that it has read the body already'; script = { Test-ImagenWebhook ($text | ConvertFrom-Json -AsHashtable) $good.Headers }; message = 'Row 1: the body of a webhook is bytes or text as it arrived; this is a table of names and values.' }
        @{ kind = 'that the provider has no webhooks'; script = { Test-ImagenWebhook $text $good.Headers -Provider chainhub }; message = 'chainhub sends no webhooks that could be verified.' }
        @{ kind = 'which providers there are'; script = { Test-ImagenWebhook $text $good.Headers -Provider nobody }; message = "There is no provider 'nobody'. *" }
    ) {
        $seen = Watch-Command $script
        $seen.Error.FullyQualifiedErrorId | Should -Be "InvalidInput,$command"
        $seen.Error.Exception.Message | Should -BeLike $message
        $seen.Output | Should -BeNullOrEmpty
    }
}
