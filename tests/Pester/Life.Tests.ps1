# The whole life of requests at each of the hosts in the seeds. What the script does is the same for all: only -Provider changes,
# and this table of what a host is documented not to do, or to say in other words.
BeforeDiscovery {
    $hosts = @(
        @{ Provider = 'fal'; Slow = 60; Waiting = 'InProgress'; Cancel = ''; Cancelled = 'Cancelled'; Refused = 'ContentPolicyViolation' }

        # The answer to a submit is the result: nothing is ever under way, and a refused prompt is never accepted.
        @{ Provider = 'fal-sync'; Slow = 0; Waiting = 'Completed'; Cancel = 'AlreadyCompleted'; Cancelled = 'Completed'; Refused = 'ContentPolicyViolation' }

        # No cancel. A failure has a text and no type.
        @{ Provider = 'chainhub'; Slow = 60; Waiting = 'InProgress'; Cancel = 'CancelNotSupported'; Cancelled = 'InProgress'; Refused = 'RequestFailed' }
        @{ Provider = 'kkiai'; Slow = 60; Waiting = 'InProgress'; Cancel = 'CancelNotSupported'; Cancelled = 'InProgress'; Refused = 'ContentPolicyViolation' }

        # Like fal-sync; its errors have a text and no type.
        @{ Provider = 'aimlapi'; Slow = 0; Waiting = 'Completed'; Cancel = 'AlreadyCompleted'; Cancelled = 'Completed'; Refused = 'InvalidInput' }
    )
}

Describe 'The life of requests at <Provider>' -ForEach $hosts {
    BeforeAll {
        . $PSScriptRoot/Common.ps1
        $test = Enter-ImagenTest (Join-Path $TestDrive "home-$Provider") -NoEmulator
        Start-KeyedEmulator $test life-key
        Set-Persona $test.BaseUri
        'FAL_KEY', 'CHAINHUB_API_KEY', 'KKIAI_API_KEY', 'AIMLAPI_API_KEY' | ForEach-Object { [Environment]::SetEnvironmentVariable($_, 'life-key') }
        $work = (New-Item -ItemType Directory (Join-Path $TestDrive "work-$Provider")).FullName
        Push-Location $work
        Set-Content prompts.csv @'
key,prompt,aspect_ratio,num_images
fox,A red fox asleep in fresh snow,16:9,
owl,"A snowy owl, ""wings"" spread",1:1,2
'@

        # What was paid for is asked of the host, not of the module.
        function Get-Paid { @(Get-Bill $test) | ForEach-Object { "$($_.host): $($_.input.prompt) x $($_.images)" } }
        function Get-ErrorId([hashtable]$Seen) { @($Seen.Error) + @($Seen.Thrown) | Where-Object { $_ } | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] } }
    }
    BeforeEach { Reset-Emulator $test }
    AfterAll {
        Pop-Location
        Exit-ImagenTest $test
    }

    It 'is submitted from a CSV, followed, received and saved, each in its own step' {
        $requests = Import-Csv prompts.csv | New-ImagenImage -Provider $Provider
        $requests | Export-Csv requests.csv
        $requests.Index | Sort-Object | Should -Be 1, 2
        $requests.Provider | Should -Be $Provider, $Provider
        $requests.RequestId | Select-Object -Unique | Should -HaveCount 2

        $statuses = Import-Csv requests.csv | Get-ImagenRequestStatus -Wait
        $statuses.State | Should -Be 'Completed', 'Completed'
        $statuses.RequestId | Sort-Object | Should -Be ($requests.RequestId | Sort-Object)

        $results = Import-Csv requests.csv | Receive-ImagenResult -Wait -OutputDirectory out -FileName '{Key}-{ImageIndex}'
        $results.State | Should -Be 'Delivered', 'Delivered'
        ($results | Sort-Object Index).Prompt | Should -Be 'A red fox asleep in fresh snow', 'A snowy owl, "wings" spread'
        (Get-ChildItem out | Sort-Object Name).BaseName | Should -Be 'fox-1', 'owl-1', 'owl-2'
        foreach ($image in $results.Images) {
            (Get-FileHash $image.Path).Hash | Should -Be $image.Sha256
        }

        # What belongs together is told by the host's own list, in whatever order it took them.
        Get-Paid | Sort-Object | Should -Be "${Provider}: A red fox asleep in fresh snow x 1", "${Provider}: A snowy owl, `"wings`" spread x 2"
    }

    It 'is received by another process' {
        $requests = Import-Csv prompts.csv | New-ImagenImage -Provider $Provider
        $requests | Export-Csv later.csv
        $path = $Provider -eq 'fal' ? $test.BaseUri : "$($test.BaseUri)/$Provider"
        Invoke-Pwsh "Import-Module '$ModuleManifest'; Set-ImagenProvider $Provider -BaseUri '$path' -ApiKeyVariable (Get-ImagenProvider $Provider).ApiKeyVariable; (Import-Csv later.csv | Receive-ImagenResult -Wait -OutputDirectory later).State" $work |
            ForEach-Object { $_ -split '\s+' } | Should -Be 'Delivered', 'Delivered'
        Get-ChildItem later | Should -HaveCount 3
        Get-Paid | Should -HaveCount 2
    }

    It 'is done in one step' {
        $results = Import-Csv prompts.csv | New-ImagenImage -Provider $Provider -OutputDirectory once
        $results.State | Should -Be 'Delivered', 'Delivered'
        $results.Images.Count | Should -Be 3
        Get-ChildItem once | Should -HaveCount 3
        Get-Paid | Should -HaveCount 2
    }

    It 'is cancelled, or says that it is not' {
        $request = New-ImagenImage "A storm [emulator:seconds=$Slow]" -Provider $Provider
        Wait-Until { ($request | Get-ImagenRequestStatus).State -eq $Waiting } "the request is $Waiting"
        Get-ErrorId (Watch-Command { $request | Stop-ImagenRequest }) | Should -Be @($Cancel | Where-Object { $_ })
        ($request | Get-ImagenRequestStatus).State | Should -Be $Cancelled
        Get-Paid | Should -Be "${Provider}: A storm [emulator:seconds=$Slow] x 1"
    }

    It 'ends in an error of its own for a prompt the model refuses, beside the row that is good' {
        $seen = Watch-Command { 'A forbidden thing', 'A red fox' | New-ImagenImage -Provider $Provider -OutputDirectory refused }
        Get-ErrorId $seen | Should -Be $Refused
        $seen.Error.TargetObject | Should -Be 'A forbidden thing'
        $seen.Error.Exception.Message | Should -Match 'content|flagged|policy|check'
        ($seen.Output | Sort-Object Index)[1].State | Should -Be 'Delivered'
        ($seen.Output | Sort-Object Index)[0].State | Should -BeIn 'Failed', 'Rejected'
        Get-ChildItem refused | Should -HaveCount 1
        Get-Paid | Sort-Object | Should -Be "${Provider}: A forbidden thing x 1", "${Provider}: A red fox x 1"
    }

    It 'does not begin with a wrong key' {
        $seen = Watch-Command { Import-Csv prompts.csv | New-ImagenImage -Provider $Provider -ApiKey wrong -ThrottleLimit 1 }
        Get-ErrorId $seen | Should -Be 'AuthenticationFailed'
        $seen.Thrown.Exception.Message | Should -BeLike "*$Provider does not accept the key from -ApiKey: *"
        $seen.Thrown.Exception.Message | Should -Not -BeLike '*{*'
        Get-Paid | Should -BeNullOrEmpty
        @(Get-Seen $test) | Should -HaveCount 1
    }

    It 'does not begin at a locked account' {
        $seen = Watch-Command { 'A fox [emulator:locked]', 'An owl' | New-ImagenImage -Provider $Provider -ThrottleLimit 1 }
        Get-ErrorId $seen | Should -Be 'AccountLocked'
        $seen.Thrown.Exception.Message | Should -BeLike "*$Provider refuses the account: *"
        Get-Paid | Should -BeNullOrEmpty
    }

    It 'does not begin with a model that is none' {
        $seen = Watch-Command { New-ImagenImage 'A fox' -Provider $Provider -Model fal-ai/nobody/none }
        Get-ErrorId $seen | Should -Be 'ModelNotAvailable'
        Get-Paid | Should -BeNullOrEmpty
    }

    It 'is not found by an id that is none, whatever is asked: <verb>' -ForEach @(
        @{ verb = 'status'; ask = { Get-ImagenRequestStatus $UnknownId -Provider $Provider } }
        @{ verb = 'result'; ask = { Receive-ImagenResult $UnknownId -Provider $Provider -NoDownload } }
    ) {
        $seen = Watch-Command $ask
        Get-ErrorId $seen | Should -Be 'RequestNotFound'
        $seen.Output | Should -BeNullOrEmpty
        $seen.Error.TargetObject | Should -Be $UnknownId
    }
}
