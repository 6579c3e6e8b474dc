using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Imagen4.Core.Tests.Support;

/// <summary>A real HTTP server that answers as the test says, and notes what it was asked.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<Seen> _seen;

    private WebServer(WebApplication application, ConcurrentQueue<Seen> seen)
    {
        _application = application;
        _seen = seen;
        Address = new Uri(application.Urls.Single());
    }

    public Uri Address { get; }

    /// <summary>Every request so far, in order.</summary>
    public IReadOnlyList<Seen> Requests => [.. _seen];

    public static async Task<WebServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        var application = builder.Build();
        var seen = new ConcurrentQueue<Seen>();
        application.Run(context =>
        {
            var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            seen.Enqueue(new Seen(context.Request.Method, $"{context.Request.Path}{context.Request.QueryString}", headers));
            return answer(context);
        });
        await application.StartAsync();
        return new WebServer(application, seen);
    }

    /// <summary>A server that gives these answers one after another, and the last one for ever.</summary>
    public static Task<WebServer> AnsweringAsync(params Answer[] answers)
    {
        var next = -1;
        return StartAsync(context => answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)].WriteAsync(context));
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    internal sealed record Seen(string Method, string Path, IReadOnlyDictionary<string, string> Headers);
}
