using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Faults;

/// <summary>A call of each operation on each host that has it, for jobs that are done.</summary>
internal static class CallsOfEachOperation
{
    public const string Prompt = """{"prompt":"a"}""";
    public const string Generation = """{"prompt":"a","model":"google/imagen4/preview"}""";

    public static TheoryData<string, string, string, string, string> All => new()
    {
        { "submit", "POST", $"/{FalClient.Model}", Prompt, "Key k" },
        { "submit", "POST", $"/fal-sync/{FalClient.Model}", Prompt, "Key k" },
        { "submit", "POST", $"/chainhub/{FalClient.Model}", Prompt, "Bearer k" },
        { "submit", "POST", $"/kkiai/{FalClient.Model}", Prompt, "Bearer k" },
        { "submit", "POST", "/aimlapi/v1/images/generations", Generation, "Bearer k" },
        { "status", "GET", $"/{FalClient.App}/requests/ID/status", "", "Key k" },
        { "stream", "GET", $"/{FalClient.App}/requests/ID/status/stream", "", "Key k" },
        { "result", "GET", $"/{FalClient.App}/requests/ID", "", "Key k" },
        { "result", "GET", $"/chainhub/{FalClient.App}/requests/ID", "", "Bearer k" },
        { "cancel", "PUT", $"/{FalClient.App}/requests/ID/cancel", "", "Key k" },
        { "download", "GET", "/_emulator/files/ID/image-1.png", "", "" },
        { "pricing", "GET", $"/v1/models/pricing?endpoint_id={FalClient.Model}", "", "Key k" },
        { "models", "GET", $"/v1/models?endpoint_id={FalClient.Model}", "", "" },
        { "history", "GET", $"/v1/models/requests/by-endpoint?endpoint_id={FalClient.Model}", "", "Key k" },
        { "keys", "GET", "/.well-known/jwks.json", "", "" },
    };
}
