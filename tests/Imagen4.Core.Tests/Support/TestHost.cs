using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Tests.Support;

/// <summary>Connections and rows for tests.</summary>
internal static class TestHost
{
    public const string Model = "fal-ai/imagen4/preview";
    public const string Secret = "test-key";

    /// <summary>A host on this machine.</summary>
    public static readonly Uri ThisMachine = new("http://127.0.0.1");

    /// <summary>A host of the public network.</summary>
    public static readonly Uri Elsewhere = new("https://host.example");

    public static ProviderProfile Profile(Uri? address, string name = "test") => new()
    {
        Name = name,
        BaseUri = address,
        DefaultModel = Model,
        ApiKeyVariables = ["IMAGEN4_TEST_KEY"],
    };

    public static HostConnection Connect(Uri address, TimeProvider? time = null, Action<string>? trace = null) =>
        new(Profile(address), new ApiKey(Secret, "the test"), time ?? TimeProvider.System, trace);

    public static HostConnection Connect(ProviderProfile profile, TimeProvider? time = null, Action<string>? trace = null) =>
        new(profile, new ApiKey(Secret, "the test"), time ?? TimeProvider.System, trace);

    public static ImageInput Input(string prompt = "a red fox") => new() { Prompt = prompt };

    /// <summary>Additional input as a row reader makes it.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Additional(string json) =>
        JsonElement.Parse(json).EnumerateObject().ToDictionary(member => member.Name, member => member.Value);

    /// <summary>Additional input as JSON text.</summary>
    public static string Json(ImageInput input) =>
        $$"""{{{string.Join(',', input.AdditionalInput!.Select(member => $"\"{member.Key}\":{member.Value.GetRawText()}"))}}}""";

    public static ImageRow Row(int index = 1, string prompt = "a red fox") => new() { Index = index, Input = Input(prompt) };
}
