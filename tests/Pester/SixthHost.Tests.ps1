# A host nobody here has heard of, that speaks a known protocol: two files of data in the user's folder, and no code.
Describe 'A sixth host' {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive home)
        Reset-Emulator $test

        # The user's own default is looked at here; what child processes inherit of a running emulator goes before it.
        Remove-Item Env:\IMAGEN4_EMULATOR
        $work = (New-Item -ItemType Directory (Join-Path $TestDrive work)).FullName
        $env:SIXTH_KEY = 'sixth-key'

        # The process that sets it up is not the one that uses it.
        $null = Invoke-Pwsh @"
            Import-Module '$ModuleManifest'
            Set-ImagenProvider sixth -Protocol FalAggregator -BaseUri '$($test.BaseUri)/chainhub' -ApiKeyVariable SIXTH_KEY -DefaultModel fal-ai/imagen4/preview/fast -ConcurrencyLimit 2 -Scope User -Default
            Set-ImagenProvider seventh -Protocol ImagesGenerations -BaseUri '$($test.BaseUri)/aimlapi' -ApiKeyVariable SIXTH_KEY -DefaultModel google/imagen4/preview -Scope User
"@
        Set-Content (Join-Path $env:IMAGEN4_HOME models.json) @'
{
  "models": [
    {
      "ids": [ "fal-ai/imagen4/preview/fast" ],
      "protocols": [ "FalAggregator" ],
      "inputs": [ { "name": "prompt", "required": true, "maximumLength": 30 }, { "name": "num_images", "minimum": 1, "maximum": 2 } ]
    },
    {
      "ids": [ "sixth/own-model" ],
      "protocols": [ "FalAggregator" ],
      "inputs": [ { "name": "prompt", "required": true } ]
    }
  ]
}
'@
        function Get-InNewProcess([string]$Script) {
            Invoke-Pwsh "Import-Module '$ModuleManifest'; $Script" $work
        }
    }
    BeforeEach { Reset-Emulator $test -KeepHome }
    AfterAll {
        Remove-Item Env:\SIXTH_KEY
        Exit-ImagenTest $test
    }

    It 'is shown with what the data says of it' {
        $sixth = Get-InNewProcess 'Get-ImagenProvider sixth | ConvertTo-Json' | ConvertFrom-Json
        $sixth.Protocol | Should -Be 'FalAggregator'
        $sixth.BaseUri | Should -Be "$($test.BaseUri)/chainhub"
        $sixth.DefaultModel | Should -Be 'fal-ai/imagen4/preview/fast'
        $sixth.ConcurrencyLimit | Should -Be 2
        $sixth.ApiKeySource | Should -Be '$env:SIXTH_KEY'
        $sixth.Scope | Should -Be 'User'
        $sixth.IsDefault | Should -BeTrue
        $sixth.Models | Should -Contain 'sixth/own-model'
        $sixth.Models | Should -Contain 'fal-ai/imagen4/preview'
    }

    It 'is used from a CSV to files in a process that was told nothing' {
        Set-Content (Join-Path $work prompts.csv) "prompt,num_images`nA red fox,2`nA snowy owl,"
        $said = Get-InNewProcess "(Import-Csv prompts.csv | New-ImagenImage -OutputDirectory out).State; 'A hare' | New-ImagenImage | Export-Csv requests.csv"
        $said -split '\s+' | Should -Be 'Delivered', 'Delivered'
        (Get-InNewProcess '(Import-Csv requests.csv | Receive-ImagenResult -Wait -OutputDirectory out).State') | Should -Be 'Delivered'
        Get-ChildItem (Join-Path $work out) | Should -HaveCount 4
        $bill = Get-Bill $test
        $bill.host | Should -Be 'chainhub', 'chainhub', 'chainhub'
        $bill.model | Select-Object -Unique | Should -Be 'fal-ai/imagen4/preview/fast'
        $bill.images | Measure-Object -Sum | ForEach-Object Sum | Should -Be 4
    }

    It 'is sent the key with the scheme of its protocol' {
        $null = Get-InNewProcess "New-ImagenImage 'A hare'"
        (Get-Seen $test)[0].headers.Authorization | Should -Be 'Bearer'
    }

    It 'has its rows held against the data' {
        $said = Get-InNewProcess "New-ImagenImage 'A hare' -NumImages 3 -ErrorAction SilentlyContinue -ErrorVariable no; `$no.Exception.Message; New-ImagenImage ('a' * 31) -ErrorAction SilentlyContinue -ErrorVariable no; `$no.Exception.Message"
        $said | Should -Match 'NumImages 3 is outside 1 to 2'
        $said | Should -Match 'Prompt has 31 characters; at most 30 are allowed'
        Get-Bill $test | Should -BeNullOrEmpty
    }

    It 'can be one whose answer is the result, too' {
        (Get-InNewProcess "(New-ImagenImage 'A hare' -Provider seventh -OutputDirectory seventh).State") | Should -Be 'Delivered'
        (Get-Bill $test).host | Should -Be 'aimlapi'
    }
}
