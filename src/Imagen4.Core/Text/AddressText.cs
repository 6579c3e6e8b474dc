namespace Imagen4.Core.Text;

/// <summary>Addresses in messages.</summary>
internal static class AddressText
{
    /// <summary>A text that is, or was to be, an address: without a user, and without what is in its query and its fragment.</summary>
    /// <remarks>What is refused may have a password or a key in it, and messages end in logs. It may be no address at all.</remarks>
    public static string WithoutSecrets(string text)
    {
        var end = text.AsSpan().IndexOfAny('?', '#');
        var shown = end < 0 ? text : text[..end];
        var host = shown.IndexOf("//", StringComparison.Ordinal) is var slashes and >= 0 ? slashes + 2 : 0;
        if (end >= 0 && text.LastIndexOf('@') > end && !shown[host..].Contains('/'))
        {
            // A password may have either mark in it, and then what is before the mark is a part of it.
            return $"{shown[..host]}***";
        }

        var user = shown.LastIndexOf('@');
        shown = user < host ? shown : shown[..host] + shown[(user + 1)..];
        return end < 0 ? shown : $"{shown}{text[end]}***";
    }
}
