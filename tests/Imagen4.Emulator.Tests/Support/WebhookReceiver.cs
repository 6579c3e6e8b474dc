using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Imagen4.Emulator.Tests.Support;

/// <summary>A server that takes webhooks, answering with the statuses it was given and then with 200.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Channel<Reply> _received = Channel.CreateUnbounded<Reply>();
    private readonly ConcurrentQueue<int> _statuses;
    private readonly WebApplication _application;

    private WebhookReceiver(int[] statuses)
    {
        _statuses = new ConcurrentQueue<int>(statuses);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<IHostLifetime, Imagen4.Emulator.NoLifetime>();
        _application = builder.Build();
        _application.Run(TakeAsync);
    }

    public string Url => $"{_application.Urls.Single()}/done?for=me";

    public static async Task<WebhookReceiver> StartAsync(params int[] statuses)
    {
        var receiver = new WebhookReceiver(statuses);
        await receiver._application.StartAsync();
        return receiver;
    }

    /// <summary>The next webhook: its headers and body.</summary>
    public async Task<Reply> NextAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _received.Reader.ReadAsync(deadline.Token);
    }

    public bool HasMore => _received.Reader.Count > 0;

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        context.Response.StatusCode = _statuses.TryDequeue(out var status) ? status : 200;
        await _received.Writer.WriteAsync(new Reply(context.Response.StatusCode, body.ToArray(), headers));
    }
}
