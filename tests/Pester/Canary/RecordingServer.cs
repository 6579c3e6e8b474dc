using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;

/// <summary>A server that writes down every request as it came. It passes them on to another server, or sends the caller elsewhere.</summary>
public sealed class RecordingServer : IDisposable
{
    private readonly HttpListener _listener = new HttpListener();
    private readonly HttpClient _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly string _target;
    private readonly string _redirect;

    public RecordingServer(string target, string redirect)
    {
        (_target, _redirect) = (target, redirect);
        using (var probe = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp))
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            BaseUri = "http://127.0.0.1:" + ((IPEndPoint)probe.LocalEndPoint).Port;
        }

        _listener.Prefixes.Add(BaseUri + "/");
        _listener.Start();
        _ = RunAsync();
    }

    public string BaseUri { get; }

    public ConcurrentQueue<string> Seen { get; } = new ConcurrentQueue<string>();

    /// <summary>What is put in place of what in the texts that are passed back.</summary>
    public List<KeyValuePair<string, string>> Replacements { get; } = new List<KeyValuePair<string, string>>();

    public void Dispose() => _listener.Close();

    private async Task RunAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException || error is ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => HandleAsync(context));
        }
    }

    private async Task HandleAsync(HttpListenerContext context)
    {
        try
        {
            var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            Seen.Enqueue(context.Request.HttpMethod + " " + context.Request.RawUrl + "\n" + context.Request.Headers + "\n" + Encoding.Latin1.GetString(body.ToArray()));
            // PowerShell hands on nothing as an empty text.
            if (!string.IsNullOrEmpty(_redirect))
            {
                context.Response.StatusCode = 302;
                context.Response.Headers["Location"] = _redirect + context.Request.RawUrl;
            }
            else
            {
                await PassOnAsync(context, body.ToArray());
            }
        }
        catch (HttpRequestException)
        {
            context.Response.StatusCode = 502;
        }
        finally
        {
            context.Response.Close();
        }
    }

    private async Task PassOnAsync(HttpListenerContext context, byte[] body)
    {
        using (var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), _target + context.Request.RawUrl))
        {
            if (context.Request.HasEntityBody)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            }

            foreach (var name in new[] { "Authorization", "Accept", "api-key" })
            {
                if (context.Request.Headers[name] != null)
                {
                    request.Headers.TryAddWithoutValidation(name, context.Request.Headers[name]);
                }
            }

            using (var answer = await _client.SendAsync(request))
            {
                context.Response.StatusCode = (int)answer.StatusCode;
                context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
                foreach (var header in answer.Headers)
                {
                    if (header.Key.StartsWith("x-", StringComparison.OrdinalIgnoreCase) || header.Key == "Location")
                    {
                        context.Response.Headers[header.Key] = string.Join(",", header.Value);
                    }
                }

                var bytes = await answer.Content.ReadAsByteArrayAsync();
                if (context.Response.ContentType?.StartsWith("image/", StringComparison.Ordinal) != true)
                {
                    var text = Encoding.UTF8.GetString(bytes);
                    Replacements.ForEach(pair => text = text.Replace(pair.Key, pair.Value));
                    bytes = Encoding.UTF8.GetBytes(text);
                }

                await context.Response.OutputStream.WriteAsync(bytes, 0, bytes.Length);
            }
        }
    }
}
