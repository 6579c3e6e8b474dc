# The commands that are no part of that life, and the errors that are none of it. The key stands wherever one may be put by mistake, and
# the host repeats it in an error: that an image is too small.
param([string]$Front, [string]$Admin)

function Add-Fault([hashtable]$What) {
    $null = Invoke-RestMethod "$Admin/faults" -Method Post -ContentType 'application/json' -Body ($What | ConvertTo-Json) -Verbose:$false -Debug:$false
}

$loud = @{ Verbose = $true; Debug = $true; WarningAction = 'Continue' }
$key = @{ ApiKey = $env:CANARY } + $loud
Set-ImagenProvider fal -BaseUri $Front -StorageUri $Front -PlatformUri $Front
$seen = & {
    New-ImagenImage 'A fox [emulator:image_too_small]' -Provider fal -Wait @key
    New-ImagenImage 'A fox [emulator:internal_server_error]' -Provider fal -OutputDirectory others @key
    New-ImagenImage 'A fox [emulator:media_not_image]' -Provider fal -OutputDirectory others @key
    New-ImagenImage 'A fox [emulator:seconds=60]' -Provider fal -Wait -TimeoutSec 1 -CancelOnStop @key
    New-ImagenImage 'A fox [emulator:seconds=60]' -Provider fal @key | Tee-Object -Variable cancelled | Stop-ImagenRequest @key
    $cancelled | Receive-ImagenResult -Wait -OutputDirectory others @key
    Add-Fault @{ operation = 'submit'; kind = 'status'; status = 429; count = 1000 }
    try { New-ImagenImage 'A fox' -Provider fal -TimeoutSec 1 @key } catch { $_ }
    $null = Invoke-RestMethod "$Admin/faults" -Method Delete -Verbose:$false -Debug:$false

    $null = New-Item -ItemType Directory others -Force
    Set-Content others/taken.png 'mine'
    New-ImagenImage 'A fox' -Provider fal -OutputDirectory others -FileName taken @key
    Set-ImagenProvider priced -Protocol FalQueue -BaseUri $Front -ApiKeyVariable CANARY -PricePerImage 1 @loud
    'A fox', 'An owl' | New-ImagenImage -Provider priced -MaxCost 0.5 @loud
    New-ImagenImage 'A fox' -Provider fal -OutputDirectory others -Sidecar -FileName sidecar @key | Tee-Object -Variable good

    Expand-ImagenPrompt 'a {red|blue} fox' @loud
    Find-ImagenModel nobody -Provider fal @loud
    Get-ImagenModel fal-ai/imagen4/preview, fal-ai/nobody/none -Provider fal @loud
    Get-ImagenPrice fal-ai/imagen4/preview, fal-ai/nobody/none -Provider fal @key
    Get-ImagenPrice -Provider chainhub @key
    $good | Export-ImagenGallery gallery.html @loud
    Export-ImagenGallery gallery.html -ImageDirectory ./nothere @loud
    $good | Show-ImagenImage @loud
    Show-ImagenImage others/taken.png @loud
    $headers = @{
        'X-Fal-Webhook-Request-Id' = $env:CANARY; 'X-Fal-Webhook-User-Id' = 'u'; 'X-Fal-Webhook-Timestamp' = "$([DateTimeOffset]::UtcNow.ToUnixTimeSeconds())"
        'X-Fal-Webhook-Signature' = '0' * 128; 'Authorization' = "Key $env:CANARY"
    }
    $env:IMAGEN4_EMULATOR = $Front
    Test-ImagenWebhook '{}' $headers -Provider emulator @loud
    Remove-Item Env:\IMAGEN4_EMULATOR
    try { Start-ImagenEmulator -Port ([uri]$Front).Port @loud } catch { $_ }
    Stop-ImagenEmulator @loud
    $good | Remove-ImagenRequest -Confirm:$false @loud
    Remove-ImagenProvider nobody @loud

    # Keys where none belongs: in an address, in the name of a file, in a header's name, in the name of a provider's variable.
    foreach ($wrong in @{ BaseUri = "https://x:$($env:CANARY.Replace('/', '%2F').Replace('?', '%3F'))@host.example" }, @{ BaseUri = "https://host.example/?key=$env:CANARY" },
        @{ KeyHeader = $env:CANARY }, @{ SubmitPath = "/v1?key=$env:CANARY" }, @{ ApiKeyVariable = $env:CANARY }) {
        try { Set-ImagenProvider wrong -Protocol ImagesGenerations @wrong @loud } catch { $_ }
    }

    Remove-Item Env:\FAL_KEY
    try { New-ImagenImage 'A fox' -Provider fal @loud } catch { $_ }

    # Of a shared ledger too, the password is a secret.
    $env:PGPASSWORD = $env:CANARY
    try { Set-ImagenLedger -ConnectionString "Host=127.0.0.1;Port=1;Database=l;Username=u;Password=$env:CANARY" @loud } catch { $_ }
    try { Set-ImagenLedger -ConnectionString 'Host=127.0.0.1;Port=1;Database=l;Username=u' -Scope Session @loud } catch { $_ }
    Get-ImagenLedger -Verify @loud
    try { New-ImagenImage 'A fox' -Provider fal @key } catch { $_ }
    try { Get-ImagenRequest @loud } catch { $_ }
    Remove-Item Env:\PGPASSWORD
} *>&1
$seen

# As a user looks at what went wrong.
$seen | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | ForEach-Object { $_ | Get-Error } | Out-String -Width 4000 | Set-Content get-error.txt
