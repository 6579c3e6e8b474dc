using System.Text.Json;

namespace Imagen4.Emulator.Faults;

/// <summary>Answers with a status, headers and a body of the rule's choice.</summary>
internal sealed class BodyFault : IResult
{
    private readonly FaultRule _rule;
    private readonly int _status;
    private readonly string _contentType;
    private readonly string _body;

    private BodyFault(FaultRule rule, int defaultStatus, string contentType, string defaultBody)
    {
        _rule = rule;
        _status = rule.Status ?? defaultStatus;
        _contentType = contentType;
        _body = rule.Body switch
        {
            null => defaultBody,
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { } json => json.GetRawText(),
        };
    }

    public static BodyFault Status(FaultRule rule) => new(rule, 500, "application/json", """{"detail":"Injected fault"}""");

    public static BodyFault Html(FaultRule rule) => new(rule, 502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>");

    public static BodyFault BadJson(FaultRule rule) => new(rule, 200, "application/json", """{"status": "IN_QU""");

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = _status;
        httpContext.Response.ContentType = _contentType;
        foreach (var (name, value) in _rule.Headers ?? new Dictionary<string, string>())
        {
            httpContext.Response.Headers[name] = value;
        }

        return httpContext.Response.WriteAsync(_body, httpContext.RequestAborted);
    }
}
