using System.Text.Json;

namespace Imagen4.Torture;

/// <summary>What the hosts have really done, by the emulators' own books.</summary>
internal sealed class HostTruth
{
    private readonly Dictionary<(string Host, string Prompt), int> _bills;
    private readonly Dictionary<string, string?> _errors;

    private HostTruth(IEnumerable<JsonElement> bills, IEnumerable<JsonElement> jobs)
    {
        _bills = bills.GroupBy(bill => (Text(bill, "host")!, bill.GetProperty("input").GetProperty("prompt").GetString()!))
            .ToDictionary(group => group.Key, group => group.Count());
        _errors = jobs.ToDictionary(job => Text(job, "request_id")!, job => Text(job, "error_type"), StringComparer.Ordinal);
    }

    /// <summary>Reads the books of several emulators.</summary>
    public static async Task<HostTruth> ReadAsync(params EmulatorAdmin[] admins)
    {
        var bills = await Task.WhenAll(admins.Select(admin => admin.BillsAsync())).ConfigureAwait(false);
        var jobs = await Task.WhenAll(admins.Select(admin => admin.JobsAsync())).ConfigureAwait(false);
        return new HostTruth(bills.SelectMany(some => some), jobs.SelectMany(some => some));
    }

    /// <summary>How often a prompt was paid for at a host.</summary>
    public int Bills(string host, string prompt) => _bills.GetValueOrDefault((host, prompt));

    /// <summary>Whether a request has ended without a result.</summary>
    public bool HasFailed(string? requestId) => ErrorOf(requestId) is not null;

    /// <summary>Whether a request was cancelled.</summary>
    public bool IsCancelled(string? requestId) => ErrorOf(requestId) == "client_cancelled";

    private string? ErrorOf(string? requestId) => requestId is null ? null : _errors.GetValueOrDefault(requestId);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
