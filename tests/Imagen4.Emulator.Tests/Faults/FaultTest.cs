using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Faults;

/// <summary>A test that lets calls go wrong.</summary>
public abstract class FaultTest : EmulatorTest
{
    internal async Task AddAsync(string rule)
    {
        var reply = await Client.SendAsync(HttpMethod.Post, "/_emulator/faults", rule);
        Assert.True(reply.Status == 201, reply.Text);
    }

    internal Task<RawReply> SubmitRawAsync() =>
        RawClient.AskAsync(Address, "POST", $"/{FalClient.Model}", CallsOfEachOperation.Prompt);

    /// <summary>The path with the id of a job that is done, on the host whose path it is. From here on jobs take no time.</summary>
    internal async Task<string> PathOfDoneJobAsync(string path)
    {
        await Client.SendAsync(HttpMethod.Put, "/_emulator/settings", """{"generation_time":0}""");
        if (!path.Contains("ID", StringComparison.Ordinal))
        {
            return path;
        }

        var reseller = path.StartsWith("/chainhub", StringComparison.Ordinal);
        Client.Authorization = reseller ? "Bearer k" : "Key k";
        var reply = await Client.SendAsync(HttpMethod.Post, $"{(reseller ? "/chainhub" : "")}/{FalClient.Model}", CallsOfEachOperation.Prompt);
        return path.Replace("ID", reply.Json.GetProperty("request_id").GetString(), StringComparison.Ordinal);
    }
}
