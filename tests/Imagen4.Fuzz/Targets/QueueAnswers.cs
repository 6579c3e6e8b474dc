using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;

namespace Imagen4.Fuzz.Targets;

/// <summary>Answers of fal's queue, its own and through somebody else's door: to a submit, a status, a result and a cancel.</summary>
internal static class QueueAnswers
{
    private static readonly HostConnection Fal = Hosts.Of(HostProtocol.FalQueue);
    private static readonly HostConnection Aggregator = Hosts.Of(HostProtocol.FalAggregator);

    private static readonly RequestReference[] Requests =
    [
        new FalQueueProtocol().CreateReference(Fal, Hosts.Model, "r-1"),
        new FalAggregatorProtocol().CreateReference(Aggregator, Hosts.Model, "r-1"),
    ];

    public static Task ReadAsync(byte[] body)
    {
        foreach (var (request, response) in Requests.SelectMany(request => Hosts.Answers(body).Select(response => (request, response))))
        {
            var (host, protocol) = (request.Host, request.Protocol);
            _ = protocol.ReadMarks(response);
            _ = protocol.ReadAcceptance(host, Hosts.Model, response);
            _ = protocol.ReadRejection(host, Hosts.Model, response);
            _ = StatusVerdict.Of(request, response);
            _ = CancelVerdict.Of(request, response);
            ResultVerdict.Of(request, response)?.WithoutResult();
            _ = FalErrors.OfRead(request, response);
            _ = FalErrors.OfPlatform(host, Hosts.Model, response);
            _ = FalErrors.OfStorage(host, response);
            _ = FalStatuses.ReadEvent(request, body);
        }

        return Task.CompletedTask;
    }
}
