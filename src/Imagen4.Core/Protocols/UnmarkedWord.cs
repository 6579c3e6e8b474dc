using System.Globalization;
using System.Net;

namespace Imagen4.Core.Protocols;

/// <summary>Words of an end that nothing marks as the host's own. They count when a second read brings the same.</summary>
/// <param name="Text">The status and the words, in a form in which two of them can be compared.</param>
/// <param name="Once">What they are for whoever hears them once: the host could not be asked.</param>
internal sealed record UnmarkedWord(string Text, HostUnavailableException Once)
{
    /// <summary>The words of an answer.</summary>
    public static UnmarkedWord Of(HttpStatusCode status, string words, HostUnavailableException once) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{(int)status} {words.ToUpperInvariant()}"), once);
}
