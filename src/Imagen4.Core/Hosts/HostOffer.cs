namespace Imagen4.Core.Hosts;

/// <summary>What a host documents besides submitting and returning results.</summary>
public enum HostOffer
{
    /// <summary>The state of a request can be read.</summary>
    Status,

    /// <summary>The state of a request can be followed in a stream.</summary>
    Stream,

    /// <summary>A request can be cancelled.</summary>
    Cancel,

    /// <summary>Past requests can be listed.</summary>
    History,

    /// <summary>Prices can be read.</summary>
    Price,
}
