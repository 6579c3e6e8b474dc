namespace Imagen4.Core.Http;

/// <summary>What a body is, as far as JSON goes.</summary>
internal enum BodyForm
{
    /// <summary>Nothing, or something else: a page, a plain text.</summary>
    NotJson,

    /// <summary>Well-formed JSON.</summary>
    Json,

    /// <summary>It begins like a JSON object or list, and is none.</summary>
    Malformed,
}
