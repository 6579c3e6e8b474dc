namespace Imagen4.Core.Input;

/// <summary>One row of a batch, its cells converted and not yet checked against a host.</summary>
public sealed record ImageRow
{
    /// <summary>
    /// The number of the row, from 1, which no other row of its pipeline has: its place, or the number that it had in the batch its record
    /// comes from. Messages and file names have it.
    /// </summary>
    public required int Index { get; init; }

    /// <summary>The caller's own key for the row.</summary>
    public string? Key { get; init; }

    /// <summary>The provider the row itself names.</summary>
    public string? Provider { get; init; }

    /// <summary>The endpoint id the row itself names.</summary>
    public string? Model { get; init; }

    /// <summary>The ledger's id of the request that the row's record comes from.</summary>
    public string? LedgerId { get; init; }

    /// <summary>The host's id of the request that the row's record comes from.</summary>
    public string? RequestId { get; init; }

    /// <summary>How its files are named, where the row itself says so.</summary>
    public string? FileName { get; init; }

    /// <summary>Whether its record is the sidecar of an image, which has the names of files without their directories.</summary>
    public bool IsSidecar { get; init; }

    /// <summary>Whether its record says that its request is in doubt: it may have been paid for.</summary>
    public bool IsInDoubt { get; init; }

    /// <summary>How it is queued and kept.</summary>
    public SubmitSettings Settings { get; init; } = SubmitSettings.None;

    /// <summary>The images it is made from, as paths and addresses.</summary>
    public ImageList Images { get; init; } = ImageList.None;

    /// <summary>
    /// The SHA-256 of the files that the caller has handed over inside its additional inputs. Of what else stands for a file there, only
    /// a known request can say that it does.
    /// </summary>
    public IReadOnlyCollection<string> Files { get; init; } = [];

    /// <summary>What is sent.</summary>
    public required ImageInput Input { get; init; }
}
