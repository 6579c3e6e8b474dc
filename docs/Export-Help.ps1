<#
.SYNOPSIS
    Makes the help that PowerShell reads (MAML and text) from the pages in this folder.
.DESCRIPTION
    The generated files are committed, so that a build needs no PlatyPS. Running this twice changes nothing.
#>
[CmdletBinding()]
param(
    [string] $OutputDirectory = (Join-Path $PSScriptRoot '../src/module/en-US')
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS | Where-Object Version -ge 1.0.0)) {
    throw 'Microsoft.PowerShell.PlatyPS 1.0 or later is missing. Install-PSResource Microsoft.PowerShell.PlatyPS installs it.'
}

Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0.0
$maml = 'http://schemas.microsoft.com/maml/2004/10'
$dev = 'http://schemas.microsoft.com/maml/dev/2004/10'

# The console has no use for the marks of markdown.
function ConvertTo-Plain([string] $text) {
    $text -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '`([^`]+)`', '$1' -replace '\*\*([^*]+)\*\*', '$1'
}

# Text and fenced blocks, in their order. A paragraph is one line: whoever shows it knows how wide the window is.
function Split-Block([string] $markdown) {
    $fence = $null
    $lines = [Collections.Generic.List[string]]::new()
    foreach ($line in ($markdown.Trim() -split '\r?\n') + '') {
        if ($null -ne $fence) {
            if ($line -eq '```') {
                [pscustomobject]@{ Kind = $fence; Text = $lines -join "`n" }
                $lines.Clear()
                $fence = $null
            }
            else {
                $lines.Add($line)
            }
        }
        elseif ($line -match '^```(\w+)' -or -not $line.Trim()) {
            $fence = $line.Trim() ? $Matches[1] : $null
            if ($lines.Count -gt 0) {
                $isTable = $lines[0].StartsWith('|')
                [pscustomobject]@{ Kind = $isTable ? 'table' : 'text'; Text = $lines -join ($isTable ? "`n" : ' ') }
                $lines.Clear()
            }
        }
        elseif ($line -match '^(#+ |- )' -and $lines.Count -gt 0) {
            [pscustomobject]@{ Kind = 'text'; Text = $lines -join ' ' }
            $lines.Clear()
            $lines.Add($line)
        }
        else {
            $lines.Add($line.Trim())
        }
    }
}

function Add-Paragraph([Xml.XmlElement] $parent, [object[]] $blocks) {
    foreach ($block in $blocks) {
        $text = $block.Kind -eq 'text' ? (ConvertTo-Plain $block.Text) : $block.Text
        $parent.AppendChild($parent.OwnerDocument.CreateElement('maml', 'para', $maml)).InnerText = $text
    }
}

# PlatyPS writes an example as one text, fences and all. PowerShell wants the code apart from what is said of it, and has
# no line break between an introduction and the code: so the words come after the code, as in PowerShell's own help.
function Write-Example([Xml.XmlElement] $node, [string] $markdown) {
    $blocks = @(Split-Block $markdown)
    $node.SelectSingleNode("*[local-name()='introduction']").RemoveAll()
    $node.SelectSingleNode("*[local-name()='code']").InnerText = $blocks.Where{ $_.Kind -in 'powershell', 'output' }.Text -join "`n`n"
    $remarks = $node.SelectSingleNode("*[local-name()='remarks']")
    $remarks.RemoveAll()

    # The empty paragraph keeps the words apart from the next example.
    Add-Paragraph $remarks (@($blocks.Where{ $_.Kind -eq 'text' }) + [pscustomobject]@{ Kind = 'text'; Text = '' })
    $title = $node.SelectSingleNode("*[local-name()='title']")
    $title.InnerText = ConvertTo-Plain $title.InnerText
}

function Export-Maml([string] $folder) {
    $commands = Get-ChildItem (Join-Path $PSScriptRoot '*-Imagen*.md') | Sort-Object Name | Import-MarkdownCommandHelp
    $draft = $commands | Export-MamlCommandHelp -OutputFolder ([IO.Directory]::CreateTempSubdirectory().FullName)
    $document = [xml](Get-Content $draft -Raw)
    Remove-Item $draft.Directory.Parent -Recurse

    foreach ($command in $commands) {
        $node = $document.SelectSingleNode("//*[local-name()='command'][*/*[local-name()='name'] = '$($command.Title)']")
        $examples = @($node.SelectNodes(".//*[local-name()='example']"))
        for ($i = 0; $i -lt $examples.Count; $i++) {
            Write-Example $examples[$i] $command.Examples[$i].Remarks
        }

        foreach ($text in @($node.SelectNodes(".//*[local-name()='description' or local-name()='alert'][*[local-name()='para']]"))) {
            $markdown = @($text.ChildNodes).ForEach{ $_.InnerText } -join "`n`n"
            $text.RemoveAll()
            Add-Paragraph $text (Split-Block $markdown)
        }

        # The short names of types, as PowerShell itself shows them.
        foreach ($parameter in $node.SelectNodes("*[local-name()='parameters']/*")) {
            $known = "*[local-name()='syntax']//*[local-name()='parameter'][*[local-name()='name'] = '$($parameter.name)']"
            $short = $node.SelectSingleNode("$known/*[local-name()='parameterValue']")
            if ($short) {
                $parameter.parameterValue.InnerText = $short.InnerText
                $parameter.type.name = $short.InnerText
            }

            $default = $command.Parameters.Where{ $_.Name -eq $parameter.name }[0].DefaultValue
            if ($default) {
                $parameter.AppendChild($document.CreateElement('dev', 'defaultValue', $dev)).InnerText = $default
            }
        }

        # A link is the name of another topic; there is no page online to open.
        foreach ($link in @($node.SelectNodes(".//*[local-name()='navigationLink']"))) {
            $link.SelectSingleNode("*[local-name()='uri']").InnerText = ''
            if ($link.linkText -eq 'Online Version') {
                $null = $link.ParentNode.RemoveChild($link)
            }
        }
    }

    $settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
    $writer = [Xml.XmlWriter]::Create((Join-Path $folder $draft.Name), $settings)
    $document.Save($writer)
    $writer.WriteWhitespace("`n")
    $writer.Dispose()
}

function Format-Wrapped([string] $text, [string] $first, [string] $rest, [int] $width = 79) {
    $line = $first
    foreach ($word in $text -split ' ') {
        if ($line.Length + $word.Length -ge $width -and $line.Trim() -and $line -ne $rest) {
            $line.TrimEnd()
            $line = $rest
        }

        $line += "$word "
    }

    $line.TrimEnd()
}

# Columns side by side; only the last one is wrapped.
function Format-Table79([string] $table) {
    $rows = @($table -split "`n").Where{ $_ -notmatch '^\|[-|: ]+$' }.ForEach{
        , @($_.Trim('|').Split('|').ForEach{ (ConvertTo-Plain $_).Trim() })
    }
    $widths = @(0..($rows[0].Count - 2)).ForEach{ $column = $_; ($rows.ForEach{ $_[$column].Length } | Measure-Object -Maximum).Maximum + 2 }
    $rows.Insert(1, @($rows[0].ForEach{ '-' * $_.Length }))
    foreach ($row in $rows) {
        $start = '    '
        for ($i = 0; $i -lt $widths.Count; $i++) {
            $start += $row[$i].PadRight($widths[$i])
        }

        Format-Wrapped $row[-1] $start (' ' * $start.Length)
    }
}

function Export-About([IO.FileInfo] $page, [string] $folder) {
    $inList = $false
    $lines = foreach ($block in Split-Block (Get-Content $page -Raw)) {
        # The items of a list stay together.
        if ($inList -and $block.Text -notmatch '^- ') {
            ''
        }

        $inList = $block.Kind -eq 'text' -and $block.Text -match '^- '
        switch -Regex ($block.Kind -eq 'text' ? $block.Text : $block.Kind) {
            '^# (.+)' { 'TOPIC'; "    $($Matches[1])"; ''; break }
            '^##+ (.+)' { (ConvertTo-Plain $Matches[1]).ToUpperInvariant(); break }
            '^- (.+)' { Format-Wrapped (ConvertTo-Plain $Matches[1]) '    - ' '      '; break }
            '^table$' { Format-Table79 $block.Text; ''; break }
            '^(powershell|output|json)$' { ($block.Text -split "`n").ForEach{ "        $_".TrimEnd() }; ''; break }
            default { Format-Wrapped (ConvertTo-Plain $block.Text) '    ' '    '; '' }
        }
    }

    [IO.File]::WriteAllText((Join-Path $folder "$($page.BaseName).help.txt"), ($lines -join "`n").Trim() + "`n")
}

$folder = (New-Item $OutputDirectory -ItemType Directory -Force).FullName
Export-Maml $folder
Get-ChildItem (Join-Path $PSScriptRoot 'about_*.md') | ForEach-Object { Export-About $_ $folder }
