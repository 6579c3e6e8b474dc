<#
.SYNOPSIS
    The same batch as people write it without a module: Invoke-RestMethod in ForEach-Object -Parallel. Prints its figures as JSON.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [uri] $Address,
    [Parameter(Mandatory)] [string] $Model,
    [Parameter(Mandatory)] [string] $Csv,
    [Parameter(Mandatory)] [string] $OutputDirectory,
    [int] $ThrottleLimit = 40
)

$ErrorActionPreference = 'Stop'
$watch = [Diagnostics.Stopwatch]::StartNew()
$process = [Diagnostics.Process]::GetCurrentProcess()
$before = $process.TotalProcessorTime.TotalSeconds
$null = New-Item $OutputDirectory -ItemType Directory -Force

$delivered = @(Import-Csv $Csv | ForEach-Object -ThrottleLimit $ThrottleLimit -Parallel {
        $key = @{ Authorization = 'Key parallel' }
        $body = @{ prompt = $_.prompt } | ConvertTo-Json
        $request = Invoke-RestMethod "$using:Address$using:Model" -Method Post -Headers $key -Body $body -ContentType application/json
        while ((Invoke-RestMethod $request.status_url -Headers $key).status -ne 'COMPLETED') {
            # A fixed pause, as such scripts have, and as fal's client polls by default: it is what is compared.
            Start-Sleep -Milliseconds 500
        }

        $result = Invoke-RestMethod $request.response_url -Headers $key
        Invoke-WebRequest $result.images[0].url -OutFile "$using:OutputDirectory/$($_.key).png"
        1
    }).Count

$seconds = $watch.Elapsed.TotalSeconds
$process.Refresh()
@{
    seconds   = $seconds
    processor = $process.TotalProcessorTime.TotalSeconds - $before
    mebibytes = $process.PeakWorkingSet64 / 1MB
    delivered = $delivered
} | ConvertTo-Json -Compress
