# Dot-sourced by whatever starts a PowerShell of its own: $PwshProgram and $PwshArguments are the PowerShell that runs this.
#
#     & $PwshProgram @PwshArguments -NoProfile -File script.ps1
#
# An installed PowerShell is a program. The .NET tool (dotnet tool restore) is not: its process is dotnet, which runs pwsh.dll.

$PwshProgram = [Environment]::ProcessPath
[string[]] $PwshArguments = @()
if ([System.IO.Path]::GetFileNameWithoutExtension($PwshProgram) -eq 'dotnet') {
    $PwshArguments = @(Join-Path $PSHOME pwsh.dll)

    # Start-Job starts the pwsh beside pwsh.dll, which looks for .NET where it is usually installed, and nowhere else.
    $env:DOTNET_ROOT ??= Split-Path $PwshProgram

    # It may have been started by its full path; the build and the tests start dotnet by its name.
    if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
        $env:PATH += [System.IO.Path]::PathSeparator + (Split-Path $PwshProgram)
    }
}
