using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Platform;

/// <summary>fal's platform (api.fal.ai), under <c>/v1</c>: what models there are, what images cost, and what was asked for.</summary>
internal sealed class PlatformEndpoints(KeyCheck keys, History history, FaultInjector faults, ModelList models)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", AnswerModelsAsync);
        routes.MapGet("/v1/models/pricing", context => AnswerAsync(context, FaultTarget.Pricing, Prices));
        routes.MapGet("/v1/models/requests/by-endpoint", context => AnswerAsync(context, FaultTarget.History, Requests));
    }

    // The catalogue is open to everybody.
    private async Task AnswerModelsAsync(HttpContext context)
    {
        var result = await faults.AroundAsync(FaultTarget.Models, context, () =>
        {
            try
            {
                return models.Read(context.Request.Query);
            }
            catch (FormatException exception)
            {
                return PlatformErrors.Invalid(exception.Message);
            }
        });
        await result.ExecuteAsync(context);
    }

    private async Task AnswerAsync(HttpContext context, string operation, Func<HttpRequest, JsonAnswer> answer)
    {
        var result = await faults.AroundAsync(operation, context, () =>
        {
            var unauthorized = PlatformErrors.Unauthorized;
            var (_, refusal) = keys.Read(context.Request, unauthorized, unauthorized);
            return refusal ?? answer(context.Request);
        });
        await result.ExecuteAsync(context);
    }

    private static JsonAnswer Prices(HttpRequest request)
    {
        var prices = Values.Of(request.Query, "endpoint_id")
            .Select(id => Catalogue.Default.FindModel(id)?.Price is { } price ? new Price(id, price, "image", "USD") : null)
            .OfType<Price>();
        return JsonAnswer.Of(200, new PriceList([.. prices]), PlatformJson.Wire.PriceList);
    }

    private JsonAnswer Requests(HttpRequest request)
    {
        if (!history.On)
        {
            return PlatformErrors.NoHistory;
        }

        try
        {
            return JsonAnswer.Of(200, history.Read(request.Query), PlatformJson.Wire.RequestPage);
        }
        catch (FormatException exception)
        {
            return PlatformErrors.Invalid(exception.Message);
        }
    }
}

/// <summary>Every answer of the platform's that is not a success.</summary>
internal static class PlatformErrors
{
    public static JsonAnswer Unauthorized => Of(401, "authorization_error", "Authentication is required to access this resource");

    public static JsonAnswer NoHistory => Of(404, "not_found", "The history of requests is switched off");

    public static JsonAnswer Invalid(string message) => Of(400, "validation_error", message);

    private static JsonAnswer Of(int status, string type, string message)
    {
        var docs = $"https://docs.fal.ai/errors#{type}";
        var error = new PlatformError(new PlatformErrorBody(type, message, docs, Guid.NewGuid().ToString()));
        return JsonAnswer.Of(status, error, PlatformJson.Wire.PlatformError);
    }
}
