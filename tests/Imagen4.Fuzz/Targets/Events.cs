using System.Net;
using System.Net.Http.Headers;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;

namespace Imagen4.Fuzz.Targets;

/// <summary>The stream of a request's states.</summary>
internal static class Events
{
    private static readonly RequestReference Request = new FalQueueProtocol().CreateReference(Hosts.Of(HostProtocol.FalQueue), Hosts.Model, "r-1");

    public static async Task ReadAsync(byte[] input)
    {
        using var handler = new OneAnswer(input);
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, Request.StatusUri);
        try
        {
            await foreach (var data in new EventStream(TimeProvider.System).ReadAsync(client, request, CancellationToken.None).ConfigureAwait(false))
            {
                _ = FalStatuses.ReadEvent(Request, data);
            }
        }
        catch (AnswerTooLargeException)
        {
            // What grows beyond its bound is given up, and the state is asked for.
        }
    }

    private sealed class OneAnswer(byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("text/event-stream");
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
        }
    }
}
