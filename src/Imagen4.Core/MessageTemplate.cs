using System.Globalization;

namespace Imagen4.Core;

/// <summary>Fills the messages of <c>Messages.resx</c>.</summary>
public static class MessageTemplate
{
    /// <summary>Puts values into the numbered places of a message, in the invariant culture: messages end in logs.</summary>
    public static string With(this string template, params ReadOnlySpan<object?> values) =>
        string.Format(CultureInfo.InvariantCulture, template, values);
}
