using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Aggregators;

/// <summary>A reseller that has states of its own in the result, and says what it does not know in JSON.</summary>
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
