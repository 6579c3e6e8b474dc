# Every way in which a text may stand in another one: as it is, in an address, in JSON, in base64 wherever it begins, and as
# PowerShell writes a SecureString where the system cannot encrypt it.
function Get-CanaryForm {
    param([string]$Canary)
    $bytes = [System.Text.Encoding]::UTF8.GetBytes($Canary)
    @{ Form = 'raw'; Text = $Canary }
    @{ Form = 'URL'; Text = [uri]::EscapeDataString($Canary) }
    @{ Form = 'form'; Text = [System.Net.WebUtility]::UrlEncode($Canary) }
    @{ Form = 'JSON'; Text = (ConvertTo-Json $Canary -EscapeHandling EscapeHtml).Trim('"') }
    @{ Form = 'JSON of .NET'; Text = [System.Text.Json.JsonEncodedText]::Encode($Canary).ToString() }

    # The letters and digits within stay what they are whatever is escaped around them.
    $Canary -split '[^A-Za-z0-9]+' | Where-Object Length -GE 16 | ForEach-Object { @{ Form = 'part'; Text = $_ } }
    foreach ($wide in $false, $true) {
        $source = $wide ? [System.Text.Encoding]::Unicode.GetBytes($Canary) : $bytes
        @{ Form = $wide ? 'UTF-16 hex' : 'hex'; Text = [Convert]::ToHexStringLower($source) }
        foreach ($before in 0, 1, 2) {
            # What stands before and behind changes the first and the last letters; those between stay.
            $text = [Convert]::ToBase64String([byte[]](, [byte]0 * $before + $source)).TrimEnd('=')
            @{ Form = "$($wide ? 'UTF-16 ' : '')base64+$before"; Text = $text.Substring($before -eq 0 ? 0 : $before + 1, $text.Length - 5) }
        }
    }
}

# The forms in which a canary stands in a text.
function Find-Canary {
    param([AllowEmptyString()][string]$Text, [string[]]$Canary)
    $plain = $Text.Replace('-', '+').Replace('_', '/')
    foreach ($one in $Canary) {
        foreach ($form in Get-CanaryForm $one) {
            if ($Text.Contains($form.Text, [StringComparison]::OrdinalIgnoreCase) -or $plain.Contains($form.Text.Replace('-', '+').Replace('_', '/'), [StringComparison]::OrdinalIgnoreCase)) {
                $form.Form
            }
        }
    }
}
