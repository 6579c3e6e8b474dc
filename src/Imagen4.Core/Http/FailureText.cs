namespace Imagen4.Core.Http;

/// <summary>What a broken exchange says of itself: HttpClient's outermost words are often only that there was an error.</summary>
internal static class FailureText
{
    /// <summary>The outermost message, and the innermost where it says more, on one line and without a full stop.</summary>
    public static string Of(Exception error)
    {
        var cause = error.GetBaseException().Message;
        return PlainText.Line(error.Message.Contains(cause, StringComparison.Ordinal) ? error.Message : $"{error.Message} {cause}").TrimEnd('.');
    }
}
