namespace Imagen4.Core.Tests.Protocols;

/// <summary>One cell of the tables of reads: an answer, and what it says.</summary>
/// <param name="Status">The answer's status.</param>
/// <param name="Body">Its body; one that begins with &lt; is sent as a page.</param>
/// <param name="Queue">What it says at fal itself.</param>
internal sealed record ReadCell(int Status, string Body, string Queue)
{
    /// <summary>A header, as <c>name: value</c>.</summary>
    public string Header { get; init; } = "";

    /// <summary>What it says at a host that passes fal's answers on, where that is something else.</summary>
    public string? PassedOn { get; init; }

    /// <summary>What a wait makes of it when the host answers the same for ever, where that is something else.</summary>
    public string? ForEver { get; init; }

    /// <summary>What it says at a provider.</summary>
    public string At(string provider) => provider == "fal" ? Queue : PassedOn ?? Queue;

    /// <summary>What a wait at a provider makes of it when the host answers the same for ever.</summary>
    public string ForEverAt(string provider) => ForEver ?? (At(provider) == ReadTables.NotYet ? "WaitTimeout" : At(provider));
}
