using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Aggregators;

/// <summary>A reseller that passes fal's words on, and shows its front page for all that it does not know.</summary>
internal sealed class Kkiai : IAggregator
{
    private const string Page = "<!doctype html><html><head><title>API gateway</title></head><body><div id=\"root\"></div></body></html>";

    public string Name => HostName.Kkiai;

    public bool KnowsAuto => true;

    public JsonAnswer Unauthorized { get; } = ErrorText.Answer(401, "Invalid token");

    // A page that a browser would fill: there for every GET, not allowed for anything else.
    public IResult Unknown(HttpRequest request) =>
        Results.Text(Page, "text/html", statusCode: HttpMethods.IsGet(request.Method) ? 200 : 405);

    public JsonAnswer Pending(JobState state) => FalErrors.StillInProgress;

    // Whatever the model's own status was, this host has one for all of them.
    public JsonAnswer Failed(Failure failure) => FalErrors.Body(failure) with { Status = 422 };

    public JsonAnswer Error(int status, string message) => ErrorText.Answer(status, message);
}
