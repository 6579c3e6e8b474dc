# What every test file shares. A file dot-sources it in BeforeAll, calls Enter-ImagenTest there, Reset-Emulator in BeforeEach
# and Exit-ImagenTest in AfterAll. A PowerShell of its own is started as & $PwshProgram @PwshArguments.

. $PSScriptRoot/../../build/ChildPowerShell.ps1
$ModuleManifest = [System.IO.Path]::GetFullPath((Join-Path $PSScriptRoot '../../Imagen4.psd1'))
$OwnVariables = @(
    'PSModulePath', 'IMAGEN4_HOME', 'IMAGEN4_LEDGER', 'IMAGEN4_PROVIDER', 'IMAGEN4_EMULATOR', 'PGPASSWORD', 'PGPASSFILE'
    'FAL_KEY', 'FAL_KEY_ID', 'FAL_KEY_SECRET', 'CHAINHUB_API_KEY', 'KKIAI_API_KEY', 'AIMLAPI_API_KEY'
)
$StartedShells = [System.Collections.Generic.List[powershell]]::new()
$UnknownId = '00000000-0000-4000-8000-000000000000'

# Imports the built module, moves its state into a folder of the test, hides the user's keys and modules and starts an emulator.
function Enter-ImagenTest {
    param([string]$StateFolder, [switch]$NoEmulator)
    Import-Module $ModuleManifest -ErrorAction Stop
    $saved = @{}
    foreach ($name in $OwnVariables) {
        $saved[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $null)
    }
    $env:IMAGEN4_HOME = $StateFolder

    # PowerShell's own modules alone: one of this machine with a Get-Secret would be asked for keys.
    $env:PSModulePath = Join-Path $PSHOME Modules
    $test = @{ Saved = $saved; Mark = 0; Home = $StateFolder }
    if (-not $NoEmulator) {
        $test.Emulator = Start-ImagenEmulator -ErrorAction Stop
        $test.BaseUri = $test.Emulator.BaseUri.TrimEnd('/')
        $test.Admin = "$($test.BaseUri)/_emulator"
    }
    $test
}

# Starts an emulator that takes one key only, beside the session: the built-in providers are pointed at it, each at its persona.
function Start-KeyedEmulator {
    param([hashtable]$Test, [string]$Key)
    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet')
    @((Join-Path $PSScriptRoot '../../lib/emulator/Imagen4.Emulator.dll'), '--end-with-stdin', '--key', $Key).ForEach{ $start.ArgumentList.Add($_) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $Test.Process = [System.Diagnostics.Process]::Start($start)
    $Test.BaseUri = ($Test.Process.StandardOutput.ReadLine() -split ' ')[-1].TrimEnd('/')
    $Test.Admin = "$($Test.BaseUri)/_emulator"
}

# Points the built-in providers at the personas of an emulator, or of what stands in front of it, for this session.
function Set-Persona {
    param([string]$BaseUri)
    foreach ($name in 'fal', 'fal-sync', 'chainhub', 'kkiai', 'aimlapi') {
        $address = $name -eq 'fal' ? $BaseUri : "$BaseUri/$name"
        Set-ImagenProvider $name -BaseUri $address -ApiKeyVariable (Get-ImagenProvider $name).ApiKeyVariable
    }
}

function Exit-ImagenTest {
    param([hashtable]$Test)
    # Those of tests that failed before their end; a second Stop does nothing.
    $StartedShells | ForEach-Object { $_.Stop(); $_.Runspace.Dispose(); $_.Dispose() }
    if ($Test.Emulator) {
        Stop-ImagenEmulator
    }
    if ($Test.Process) {
        $Test.Process.StandardInput.Close()
        $Test.Process.WaitForExit()
        $Test.Process.Dispose()
        'fal', 'fal-sync', 'chainhub', 'kkiai', 'aimlapi' | Where-Object { (Get-ImagenProvider $_).Scope -eq 'Session' } | Remove-ImagenProvider
    }
    foreach ($name in $Test.Saved.Keys) {
        [Environment]::SetEnvironmentVariable($name, $Test.Saved[$name])
    }
}

# Fast, with room for everything and without faults; bills and the ledger from here on are the test's own.
function Reset-Emulator {
    param([hashtable]$Test, [int]$Slots = 200, [double]$GenerationTime = 0, [switch]$KeepHome)
    if (-not $KeepHome) {
        $env:IMAGEN4_HOME = Join-Path $Test.Home ([guid]::NewGuid())
    }
    $null = Invoke-RestMethod "$($Test.Admin)/faults" -Method Delete
    $null = Invoke-RestMethod "$($Test.Admin)/requests" -Method Delete
    Set-Emulator $Test @{ slots = $Slots; generation_time = $GenerationTime }
    $Test.Mark = @(Read-Bill $Test).Count
}

function Set-Emulator {
    param([hashtable]$Test, [hashtable]$Settings)
    $null = Invoke-RestMethod "$($Test.Admin)/settings" -Method Put -ContentType 'application/json' -Body ($Settings | ConvertTo-Json)
}

function Add-Fault {
    param([hashtable]$Test, [hashtable]$Fault)
    $null = Invoke-RestMethod "$($Test.Admin)/faults" -Method Post -ContentType 'application/json' -Body ($Fault | ConvertTo-Json -Depth 5)
}

function Read-Bill {
    param([hashtable]$Test)
    # A server that sends no charset means UTF-8; Invoke-RestMethod does not know that for this media type.
    $bytes = (Invoke-WebRequest "$($Test.Admin)/bills").RawContentStream.ToArray()
    [System.Text.Encoding]::UTF8.GetString($bytes) -split "`n" | Where-Object { $_ } | ConvertFrom-Json -DateKind String
}

# What was paid for since Reset-Emulator, in the order of acceptance.
function Get-Bill {
    param([hashtable]$Test)
    @(Read-Bill $Test) | Select-Object -Skip $Test.Mark
}

function Get-Seen {
    param([hashtable]$Test)
    Invoke-RestMethod "$($Test.Admin)/requests" | ForEach-Object { $_ }
}

function Get-Summary {
    param([hashtable]$Test)
    Invoke-RestMethod "$($Test.Admin)/summary"
}

# Everything a command said, by stream, and the error that ended it.
function Watch-Command {
    param([scriptblock]$Script)
    $ErrorActionPreference = 'Continue'
    $seen = @{ Output = @(); Error = @(); Warning = @(); Verbose = @(); Other = @(); Thrown = $null }
    try {
        & $Script *>&1 | ForEach-Object {
            switch ($_) {
                { $_ -is [System.Management.Automation.ErrorRecord] } { $seen.Error += $_; break }
                { $_ -is [System.Management.Automation.WarningRecord] } { $seen.Warning += $_.Message; break }
                { $_ -is [System.Management.Automation.VerboseRecord] } { $seen.Verbose += $_.Message; break }
                { $_ -is [System.Management.Automation.InformationalRecord] -or $_ -is [System.Management.Automation.InformationRecord] } { $seen.Other += "$_"; break }
                default { $seen.Output += $_ }
            }
        }
    }
    catch {
        $seen.Thrown = $_
    }
    $seen
}

# Waits until something holds; the deadline only ends a test that would never end.
function Wait-Until {
    param([scriptblock]$Condition, [string]$Because, [int]$Seconds = 30)
    $deadline = [datetime]::UtcNow.AddSeconds($Seconds)
    while (-not (& $Condition)) {
        if ([datetime]::UtcNow -gt $deadline) {
            throw "Within $Seconds s it did not come true that $Because."
        }
        Start-Sleep -Milliseconds 20
    }
}

# Runs a script in a PowerShell of its own and returns what it printed, as text.
function Invoke-Pwsh {
    param([string]$Script, [string]$WorkingDirectory = $PWD)
    $encoded = [Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes("`$ProgressPreference = 'SilentlyContinue'`n$Script"))
    Push-Location $WorkingDirectory
    try {
        (& $PwshProgram @PwshArguments -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand $encoded 2>&1 | Out-String).Trim()
    }
    finally {
        Pop-Location
    }
}

# Starts a script in a runspace of this process, with the module and without waiting.
function Start-Shell {
    param([scriptblock]$Script, [object[]]$ArgumentList)
    $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    $state.ImportPSModule($ModuleManifest)
    $runspace = [runspacefactory]::CreateRunspace($state)
    $runspace.Open()
    $shell = [powershell]::Create($runspace)
    $null = $shell.AddScript($Script.ToString())
    foreach ($argument in $ArgumentList) {
        $null = $shell.AddArgument($argument)
    }
    $nothing = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $nothing.Complete()
    $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $null = $shell.BeginInvoke($nothing, $output)
    $StartedShells.Add($shell)
    @{ Shell = $shell; Output = $output }
}

# What Ctrl+C does. The limit is a safety net, not a measure.
function Stop-Shell {
    param([hashtable]$Running)
    $stop = $Running.Shell.BeginStop($null, $null)
    $stop.AsyncWaitHandle.WaitOne(15000) | Should -BeTrue -Because 'a stop returns'
    $Running.Shell.EndStop($stop)
    $Running.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
    $null = $StartedShells.Remove($Running.Shell)
    $Running.Shell.Runspace.Dispose()
    $Running.Shell.Dispose()
}

# Nothing comes any more. Whoever waits for a request asks at least every 3 s: a longer silence is the end of it.
function Wait-Quiet {
    param([hashtable]$Test)
    Wait-Until {
        $newest = Get-Seen $Test | Select-Object -Last 1
        -not $newest -or ([datetime]::UtcNow - $newest.time.ToUniversalTime()).TotalSeconds -gt 3.5
    } 'the emulator hears nothing any more'
}

function New-ConsoleStart {
    # A PowerShell of its own that hears Ctrl+C. What a shell starts in the background ignores it, and so does all that this starts,
    # unless it is told not to.
    param([string[]]$Arguments)
    $command = @($PwshProgram) + $PwshArguments + $Arguments
    if (-not $IsWindows -and (& sh -c 'env --default-signal=INT true 2>/dev/null && echo yes')) {
        $command = @('env', '--default-signal=INT') + $command
    }

    [System.Diagnostics.ProcessStartInfo]::new($command[0], [string[]]$command[1..($command.Count - 1)])
}

# The cards of a page: what each shows, by the names of its parameters.
function Read-GalleryPage {
    param([string]$Path)
    $text = Get-Content $Path -Raw
    foreach ($match in [regex]::Matches($text, '(?s)<li data-state="(?<state>[^"]*)".*?data-details="(?<details>[^"]*)".*?</li>')) {
        $details = [System.Net.WebUtility]::HtmlDecode($match.Groups['details'].Value) | ConvertFrom-Json -AsHashtable
        $details.State = $match.Groups['state'].Value
        $details.Source = [regex]::Match($match.Value, 'src="([^"]*)"').Groups[1].Value
        $details
    }
}
