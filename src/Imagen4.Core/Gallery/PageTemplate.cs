using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Imagen4.Core.Gallery;

/// <summary>HTML with places in it, <c>{{name}}</c>, and what the parts of a gallery have in common.</summary>
internal sealed partial class PageTemplate
{
    // Every script stays readable; what HTML could take for markup does not, and neither do control characters.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly string[] _parts;

    private PageTemplate(string name) => _parts = Place().Split(Read(name));

    /// <summary>The page.</summary>
    public static PageTemplate Page { get; } = new("page.html");

    /// <summary>A card with an image.</summary>
    public static PageTemplate Image { get; } = new("image.html");

    /// <summary>A card that says why there is no image.</summary>
    public static PageTemplate Reason { get; } = new("reason.html");

    /// <summary>The style sheet.</summary>
    public static string Style { get; } = Read("page.css");

    /// <summary>The script.</summary>
    public static string Script { get; } = Read("page.js");

    /// <summary>Text as it stands in HTML, in an attribute too.</summary>
    public static string Encode(string text) => Encoder.Encode(text);

    /// <summary>What the page may load: its own style and script by their hashes, images inside it, and with links those beside it.</summary>
    public static string Policy(bool link) =>
        $"default-src 'none'; style-src '{Hash(Style)}'; script-src '{Hash(Script)}'; img-src data:{(link ? " 'self' file:" : "")}; "
        + "base-uri 'none'; form-action 'none'";

    /// <summary>Writes the template.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="fill">Writes what stands in a place, by its name.</param>
    public async Task WriteAsync(TextWriter writer, Func<string, Task> fill)
    {
        for (var part = 0; part < _parts.Length; part++)
        {
            // Text and the names of places take turns.
            await (part % 2 == 0 ? writer.WriteAsync(_parts[part]) : fill(_parts[part])).ConfigureAwait(false);
        }
    }

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(PageTemplate).Assembly.GetManifestResourceStream($"Gallery.{name}")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"\{\{(\w+)\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
