namespace Imagen4.Core.Hosts;

/// <summary>The protocols hosts speak.</summary>
public enum HostProtocol
{
    /// <summary>fal's queue: submit, status, result, cancel.</summary>
    FalQueue,

    /// <summary>fal without its queue: the answer to the submit is the result.</summary>
    FalSync,

    /// <summary>fal's queue through somebody else's door: only submit and result can be relied on.</summary>
    FalAggregator,

    /// <summary><c>POST /v1/images/generations</c>: the answer to the submit is the result.</summary>
    ImagesGenerations,
}
