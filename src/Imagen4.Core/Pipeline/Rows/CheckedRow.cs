using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>A row that its host takes: nothing about it is wrong that could be known before it is paid for.</summary>
/// <param name="Row">The row.</param>
/// <param name="Host">Where it goes.</param>
/// <param name="Model">The endpoint id it goes to.</param>
/// <param name="Input">What is sent, in the host's own spelling.</param>
public sealed record CheckedRow(ImageRow Row, HostConnection Host, string Model, ImageInput Input)
{
    /// <summary>The number of images it asks for.</summary>
    public long NumImages => Input.NumImages ?? 1;

    /// <summary>Whether it would be paid for, as far as the ledger knew when it was checked.</summary>
    public bool IsNew { get; init; } = true;

    /// <summary>Why it is paid for again, although it was submitted before; null where it is not.</summary>
    public PaidBefore? PaidBefore { get; init; }

    /// <summary>
    /// Whether a record before it in the pipeline is of the same request: both are one row, and this one is neither sent nor waited for.
    /// </summary>
    public bool IsRepeated { get; init; }

    /// <summary>The caller's own key of it, as messages show it; null for none.</summary>
    internal string? ShownKey => Row.Key is { } key ? PlainText.Brief(key) : null;

    /// <summary>How its files are named.</summary>
    public FileNameTemplate FileName { get; init; } = new(null);

    /// <summary>What it has been counted with against the limit of what the batch may cost; null where it has not been.</summary>
    internal CostShare? Share { get; set; }

    /// <summary>The known request that its record names and whose input it has; or null.</summary>
    internal NamedRequest? Named { get; init; }

    /// <summary>What makes it the same row in another run; null where every run is a new request.</summary>
    internal RowIdentity? Identity { get; init; }

    /// <summary>What the ledger records of it.</summary>
    /// <param name="directory">Where its images are saved, with links resolved; or null.</param>
    internal LedgerEntry ToEntry(string? directory)
    {
        var entry = new LedgerEntry(Host.Profile.Name, Model, Row.Key, Input)
        {
            BaseAddress = ProviderAddress.Normal(Host.BaseUri),
            Settings = Row.Settings,
            Index = Row.Index,
        };
        return entry with { Row = Identity ?? RowIdentity.OfRequest(entry.LedgerId, RowIdentity.Hash(Model, Input), directory) };
    }
}
