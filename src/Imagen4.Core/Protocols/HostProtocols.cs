using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Protocols.Fal.Storage;
using Imagen4.Core.Protocols.ImagesGenerations;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Protocols;

/// <summary>The one place that knows which class speaks which protocol.</summary>
/// <param name="kept">The results of hosts that say them once.</param>
internal sealed class HostProtocols(IResultStore kept)
{
    private readonly FalQueueProtocol _falQueue = new();
    private readonly FalSyncProtocol _falSync = new(kept);
    private readonly FalAggregatorProtocol _falAggregator = new();
    private readonly ImagesGenerationsProtocol _imagesGenerations = new(kept);

    /// <summary>Where hosts keep files for their models. fal's is the only storage there is.</summary>
    public IFileStorage Storage { get; } = new FalStorage();

    /// <summary>What a host speaks.</summary>
    public IHostProtocol For(HostConnection host) => For(host.Profile.Protocol);

    /// <summary>The class for a protocol.</summary>
    public IHostProtocol For(HostProtocol protocol) => protocol switch
    {
        HostProtocol.FalQueue => _falQueue,
        HostProtocol.FalSync => _falSync,
        HostProtocol.FalAggregator => _falAggregator,
        HostProtocol.ImagesGenerations => _imagesGenerations,
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, null),
    };
}
