using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>
/// What makes a row of one run the same as a row of another: where it goes, what is sent, which of its like it is in the
/// pipeline, and where its images are to be; with a key of the caller's, the key instead of what is sent. All of it in normal forms.
/// </summary>
/// <param name="Row">Names the row.</param>
/// <param name="Subject">Names the row whatever its directory.</param>
/// <param name="InputHash">Names what is sent.</param>
/// <param name="Directory">The output directory, with its links resolved; null when only submitting.</param>
internal sealed record RowIdentity(string Row, string Subject, string InputHash, string? Directory)
{
    /// <summary>Identifies a row by what is sent.</summary>
    /// <param name="baseUri">The provider's base address.</param>
    /// <param name="model">The endpoint id.</param>
    /// <param name="inputHash">What <see cref="Hash"/> makes of the input.</param>
    /// <param name="occurrence">Counts the equal rows of the pipeline, from 1.</param>
    /// <param name="directory">The output directory, with its links resolved, or null.</param>
    public static RowIdentity OfInput(Uri baseUri, string model, string inputHash, int occurrence, string? directory) =>
        Of(Digest(["input", ProviderAddress.Normal(baseUri), model, inputHash, occurrence.ToString(CultureInfo.InvariantCulture)]),
            inputHash, directory);

    /// <summary>The same row where it is only submitted, without a directory.</summary>
    public RowIdentity OnlySubmitted() => Of(Subject, InputHash, null);

    /// <summary>Identifies a row by the caller's key.</summary>
    public static RowIdentity OfKey(Uri baseUri, string key, string inputHash, string? directory) =>
        Of(Digest(["key", ProviderAddress.Normal(baseUri), NormalForm.Text(key)]), inputHash, directory);

    /// <summary>Identifies a row that is like no other: a prompt given as an argument.</summary>
    /// <param name="ledgerId">The ledger's id of its first request.</param>
    /// <param name="inputHash">What <see cref="Hash"/> makes of the input.</param>
    /// <param name="directory">The output directory, with its links resolved, or null.</param>
    public static RowIdentity OfRequest(string ledgerId, string inputHash, string? directory) =>
        Of(Digest(["request", ledgerId]), inputHash, directory);

    /// <summary>Whether it is the identity of a row that is like no other: no later run has that row.</summary>
    /// <param name="ledgerId">The ledger's id of its request.</param>
    public bool IsOfRequest(string ledgerId) => Subject == Digest(["request", ledgerId]);

    /// <summary>Identifies the row of a known request, with another directory perhaps.</summary>
    public static RowIdentity OfKnown(LedgerRequest known, string inputHash, string? directory) =>
        known.Subject is { } subject ? Of(subject, inputHash, directory) : OfRequest(known.LedgerId, inputHash, directory);

    /// <summary>Names a model's input: members in the order of their names, texts and numbers in their normal form.</summary>
    public static string Hash(string model, ImageInput input)
    {
        using var hash = new NormalHash();
        hash.AddName(model);
        foreach (var (name, value) in FileReference.ByContent(input).Members().OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            hash.AddName(name);
            hash.Add(value);
        }

        return hash.ToText();
    }

    private static RowIdentity Of(string subject, string inputHash, string? directory) =>
        new(Digest([subject, directory ?? ""]), subject, inputHash, directory);

    // The length before each part keeps two rows apart whose parts only join to the same text.
    private static string Digest(IEnumerable<string> parts)
    {
        var text = string.Concat(parts.Select(part => $"{part.Length}:{part};"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
