using Imagen4.Core.Rows;

namespace Imagen4.Core.Ledger;

/// <summary>What a ledger is told at every step of a row.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Model">The endpoint id.</param>
/// <param name="Key">The caller's own key for the row.</param>
/// <param name="Input">What is sent.</param>
internal sealed record LedgerEntry(string Provider, string Model, string? Key, ImageInput Input)
{
    /// <summary>How it is queued and kept.</summary>
    public SubmitSettings Settings { get; init; } = SubmitSettings.None;

    /// <summary>The host's id, once there is one.</summary>
    public string? RequestId { get; init; }

    /// <summary>The files, once they are there.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];
}
