using System.Runtime.InteropServices;
using System.Text.Json;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal.Webhooks;

/// <summary>Verifies webhooks and reads what they say.</summary>
/// <param name="time">The clock.</param>
public sealed class WebhookReader(TimeProvider time)
{
    private readonly KeyCache _keys = new(time);

    /// <summary>The reader of this process; it keeps the hosts' keys.</summary>
    public static WebhookReader Shared { get; } = new(TimeProvider.System);

    /// <summary>Verifies a webhook.</summary>
    /// <param name="profile">The host it is said to be from.</param>
    /// <param name="delivery">What arrived.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="WebhookInvalidException">It is not from the host. The message is the same whatever the reason.</exception>
    /// <exception cref="ImagenException">The host's keys cannot be had.</exception>
    public async Task<ImagenResult> ReadAsync(ProviderProfile profile, WebhookDelivery delivery, CancellationToken cancellation)
    {
        var address = profile.WebhookKeysUri ?? throw new InvalidInputException(Messages.WebhookNotOffered.With(profile.Name));
        var isValid = await IsValidAsync(address, delivery, fresh: false, cancellation).ConfigureAwait(false)
            || await IsValidAsync(address, delivery, fresh: true, cancellation).ConfigureAwait(false);
        return isValid && Understood(profile, delivery) is { } result
            ? result
            : throw new WebhookInvalidException(Messages.WebhookInvalid.With(profile.Name));
    }

    /// <summary>What a webhook says, whoever sent it; null where it says nothing.</summary>
    internal static ImagenResult? Understood(ProviderProfile profile, WebhookDelivery delivery) =>
        Parse(delivery) is { } payload ? Describe(profile, payload) : null;

    private async Task<bool> IsValidAsync(Uri address, WebhookDelivery delivery, bool fresh, CancellationToken cancellation) =>
        WebhookSignature.IsValid(delivery, await _keys.GetAsync(address, fresh, cancellation).ConfigureAwait(false), time);

    private static WebhookPayload? Parse(WebhookDelivery delivery)
    {
        try
        {
            return JsonSerializer.Deserialize(delivery.Body.Span, WebhookPayloadJson.Default.WebhookPayload);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ImagenResult Describe(ProviderProfile profile, WebhookPayload payload)
    {
        var result = new ImagenResult { RequestId = payload.RequestId, Provider = profile.Name };
        var found = payload.Status == "OK" && payload.Payload is { ValueKind: JsonValueKind.Object } output
            ? FalResults.Read(JsonMarshal.GetRawUtf8Value(output))
            : null;
        if (found is null)
        {
            // A result that could not be put into the webhook is still at the host.
            result.State = payload is { Status: "OK", PayloadError: not null } ? ImagenStates.Completed : ImagenStates.Failed;
            var said = payload.Payload is { } failure ? FalErrorDetail.TryRead(JsonMarshal.GetRawUtf8Value(failure)) : null;
            string?[] words = [payload.Error ?? payload.PayloadError, said?.Text];
            result.Error =
                PlainText.Line(words.Any(word => word is not null) ? string.Join(": ", words.OfType<string>()) : Messages.NoImages);
            result.ErrorType = said?.Type;
            return result;
        }

        found.CopyTo(result);
        return result;
    }
}
