<#
.SYNOPSIS
    Receives the webhooks of a host, verifies each, and saves the images of those that are genuine.
.DESCRIPTION
    The host calls the address that a request was submitted with (New-ImagenImage -WebhookUri) when it has ended. Anybody who knows
    the address can call it too, so nothing is done about a call whose signature does not fit. Put it behind a server that has a
    certificate; a webhook that is missed is not lost, Collect.ps1 fetches its images.
.EXAMPLE
    pwsh -NoProfile -File WebhookReceiver.ps1 -OutputDirectory images -Prefix http://localhost:8080/done/ -Provider fal
#>

#Requires -Version 7.6
[CmdletBinding()]
param(
    # Where the images go.
    [Parameter(Mandatory)]
    [string] $OutputDirectory,

    # The address to listen on, with a slash at its end.
    [string] $Prefix = 'http://localhost:8080/done/',

    # The host whose webhooks they are. Without it the default provider.
    [string] $Provider,

    # How many calls to answer before it ends; 0 for no limit.
    [int] $Count
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command Test-ImagenWebhook -ErrorAction Ignore)) {
    $checkout = Join-Path $PSScriptRoot '../Imagen4.psd1'
    Import-Module ((Test-Path $checkout) ? $checkout : 'Imagen4')
}

$given = $Provider ? @{ Provider = $Provider } : @{}
$longest = 1MB
$listener = [System.Net.HttpListener]::new()
$listener.Prefixes.Add($Prefix)
$listener.Start()
Write-Information "Listening on $Prefix" -InformationAction Continue
try {
    for ($answered = 0; $Count -eq 0 -or $answered -lt $Count; $answered++) {
        # A wait in pieces: Ctrl+C ends it.
        $call = $listener.GetContextAsync()
        while (-not $call.Wait(200)) { }
        $context = $call.Result
        try {
            # The bytes as they arrived: they are signed.
            $genuine = $null
            $length = $context.Request.ContentLength64
            if ($length -lt 0 -or $length -gt $longest) {
                $context.Response.StatusCode = 413
                continue
            }

            # Whoever sends too slowly, or breaks off, must not hold up or end the others.
            $body = [byte[]]::new($length)
            $reading = $context.Request.InputStream.ReadExactlyAsync($body, 0, $body.Length, [Threading.CancellationToken]::None).AsTask()
            if (-not $reading.Wait(5000)) {
                $context.Response.StatusCode = 408
                continue
            }

            $genuine = Test-ImagenWebhook $body $context.Request.Headers @given -ErrorAction SilentlyContinue
            $context.Response.StatusCode = $genuine ? 200 : 400
        }
        catch {
            Write-Warning "A call could not be read: $($_.Exception.GetBaseException().Message)"
            continue
        }
        finally {
            # Answered before the images are fetched: a host that waits too long calls again.
            try {
                $context.Response.Close()
            }
            catch {
                Write-Verbose "The caller has gone: $_"
            }
        }

        # A host may call more than once; an image that is there already is not fetched again.
        $genuine | Receive-ImagenResult @given -OutputDirectory $OutputDirectory -ErrorAction Continue
    }
}
finally {
    $listener.Stop()
}
