namespace Imagen4.Core.Protocols;

/// <summary>Where a request is asked about; null where its host has no such address.</summary>
internal sealed record RequestAddresses(Uri? Status, Uri? Response, Uri? Cancel)
{
    /// <summary>No addresses: the answer to the submit was the result.</summary>
    public static RequestAddresses None { get; } = new(null, null, null);
}
