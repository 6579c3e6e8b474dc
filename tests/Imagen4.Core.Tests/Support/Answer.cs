using System.Text;
using Microsoft.AspNetCore.Http;

namespace Imagen4.Core.Tests.Support;

/// <summary>One answer of a <see cref="WebServer"/>.</summary>
internal sealed record Answer(int Status, string Body = "{}", string Type = "application/json")
{
    public (string Name, string Value)[] Headers { get; init; } = [];

    public ReadOnlyMemory<byte>? Bytes { get; init; }

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.ContentType = Type;
        foreach (var (name, value) in Headers)
        {
            context.Response.Headers[name] = value;
        }

        var bytes = Bytes ?? Encoding.UTF8.GetBytes(Body);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
