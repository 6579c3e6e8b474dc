# The life of requests with everything that speaks turned up, in a process of its own. What is said and written lands in the folder.
param([string]$Manifest, [string]$Front, [string]$Admin, [string]$Stranger, [string]$Folder)

$ready = {
    param([string]$Manifest, [string]$Folder)
    Set-Location $Folder
    $global:VerbosePreference = $global:DebugPreference = $global:InformationPreference = $global:ProgressPreference = 'Continue'
    Import-Module $Manifest -Verbose:$false
}
. $ready $Manifest $Folder
$null = Start-Transcript (Join-Path $Folder transcript.txt)
Set-ImagenProvider fal -BaseUri $Front -StorageUri $Front -ApiKeyVariable (Get-ImagenProvider fal).ApiKeyVariable
foreach ($name in 'fal-sync', 'chainhub', 'kkiai', 'aimlapi') {
    Set-ImagenProvider $name -BaseUri "$Front/$name" -ApiKeyVariable (Get-ImagenProvider $name).ApiKeyVariable
}

# One that takes the key in a header of its own.
Set-ImagenProvider images -Protocol ImagesGenerations -BaseUri "$Front/openform" -ApiKeyVariable IMAGES_API_KEY -DefaultModel gpt-image-2 -KeyHeader api-key `
    -SubmitPath '/deployments/{model}/images/generations?api-version=1' -InputName @{ num_images = 'n' }

$life = {
    param([string]$Provider, [hashtable]$Key, [string]$Admin, [string]$Stranger)

    # What the emulator does once with the next call of a kind: sends it elsewhere, or answers with a page.
    function Add-Fault([string]$Operation, [hashtable]$What) {
        $null = Invoke-RestMethod "$Admin/faults" -Method Post -ContentType 'application/json' -Body (@{ operation = $Operation; count = 1 } + $What | ConvertTo-Json) -Verbose:$false -Debug:$false
    }

    $elsewhere = @{ kind = 'status'; status = 302; headers = @{ Location = "$Stranger/stolen" } }
    $out = "$Provider-$($Key.Count)"
    $slow = $Provider -in 'fal-sync', 'aimlapi', 'images' ? 0 : 60
    # The same rows at every provider are warned of, and with -Debug a warning asks.
    'A red fox', @{ prompt = 'An owl'; num_images = 2; AdditionalInput = '{"style":"oil"}' } |
        New-ImagenImage -Provider $Provider @Key -Verbose -Debug -WarningAction Continue | Tee-Object -Variable requests
    $requests | Get-ImagenRequestStatus -Wait @Key -Verbose -Debug
    $requests | Receive-ImagenResult -Wait -OutputDirectory $out @Key -Verbose -Debug | Tee-Object -Variable results
    New-ImagenImage 'A fox' -Provider $Provider -OutputDirectory $out @Key -Verbose
    New-ImagenImage "A storm [emulator:seconds=$slow]" -Provider $Provider @Key | Stop-ImagenRequest -PassThru @Key -Verbose
    New-ImagenImage 'A forbidden thing' -Provider $Provider -Wait @Key -Verbose
    try { New-ImagenImage "A fox [emulator:$($Provider -eq 'fal' ? 'locked' : 'not_allowed')]" -Provider $Provider @Key } catch { $_ }
    New-ImagenImage 'A fox [emulator:media_missing]' -Provider $Provider -OutputDirectory $out @Key
    New-ImagenImage 'A fox' -Provider $Provider -Model fal-ai/nobody/none @Key
    New-ImagenImage 'A fox' -Provider $Provider -AspectRatio 9:99 @Key
    Get-ImagenRequestStatus 00000000-0000-4000-8000-000000000000 -Provider $Provider @Key
    Add-Fault submit $elsewhere
    New-ImagenImage 'A fox' -Provider $Provider @Key -Verbose
    Add-Fault submit @{ kind = 'html' }
    New-ImagenImage 'A fox' -Provider $Provider @Key -Verbose
    Add-Fault submit @{ kind = 'abort' }
    New-ImagenImage 'A fox' -Provider $Provider @Key -Verbose
    Get-ImagenRequest -Provider $Provider
    Get-ImagenRequest -Provider $Provider -State InDoubt | Resolve-ImagenRequest @Key -Verbose -Debug
    if ($Provider -eq 'fal') { New-ImagenImage 'A fox' -Provider $Provider -WebhookUri "$Stranger/hook" -Tag @{ team = 'design' } -Wait @Key -Verbose }
    if (-not $slow) { return }
    Add-Fault result $elsewhere
    $requests[0] | Receive-ImagenResult -OutputDirectory "$out-again" @Key -Verbose
    $null = Invoke-RestMethod "$Admin/faults" -Method Delete -Verbose:$false -Debug:$false
}

$ends = {
    param([string]$Provider)
    try { New-ImagenImage 'A fox' -Provider $Provider -ApiKey $env:WRONG -Verbose } catch { $_ }
    try { New-ImagenImage 'A fox' -Provider $Provider -ApiKey "$env:WRONG with blanks" -Verbose } catch { $_ }
    try { New-ImagenImage 'A fox' -Provider $Provider -ApiKey ([System.Net.NetworkCredential]::new('', $env:WRONG).SecurePassword) -Verbose } catch { $_ }
}

$said = foreach ($provider in 'fal', 'fal-sync', 'chainhub', 'kkiai', 'aimlapi', 'images') {
    # First as a user sees it, with the keys from the environment and the transcript listening; then with the key as a parameter,
    # in a shell whose streams are all kept, progress too.
    try { & $life $provider @{} $Admin $Stranger *>&1 | Tee-Object -Variable seen | Out-Default; $seen } catch { $_ }
    & $ends $provider *>&1
    $shell = [powershell]::Create()
    $null = $shell.AddScript($ready).AddArgument($Manifest).AddArgument($Folder).Invoke()
    $shell.Commands.Clear()
    $null = $shell.AddScript($life).AddArgument($provider).AddArgument(@{ ApiKey = $env:CANARY }).AddArgument($Admin).AddArgument($Stranger)
    try { $shell.Invoke() } catch { $_ }
    foreach ($stream in 'Error', 'Warning', 'Verbose', 'Debug', 'Information', 'Progress') {
        $shell.Streams.$stream | Export-Clixml (Join-Path $Folder "$provider-$stream.xml") -Depth 3
        $shell.Streams.$stream
    }
}

# A host behind a proxy that lets nobody through, in a profile that is written to disk.
Set-ImagenProvider kept -Protocol FalQueue -BaseUri $Front -ApiKeyVariable CANARY -Scope User
$null = Invoke-RestMethod "$Admin/faults" -Method Post -ContentType 'application/json' -Body '{"operation":"submit","kind":"status","status":407}' -Verbose:$false -Debug:$false
$said += try { New-ImagenImage 'A fox' -Provider kept -Verbose *>&1 } catch { $_ }
function Get-Secret { $env:CANARY }
Set-ImagenProvider secret -Protocol FalQueue -BaseUri $Front -SecretName canary -Scope User
$said += try { New-ImagenImage 'A fox' -Provider secret -Verbose -Debug *>&1 } catch { $_ }

# The storage names an address at the stranger for the bytes.
Set-Content ref.txt 'a file'
foreach ($key in @{}, @{ ApiKey = $env:CANARY }, @{ ApiKey = $env:WRONG }) {
    $said += Send-ImagenFile ref.txt -Provider fal @key -Verbose -Debug *>&1
}
$said += & $PSScriptRoot/others.ps1 $Front $Admin
$said += Get-ImagenProvider | Format-List * | Out-String

$null = Stop-Transcript
$objects = $said | Where-Object { $_ -is [Imagen4.ImagenRequest] -or $_ -is [Imagen4.ImagenResult] -or $_ -is [Imagen4.ImagenRequestStatus] }
$objects | ForEach-Object { $_ | Select-Object * } | ConvertTo-Csv | Set-Content objects.csv
$objects | ConvertTo-Json -Depth 8 | Set-Content objects.json
$objects | Export-Clixml objects.xml -Depth 8
$said | Out-String -Width 4000 | Set-Content said.txt
$said | ForEach-Object { "$_" } | Set-Content said-as-text.txt
$Error | Export-Clixml errors.xml -Depth 4
$Error | Format-List * -Force | Out-String -Width 4000 | Set-Content errors.txt
$Error | ForEach-Object { ($_.Exception ?? $_).ToString(); ($_.Exception ?? $_).Data | Out-String; $_.ErrorDetails } | Set-Content exceptions.txt
"life: $(@($objects).Count) objects, $($Error.Count) errors"
