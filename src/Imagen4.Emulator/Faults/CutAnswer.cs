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
