using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Media;

/// <summary>
/// <c>POST …/storage/files/sign?url=…</c> with <c>{"expiration_seconds":3600}</c>: an address by which a file can be read for a while
/// without a key, by whoever has it. The host signs for the owner of the file.
/// </summary>
internal sealed class FileSigning(KeyCheck keys, JobStore jobs, FaultInjector faults, TimeProvider time)
{
    private const int Longest = 604_800;

    private readonly ConcurrentDictionary<string, (string Path, DateTimeOffset Until)> _signed = new(StringComparer.Ordinal);

    public async Task HandleAsync(HttpContext context)
    {
        var result = await faults.AroundAsync(new FaultCall(FaultTarget.Sign, context)
        {
            Perform = async _ => await AnswerAsync(context.Request, context.RequestAborted),
        });
        await result.ExecuteAsync(context);
    }

    /// <summary>Whether a request for a file has a signature that is valid still.</summary>
    public bool IsSigned(HttpRequest request) =>
        _signed.TryGetValue(request.Query["identity"].ToString(), out var signed)
        && signed.Path == request.Path && time.GetUtcNow() < signed.Until;

    private async Task<JsonAnswer> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var unauthorized = ErrorText.Answer(401, "Authentication is required to access this resource");
        var (_, refusal) = keys.Read(request, unauthorized, unauthorized);
        if (refusal is not null)
        {
            return refusal;
        }

        var seconds = await SecondsAsync(request, cancellationToken);
        if (seconds is not (>= 1 and <= Longest))
        {
            return ErrorText.Answer(422, $"expiration_seconds is a whole number from 1 to {Longest}");
        }

        if (!Uri.TryCreate(request.Query["url"].ToString(), UriKind.Absolute, out var file) || file.Query.Length > 0
            || file.Segments is not [.., var requestId, _] || jobs.Find(requestId.TrimEnd('/')) is null)
        {
            return ErrorText.Answer(404, "File not found");
        }

        var identity = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _signed[identity] = (file.AbsolutePath, time.GetUtcNow().AddSeconds(seconds));
        var address = string.Create(CultureInfo.InvariantCulture, $"{file.GetLeftPart(UriPartial.Path)}?identity={identity}");
        return JsonAnswer.Of(200, new SignedFile(address), FileSigningJson.Wire.SignedFile);
    }

    private static async Task<int> SecondsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            return body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty("expiration_seconds", out var given)
                && given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var seconds) ? seconds : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }
}

/// <summary>The answer with the address.</summary>
internal sealed record SignedFile(string SignedUrl);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SignedFile))]
internal sealed partial class FileSigningJson : JsonSerializerContext
{
    public static FileSigningJson Wire => field ??= new FileSigningJson(PlainText.OptionsOf(Default));
}
