using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Protocols.ImagesGenerations;
using Imagen4.Core.Providers;

namespace Imagen4.Fuzz.Targets;

/// <summary>Answers that are the result, of both protocols that have such ones.</summary>
internal static class SyncAnswers
{
    private static readonly (HostConnection Host, IHostProtocol Protocol)[] All =
    [
        (Hosts.Of(HostProtocol.FalSync), new FalSyncProtocol(new NothingKept())),
        (Hosts.Of(HostProtocol.ImagesGenerations), new ImagesGenerationsProtocol(new NothingKept())),
    ];

    public static Task ReadAsync(byte[] body)
    {
        foreach (var ((host, protocol), response) in All.SelectMany(one => Hosts.Answers(body).Select(response => (one, response))))
        {
            _ = protocol.ReadMarks(response);
            var accepted = protocol.ReadAcceptance(host, Hosts.Model, response);
            accepted?.Answered?.CopyTo(new ImagenResult());
            accepted?.Answered?.Dispose();
            _ = protocol.ReadRejection(host, Hosts.Model, response);
        }

        return Task.CompletedTask;
    }

    private sealed class NothingKept : IResultStore
    {
        public Task<HostResult?> FindAsync(RequestReference request, CancellationToken cancellation) => Task.FromResult<HostResult?>(null);
    }
}
