@{
    # In this order: the first makes the second's assemblies findable. Without a root module the module's path is this file's.
    NestedModules        = @('lib/Imagen4.Isolation.dll', 'lib/Imagen4.PowerShell.dll')
    ModuleVersion        = '0.1.0'
    GUID                 = '5d0c2a43-9f0e-4b0b-9a5e-6a1f5d1a7c44'
    Author               = 'Imagen4 contributors'
    CompanyName          = 'Imagen4 contributors'
    Copyright            = '(c) Imagen4 contributors. MIT licence.'
    Description          = "Generates images with Google's Imagen 4 through fal.ai: batches from CSV to disk, one request per row."
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('lib/Imagen4.Format.ps1xml')
    TypesToProcess       = @('lib/Imagen4.Types.ps1xml')
    CmdletsToExport      = @(
        'Expand-ImagenPrompt'
        'Export-ImagenGallery'
        'Find-ImagenModel'
        'Get-ImagenLedger'
        'Get-ImagenModel'
        'Get-ImagenPrice'
        'Get-ImagenProvider'
        'Get-ImagenRequest'
        'Get-ImagenRequestStatus'
        'New-ImagenImage'
        'Receive-ImagenResult'
        'Remove-ImagenProvider'
        'Remove-ImagenRequest'
        'Resolve-ImagenRequest'
        'Send-ImagenFile'
        'Set-ImagenLedger'
        'Set-ImagenProvider'
        'Show-ImagenImage'
        'Start-ImagenEmulator'
        'Stop-ImagenEmulator'
        'Stop-ImagenRequest'
        'Test-ImagenWebhook'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags       = @('Imagen', 'Imagen4', 'fal', 'image', 'generation', 'AI', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
