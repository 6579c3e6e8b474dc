using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Aggregators;

/// <summary>What differs between the resellers of fal's queue.</summary>
internal interface IAggregator
{
    /// <summary>One of <see cref="HostName"/>; also the first part of its paths.</summary>
    string Name { get; }

    /// <summary>Results can be read under the model name <c>auto</c> too.</summary>
    bool KnowsAuto { get; }

    JsonAnswer Unauthorized { get; }

    /// <summary>The answer to paths that do not exist there, such as status or cancel.</summary>
    IResult Unknown(HttpRequest request);

    /// <summary>The answer to a result read that comes too early.</summary>
    JsonAnswer Pending(JobState state);

    JsonAnswer Failed(Failure failure);

    /// <summary>An error of the host itself, which is about no job.</summary>
    JsonAnswer Error(int status, string message);
}

/// <summary>A reseller with states of its own in the result, which answers unknown paths with JSON errors.</summary>
internal sealed class Chainhub : IAggregator
{
    public string Name => HostName.Chainhub;

    public bool KnowsAuto => false;

    public JsonAnswer Unauthorized { get; } = ErrorOf(401, "Invalid token");

    public IResult Unknown(HttpRequest request) => ErrorOf(404, $"Invalid URL ({request.Method} {request.Path})");

    public JsonAnswer Pending(JobState state) =>
        JsonAnswer.Of(202, new QueueAnswer(QueueStatus.Name(state)), FalJson.Wire.QueueAnswer);

    public JsonAnswer Failed(Failure failure) =>
        JsonAnswer.Of(200, new FailedAnswer("FAILED", failure.Message), AggregatorJson.Wire.FailedAnswer);

    public JsonAnswer Error(int status, string message) => ErrorOf(status, message);

    private static JsonAnswer ErrorOf(int status, string message) =>
        JsonAnswer.Of(status, new GatewayError(new GatewayErrorBody(message, "invalid_request_error")), AggregatorJson.Wire.GatewayError);
}

/// <summary>A reseller that passes fal's answers on, and answers unknown paths with its front page.</summary>
internal sealed class Kkiai : IAggregator
{
    private const string Page = "<!doctype html><html><head><title>API gateway</title></head><body><div id=\"root\"></div></body></html>";

    public string Name => HostName.Kkiai;

    public bool KnowsAuto => true;

    public JsonAnswer Unauthorized { get; } = ErrorText.Answer(401, "Invalid token");

    // A single-page application: served for every GET, 405 for anything else.
    public IResult Unknown(HttpRequest request) =>
        Results.Text(Page, "text/html", statusCode: HttpMethods.IsGet(request.Method) ? 200 : 405);

    public JsonAnswer Pending(JobState state) => FalErrors.StillInProgress;

    // Whatever the model's own status was, this host has one for all of them.
    public JsonAnswer Failed(Failure failure) => FalErrors.Body(failure) with { Status = 422 };

    public JsonAnswer Error(int status, string message) => ErrorText.Answer(status, message);
}
