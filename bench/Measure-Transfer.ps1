<#
.SYNOPSIS
    Large results: a file of 50 MB with the module and with curl, in turns, and the memory that files and images in base64 take.
.OUTPUTS
    One object for the speed, and one for each size with the peak of a process that fetches such results.
#>
[CmdletBinding()]
param(
    [ValidateRange(1000, 100000000)]
    [int] $Bytes = 50000000,

    [ValidateRange(1, 100)]
    [int] $Rounds = 5
)

$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot '../build/ChildPowerShell.ps1')
$folder = Join-Path ([IO.Path]::GetTempPath()) "imagen4-transfer-$PID"
$env:IMAGEN4_HOME = Join-Path $folder home
Import-Module (Join-Path $PSScriptRoot '../Imagen4.psd1')
$null = Start-ImagenEmulator -GenerationTime 0

function Get-Median([double[]] $Values) {
    @($Values | Sort-Object)[[int][math]::Floor($Values.Count / 2)]
}

# How long a request that has been generated takes to fetch and save.
function Measure-Fetch($Request, [string] $Out) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $fetched = $Request | Receive-ImagenResult -OutputDirectory $Out
    $watch.Stop()
    if ($fetched.State -ne 'Delivered') {
        throw "The image was not saved: $($fetched.State)."
    }

    Remove-Item $Out -Recurse
    $watch.Elapsed.TotalSeconds
}

# The peak of a process above what it had before the module was imported.
function Measure-Memory([string] $Prompt, [string] $More) {
    & $PwshProgram @PwshArguments -NoProfile -Command "
        `$process = [Diagnostics.Process]::GetCurrentProcess()
        `$idle = `$process.PeakWorkingSet64
        Import-Module '$(Join-Path $PSScriptRoot '../Imagen4.psd1')'
        1..5 | ForEach-Object { '$Prompt ' + `$_ } | New-ImagenImage -ThrottleLimit 1 -OutputDirectory '$folder/memory' $More | Out-Null
        `$process.Refresh()
        (`$process.PeakWorkingSet64 - `$idle) / 1MB"
    Remove-Item $folder/memory -Recurse
}

try {
    $large = New-ImagenImage "A lighthouse [emulator:bytes=$Bytes]" -Wait
    $small = New-ImagenImage 'A lighthouse [emulator:bytes=1500]' -Wait
    $rows = foreach ($round in 0..$Rounds) {
        $curl = & curl --silent --show-error --output $folder/curl.png --write-out '%{time_total}' $large.Images[0].Uri
        [pscustomobject]@{
            Round = $round
            Curl  = [double]::Parse($curl, [cultureinfo]::InvariantCulture)
            Large = Measure-Fetch $large $folder/large
            Small = Measure-Fetch $small $folder/small
        }
    }

    # The first round compiles and does not count. What a fetch costs before its first byte is no part of the speed.
    $rows = $rows | Where-Object Round -GT 0
    $curl = $Bytes / 1MB / (Get-Median $rows.Curl)
    $own = $Bytes / 1MB / (Get-Median @($rows | ForEach-Object { $_.Large - $_.Small }))
    [pscustomobject]@{ What = "$Bytes bytes, MiB/s"; Imagen4 = $own; Other = $curl; Ratio = $own / $curl }

    $few = Measure-Memory 'A lighthouse [emulator:bytes=1500]'
    $many = Measure-Memory "A lighthouse [emulator:bytes=$Bytes]"
    [pscustomobject]@{ What = "Memory with a file of $Bytes and of 1500 bytes, MiB above idle"; Imagen4 = [double]$many; Other = [double]$few; Ratio = $many / $few }
    $few = Measure-Memory 'A lighthouse [emulator:bytes=1500]' '-NumImages 4 -SyncMode true'
    $many = Measure-Memory 'A lighthouse [emulator:bytes=2000000]' '-NumImages 4 -SyncMode true'
    [pscustomobject]@{ What = 'Memory with four images in base64, of 2 MB and of 1500 bytes'; Imagen4 = [double]$many; Other = [double]$few; Ratio = $many / $few }
}
finally {
    Stop-ImagenEmulator -WarningAction Ignore
    Remove-Item $folder -Recurse -Force -ErrorAction Ignore
}
