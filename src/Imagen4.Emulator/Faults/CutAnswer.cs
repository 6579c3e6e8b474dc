using System.Globalization;
using System.Text;

namespace Imagen4.Emulator.Faults;

/// <summary>Sends an answer up to a point and ends the connection, or leaves it in silence.</summary>
internal sealed class CutAnswer(IResult answer, string at, Ending ending) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var connection = new RawConnection(httpContext);
        if (at != CutPoint.Before)
        {
            await SendAsync(connection, httpContext);
        }

        await connection.EndAsync(ending);
    }

    private async Task SendAsync(RawConnection connection, HttpContext context)
    {
        var body = await KeptAnswer.BodyOfAsync(answer, context);
        var response = context.Response;
        // As the server does it: an answer of no known length is one chunk and an end.
        var chunked = response.ContentLength is null;
        if (chunked)
        {
            response.Headers.TransferEncoding = "chunked";
        }

        await connection.SendAsync(RawConnection.HeadOf(response));
        if (at == CutPoint.Headers)
        {
            return;
        }

        if (chunked && body.Length > 0)
        {
            await connection.SendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{body.Length:x}\r\n")));
        }

        await connection.SendAsync(at == CutPoint.Middle ? body[..(body.Length / 2)] : body);
        if (chunked && at == CutPoint.After)
        {
            await connection.SendAsync(body.Length > 0 ? "\r\n0\r\n\r\n"u8.ToArray() : "0\r\n\r\n"u8.ToArray());
        }
    }
}

/// <summary>How far an answer gets.</summary>
internal static class CutPoint
{
    /// <summary>Not a byte of it.</summary>
    public const string Before = "before";

    /// <summary>Its status and headers.</summary>
    public const string Headers = "headers";

    /// <summary>Those and half of its body.</summary>
    public const string Middle = "middle";

    /// <summary>All of it.</summary>
    public const string After = "after";

    public static IReadOnlyList<string> All { get; } = [Before, Headers, Middle, After];
}

/// <summary>What becomes of a connection whose answer is cut.</summary>
internal enum Ending
{
    /// <summary>RST: the other side gets an error, and may lose what it had not read.</summary>
    Reset,

    /// <summary>FIN: the other side reads to the end of what was sent.</summary>
    Close,

    /// <summary>Nothing: it stays open, and nothing comes.</summary>
    Silence,
}
