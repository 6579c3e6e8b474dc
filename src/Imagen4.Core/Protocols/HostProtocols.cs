using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Protocols.ImagesGenerations;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Protocols;

/// <summary>The one place that knows which class speaks which protocol.</summary>
internal static class HostProtocols
{
    private static readonly FalQueueProtocol FalQueue = new();
    private static readonly FalSyncProtocol FalSync = new();
    private static readonly FalAggregatorProtocol FalAggregator = new();
    private static readonly ImagesGenerationsProtocol ImagesGenerations = new();

    /// <summary>The class for a protocol.</summary>
    public static IHostProtocol For(HostProtocol protocol) => protocol switch
    {
        HostProtocol.FalQueue => FalQueue,
        HostProtocol.FalSync => FalSync,
        HostProtocol.FalAggregator => FalAggregator,
        HostProtocol.ImagesGenerations => ImagesGenerations,
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, null),
    };
}
