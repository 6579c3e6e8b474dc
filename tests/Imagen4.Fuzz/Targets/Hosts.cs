using System.IO.Hashing;
using System.Net;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Providers;

namespace Imagen4.Fuzz.Targets;

/// <summary>Hosts, and their answers as they are once they have been read.</summary>
internal static class Hosts
{
    public const string Model = "fal-ai/imagen4/preview";

    private static readonly int[] Statuses = [200, 200, 200, 202, 400, 401, 402, 403, 404, 405, 408, 409, 410, 422, 422, 429, 499, 500, 503];

    private static readonly string[] Types = ["application/json", "text/html", "text/plain", "application/octet-stream"];

    private static readonly string[] Headers =
        ["x-fal-request-id", "X-Fal-Error-Type", "X-Fal-Retryable", "X-Fal-Billable-Units", "Retry-After", "x-request-id", "x-inference-id"];

    /// <summary>A host that speaks a protocol.</summary>
    public static HostConnection Of(HostProtocol protocol, Uri? address = null)
    {
        var place = address ?? new Uri("https://host.example/base");
        return new HostConnection(
            new ProviderProfile
            {
                Name = "fuzz", Protocol = protocol, BaseUri = place, PlatformUri = place, StorageUri = place, DefaultModel = Model,
                Offers = Enum.GetValues<HostOffer>(), MediaHosts = ["host.example"],
            },
            new ApiKey("0123456789abcdef0123456789abcdef", "the fuzzer"),
            TimeProvider.System);
    }

    /// <summary>Answers with a body: what else they say follows from the body, so that it can be read again.</summary>
    public static IEnumerable<HostResponse> Answers(byte[] body)
    {
        // The masking of keys is part of what every answer goes through.
        var key = new ApiKey("0123456789abcdef0123456789abcdef", "the fuzzer");
        var random = new Random((int)Crc32.HashToUInt32(body));
        for (var answers = 0; answers < 3; answers++)
        {
            using var message = new HttpResponseMessage();
            var said = new string([.. Encoding.Latin1.GetString(body, 0, Math.Min(body.Length, 60)).Where(letter => letter is > ' ' and < '\u007f')]);
            foreach (var name in Headers.Where(_ => random.Next(6) == 0))
            {
                _ = message.Headers.TryAddWithoutValidation(name, random.Next(2) == 0 ? said : random.Next(2) == 0 ? "false" : "-1e5");
            }

            yield return new HostResponse((HttpStatusCode)Statuses[random.Next(Statuses.Length)], message.Headers, Types[random.Next(Types.Length)], key.Mask((ReadOnlyMemory<byte>)body))
            {
                Key = key,
            };
        }
    }
}
