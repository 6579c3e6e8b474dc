<#
.SYNOPSIS
    Makes the help of the cmdlets that PowerShell reads (MAML) from the pages in this folder.
.DESCRIPTION
    The generated file is committed, so that a build needs no PlatyPS. Running this twice changes nothing.
    The about topics need no conversion: the build copies them as they are.
#>
#Requires -Modules @{ ModuleName = 'Microsoft.PowerShell.PlatyPS'; ModuleVersion = '1.0.0' }
[CmdletBinding()]
param(
    [string] $OutputDirectory = (Join-Path $PSScriptRoot '../src/module/en-US')
)

$ErrorActionPreference = 'Stop'
$draft = [IO.Directory]::CreateTempSubdirectory().FullName
$fence = '(?ms)^```\w[^\n]*\n(.*?)\n```$'

# The console has no use for backticks, nor for the namespaces of types.
foreach ($page in Get-ChildItem (Join-Path $PSScriptRoot '*-Imagen*.md')) {
    $text = (Get-Content $page -Raw).Replace("`r", '') -replace '(?m)^Type: (?:.*\.)?(\w+(?:\[\])?)\]?$', 'Type: $1'
    $plain = [regex]::Replace($text, "$fence|``([^``\n]+)``", { $args[0].Groups[1].Success ? $args[0] : $args[0].Groups[2] })
    Set-Content (Join-Path $draft $page.Name) $plain -NoNewline
}

$commands = Get-ChildItem (Join-Path $draft '*.md') | Sort-Object Name | Import-MarkdownCommandHelp
$file = $commands | Export-MamlCommandHelp -OutputFolder $draft
$maml = [xml](Get-Content $file -Raw)
function Add-Element([Xml.XmlElement] $parent, [string] $name, [string] $text) {
    $element = $maml.CreateElement($name, $maml.DocumentElement.GetNamespaceOfPrefix($name.Split(':')[0]))
    if ($text) {
        $element.InnerText = $text
    }

    $parent.AppendChild($element)
}

foreach ($command in $commands) {
    $node = @($maml.helpItems.command).Where{ $_.details.name -eq $command.Title }[0]

    # PlatyPS leaves the defaults out.
    foreach ($parameter in @($node.parameters.parameter)) {
        $default = $command.Parameters.Where{ $_.Name -eq $parameter.name }[0].DefaultValue
        if ($default) {
            $null = Add-Element $parameter dev:defaultValue $default
        }
    }

    # PlatyPS writes an example as one text, fences and all. PowerShell wants the code apart from what is said of it. The words come
    # after the code, as in PowerShell's own help, and an empty paragraph keeps them apart from the next example.
    $examples = @($node.examples.example)
    for ($i = 0; $i -lt $examples.Count; $i++) {
        $text = $command.Examples[$i].Remarks
        $examples[$i].SelectNodes('*[position() > 1]').ForEach{ $null = $examples[$i].RemoveChild($_) }
        $null = Add-Element $examples[$i] dev:code ([regex]::Matches($text, $fence).ForEach{ $_.Groups[1].Value } -join "`n`n")
        $remarks = Add-Element $examples[$i] dev:remarks
        foreach ($words in @(($text -replace $fence).Trim()).Where{ $_ } + '') {
            $null = Add-Element $remarks maml:para $words
        }
    }

    # A link is the name of another topic. The first is the page online, where there is one.
    foreach ($link in @($node.relatedLinks.navigationLink)) {
        if ($link.linkText -ne 'Online Version') {
            $link.uri = ''
        }
        elseif (-not $link.uri) {
            $null = $link.ParentNode.RemoveChild($link)
        }
    }
}

$target = Join-Path (New-Item $OutputDirectory -ItemType Directory -Force) $file.Name
$writer = [Xml.XmlWriter]::Create($target, [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) })
$maml.Save($writer)
$writer.WriteWhitespace("`n")
$writer.Dispose()
Remove-Item $draft -Recurse
