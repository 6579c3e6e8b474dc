# Dot-sourced by what needs a PostgreSQL server of its own: a cluster in a temporary folder, on a free port of this machine,
# run by a user who is not root, because the server refuses root.
#
#     $server = Start-PostgresServer
#     try { ... "Host=127.0.0.1;Port=$($server.Port);Database=postgres;Username=tester" ... } finally { Remove-PostgresServer $server }

# The folder of the server's programs; nothing where they are not installed. Debian keeps them out of the path, and a link to one
# of them is not beside the others.
function Find-PostgresProgram {
    $folders = @($env:PATH -split [System.IO.Path]::PathSeparator) + @(Get-ChildItem /usr/lib/postgresql/*/bin -Directory -ErrorAction Ignore).FullName
    $initdb = $folders | Where-Object { $_ } | ForEach-Object { Get-Item (Join-Path $_ initdb) -ErrorAction Ignore } | Select-Object -First 1
    if ($initdb) {
        ($initdb.ResolveLinkTarget($true) ?? $initdb).DirectoryName
    }
}

# How a program of the server is started: as it is, or by root as somebody else.
function Get-PostgresCommand([string]$Name) {
    $program = Join-Path (Find-PostgresProgram) $Name
    if ([Environment]::UserName -eq 'root') {
        return 'setpriv', '--reuid=nobody', "--regid=$((id -gn nobody))", '--clear-groups', $program
    }

    , $program
}

function Invoke-Postgres([string]$Name, [string[]]$Arguments) {
    $command = @(Get-PostgresCommand $Name)
    Push-Location /
    try {
        $said = & $command[0] @($command | Select-Object -Skip 1) @Arguments 2>&1
        if ($LASTEXITCODE -ne 0) {
            throw "$Name ended with $LASTEXITCODE`: $($said -join "`n")"
        }
    }
    finally {
        Pop-Location
    }
}

# Makes a cluster and starts it. The role tester may do everything, without a password.
function Start-PostgresServer {
    $folder = Join-Path ([System.IO.Path]::GetTempPath()) "imagen4-pg-$([guid]::NewGuid().ToString('N'))"
    $null = New-Item $folder -ItemType Directory
    if ([Environment]::UserName -eq 'root') {
        chown nobody $folder
    }

    Invoke-Postgres initdb @('-D', "$folder/data", '-U', 'tester', '--auth=trust', '--no-sync', '-E', 'UTF8', '--no-locale')
    Add-Content "$folder/data/postgresql.conf" "listen_addresses = '127.0.0.1'"
    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    $server = @{ Folder = $folder; Port = $port; Process = $null }
    try {
        Resume-PostgresServer $server
    }
    catch {
        Remove-PostgresServer $server
        throw
    }

    $server
}

# Starts a cluster that has been stopped, and waits until it takes connections.
function Resume-PostgresServer([hashtable]$Server) {
    $command = @(Get-PostgresCommand postgres)
    $start = [System.Diagnostics.ProcessStartInfo]::new($command[0])
    $listen = @('-D', "$($Server.Folder)/data", '-p', $Server.Port, '-k', $Server.Folder, '-c', 'logging_collector=on')
    @($command | Select-Object -Skip 1).ForEach{ $start.ArgumentList.Add($_) }
    $listen.ForEach{ $start.ArgumentList.Add($_) }
    $start.WorkingDirectory = '/'
    $start.RedirectStandardError = $start.RedirectStandardOutput = $true
    $Server.Process = [System.Diagnostics.Process]::Start($start)
    $null = $Server.Process.StandardError.ReadToEndAsync()
    $null = $Server.Process.StandardOutput.ReadToEndAsync()
    $deadline = [datetime]::UtcNow.AddSeconds(60)
    while ($true) {
        try {
            Invoke-Postgres psql @('-h', '127.0.0.1', '-p', $Server.Port, '-U', 'tester', '-d', 'postgres', '-qAtc', 'SELECT 1')
            return
        }
        catch {
            if ($Server.Process.HasExited -or [datetime]::UtcNow -gt $deadline) {
                throw
            }
        }

        Start-Sleep -Milliseconds 50
    }
}

# Runs SQL and returns what it selects, a line a row.
function Invoke-PostgresSql([hashtable]$Server, [string]$Sql, [string]$Database = 'postgres') {
    $said = & (Join-Path (Find-PostgresProgram) psql) -h 127.0.0.1 -p $Server.Port -U tester -d $Database -v ON_ERROR_STOP=1 -qAtc $Sql 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "psql: $($said -join "`n")"
    }

    $said
}

# Ends it at once, as a crash does: sessions break off, and what was not flushed is recovered from its log.
function Stop-PostgresServer([hashtable]$Server) {
    if ($Server.Process -and -not $Server.Process.HasExited) {
        Invoke-Postgres pg_ctl @('-D', "$($Server.Folder)/data", 'stop', '-m', 'immediate')
        $Server.Process.WaitForExit()
    }
}

function Remove-PostgresServer([hashtable]$Server) {
    if ($Server) {
        Stop-PostgresServer $Server
        Remove-Item $Server.Folder -Recurse -Force
    }
}

# Gives it a certificate for this host name that nobody has signed but itself, and returns the certificate's file.
function Set-PostgresCertificate([hashtable]$Server, [string]$HostName) {
    $key = [System.Security.Cryptography.RSA]::Create(2048)
    $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(
        "CN=$HostName", $key, [System.Security.Cryptography.HashAlgorithmName]::SHA256, [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
    $names = [System.Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder]::new()
    $names.AddDnsName($HostName)
    $request.CertificateExtensions.Add($names.Build())
    $request.CertificateExtensions.Add([System.Security.Cryptography.X509Certificates.X509BasicConstraintsExtension]::new($true, $false, 0, $true))
    $certificate = $request.CreateSelfSigned([datetimeoffset]::UtcNow.AddDays(-1), [datetimeoffset]::UtcNow.AddDays(1))
    $data = Join-Path $Server.Folder data
    $file = Join-Path $Server.Folder "$HostName.crt"
    Set-Content $file $certificate.ExportCertificatePem()
    Set-Content (Join-Path $data server.key) $key.ExportPkcs8PrivateKeyPem()
    Copy-Item $file (Join-Path $data server.crt)
    if ([Environment]::UserName -eq 'root') {
        chown nobody (Join-Path $data server.key) (Join-Path $data server.crt)
    }

    chmod 600 (Join-Path $data server.key)
    $file
}

# Has it encrypt, listen under the machine's name too, and let in whom the lines for pg_hba.conf say before its own do.
function Enable-PostgresTls([hashtable]$Server, [string[]]$Access) {
    $data = Join-Path $Server.Folder data
    $rules = Join-Path $data pg_hba.conf
    Set-Content $rules (@($Access) + (Get-Content $rules))
    Add-Content (Join-Path $data postgresql.conf) "ssl = on`nlisten_addresses = '127.0.0.1,$([Environment]::MachineName)'"
    Stop-PostgresServer $Server
    Resume-PostgresServer $Server
}
