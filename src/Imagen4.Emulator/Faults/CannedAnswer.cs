using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Imagen4.Emulator.Faults;

/// <summary>Answers with a status, headers and a body of the rule's choice.</summary>
internal sealed class CannedAnswer : IResult
{
    private readonly FaultEffect _effect;
    private readonly TimeProvider _time;
    private readonly int _status;
    private readonly string _contentType;
    private readonly byte[] _body;

    private CannedAnswer(FaultEffect effect, TimeProvider time, int defaultStatus, string contentType, string defaultBody)
    {
        _effect = effect;
        _time = time;
        _status = effect.Status ?? defaultStatus;
        _contentType = contentType;
        _body = Encoding.UTF8.GetBytes(effect.Body switch
        {
            null => defaultBody,
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { } json => json.GetRawText(),
        });
    }

    public static CannedAnswer Status(FaultEffect effect, TimeProvider time) =>
        new(effect, time, 500, "application/json", """{"detail":"Injected fault"}""");

    public static CannedAnswer Html(FaultEffect effect, TimeProvider time) =>
        new(effect, time, 502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>");

    public static CannedAnswer BadJson(FaultEffect effect, TimeProvider time) =>
        new(effect, time, 200, "application/json", """{"status": "IN_QU""");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _status;
        response.ContentType = _contentType;
        if (_effect.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        else if (_effect.RetryAfterDate is { } later)
        {
            response.Headers.RetryAfter = _time.GetUtcNow().AddSeconds(later).ToString("R", CultureInfo.InvariantCulture);
        }

        foreach (var (name, value) in _effect.Headers ?? new Dictionary<string, string>())
        {
            response.Headers[name] = value;
        }

        // 204 and 304 have no body, and the server lets none through.
        if (_status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            response.ContentLength = _body.Length;
            await response.Body.WriteAsync(_body, httpContext.RequestAborted);
        }
    }
}
