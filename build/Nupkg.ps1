# Dot-sourced by New-Package.ps1: makes the .nupkg of a module, byte for byte the same whenever its files are the same.

# Compress-PSResource writes the package; what it takes from the clock, from this machine and from chance is then evened out:
# the order and the times of the entries, the order of the content types, the name of the core properties, the ids of the
# relationships, who wrote them. What is left of the machine is the mark of its operating system at each entry.
function New-Nupkg([string]$Module, [string]$Destination) {
    $raw = Join-Path $Destination ([guid]::NewGuid().ToString('N'))
    $null = New-Item $raw -ItemType Directory
    try {
        Compress-PSResource -Path $Module -DestinationPath $raw
        $written = Get-ChildItem $raw -Filter *.nupkg
        $even = Join-Path $Destination $written.Name
        Remove-Item $even -ErrorAction Ignore
        Copy-EvenArchive $written.FullName $even
        Get-Item $even
    }
    finally {
        Remove-Item $raw -Recurse -Force
    }
}

function Copy-EvenArchive([string]$From, [string]$To) {
    $readable = [uint32]0x81A4 -shl 16
    $source = [System.IO.Compression.ZipFile]::OpenRead($From)
    $target = [System.IO.Compression.ZipFile]::Open($To, 'Create')
    try {
        $entries = [System.Collections.Generic.SortedDictionary[string, System.IO.Compression.ZipArchiveEntry]]::new([System.StringComparer]::Ordinal)
        $source.Entries.ForEach{ $entries.Add((Get-EvenText $_.FullName), $_) }
        foreach ($name in $entries.Keys) {
            $entry = $target.CreateEntry($name, 'Optimal')
            $entry.LastWriteTime = [datetimeoffset]::new(1980, 1, 1, 0, 0, 0, [timespan]::Zero)
            $entry.ExternalAttributes = [int]::CreateTruncating($readable)
            $in = $entries[$name].Open()
            $out = $entry.Open()
            try {
                if ($name -match '\.(rels|psmdcp)$|^\[Content_Types\]') {
                    $text = Get-EvenText ([System.IO.StreamReader]::new($in).ReadToEnd())
                    $out.Write([System.Text.UTF8Encoding]::new($false).GetBytes($text))
                }
                else {
                    $in.CopyTo($out)
                }
            }
            finally {
                $out.Dispose()
                $in.Dispose()
            }
        }
    }
    finally {
        $target.Dispose()
        $source.Dispose()
    }
}

function Get-EvenText([string]$Text) {
    $Text = $Text -replace '[0-9a-f]{32}\.psmdcp', 'coreProperties.psmdcp' -replace '<lastModifiedBy>.*?</lastModifiedBy>'
    $lines = $Text -split "`r?`n"
    $types = @($lines -match '<(Default|Override) ')
    if ($types) {
        [array]::Sort($types, [System.StringComparer]::Ordinal)
        return (@($lines -notmatch '<(Default|Override) ' -ne '</Types>') + $types + '</Types>') -join "`n"
    }

    $ids = @{ Next = 0 }
    $Text -replace '(?<= Id=")R[0-9A-F]+(?=")', { "R$(($ids.Next++))" }
}
