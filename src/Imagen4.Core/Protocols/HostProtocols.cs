using Imagen4.Core.Hosts;
using Imagen4.Core.Protocols.FalQueue;

namespace Imagen4.Core.Protocols;

/// <summary>The one place that knows which class speaks which protocol.</summary>
internal static class HostProtocols
{
    private static readonly FalQueueProtocol FalQueue = new();

    /// <summary>The class for a protocol.</summary>
    public static IHostProtocol For(HostProtocol protocol) => protocol switch
    {
        HostProtocol.FalQueue => FalQueue,
        _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, null),
    };
}
