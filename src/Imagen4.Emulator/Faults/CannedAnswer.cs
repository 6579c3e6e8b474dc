using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;

namespace Imagen4.Emulator.Faults;

/// <summary>Answers with a status, headers and a body of the rule's choice.</summary>
internal sealed class CannedAnswer : IResult
{
    /// <summary>What stands in a rule for the id of the request that the call is about, or of an unknown one.</summary>
    public const string RequestIdPlace = "{request_id}";

    private readonly FaultEffect _effect;
    private readonly TimeProvider _time;
    private readonly int _status;
    private readonly string _contentType;
    private readonly byte[] _body;
    private readonly string _requestId;

    private CannedAnswer(FaultEffect effect, FaultCall call, TimeProvider time, int defaultStatus, string contentType, string defaultBody)
    {
        _effect = effect;
        _time = time;
        _status = effect.Status ?? defaultStatus;
        _contentType = contentType;
        _requestId = call.RequestId ?? Guid.NewGuid().ToString();
        _body = Encoding.UTF8.GetBytes(Named(effect.Body switch
        {
            null => defaultBody,
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { } json => json.GetRawText(),
        }));
    }

    public static CannedAnswer Status(FaultEffect effect, FaultCall call, TimeProvider time) =>
        new(effect, call, time, 500, "application/json", """{"detail":"Injected fault"}""");

    public static CannedAnswer Html(FaultEffect effect, FaultCall call, TimeProvider time) =>
        new(effect, call, time, 502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>");

    public static CannedAnswer BadJson(FaultEffect effect, FaultCall call, TimeProvider time) =>
        new(effect, call, time, 200, "application/json", """{"status": "IN_QU""");

    /// <summary>An error of the host's own, as far as anybody can tell.</summary>
    public static CannedAnswer OwnError(FaultEffect effect, FaultCall call, TimeProvider time)
    {
        var own = call.ErrorForm(effect.Status ?? 500, "Injected fault");
        foreach (var (name, value) in own.Headers)
        {
            call.Context.Response.Headers[name] = value;
        }

        return new(effect, call, time, own.Status, "application/json", Encoding.UTF8.GetString(own.Body.Span));
    }

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
            // Without a value: not even the header that the operation has set.
            response.Headers[name] = value.Length == 0 ? StringValues.Empty : Named(value);
        }

        // 204 and 304 have no body, and the server lets none through.
        if (_status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            response.ContentLength = _body.Length;
            await response.Body.WriteAsync(_body, httpContext.RequestAborted);
        }
    }

    private string Named(string text) => text.Replace(RequestIdPlace, _requestId, StringComparison.Ordinal);
}
