using Imagen4.Core.Http;
using Imagen4.Core.Media;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Batch;

/// <summary>What holds for every row of a batch.</summary>
public sealed record BatchOptions
{
    /// <summary>The provider for rows that name none; null for the default one.</summary>
    public string? Provider { get; init; }

    /// <summary>A key given by the caller; null to look where the provider's profile says.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Looks up the secrets that profiles name, on the thread that asks for a host; null where nobody can.</summary>
    public SecretLookup? Secrets { get; init; }

    /// <summary>The endpoint id for rows that name none; null for the provider's default.</summary>
    public string? Model { get; init; }

    /// <summary>Whether rows are waited for after they are accepted.</summary>
    public bool Wait { get; init; }

    /// <summary>Where images are saved; null to save none.</summary>
    public OutputFolder? Output { get; init; }

    /// <summary>How files are named.</summary>
    public FileNameTemplate FileName { get; init; } = new(null);

    /// <summary>The largest image that is saved where nothing else is said, in bytes.</summary>
    public const long LargestImage = MediaSource.LargestImage;

    /// <summary>The largest image that is saved, in bytes.</summary>
    public long MaxBytes { get; init; } = LargestImage;

    /// <summary>Whether a JSON file is written beside each image.</summary>
    public bool Sidecar { get; init; }

    /// <summary>What says where images go and what they are called, as it is written on a command line.</summary>
    public string Saving => CommandText.Parameter("OutputDirectory", Output?.FullPath)
        + CommandText.Parameter("FileName", FileName.IsDefault ? null : FileName.Text) + (Sidecar ? " -Sidecar" : "");

    /// <summary>Whether a request whose images have been saved stays where they are, instead of being saved to the output directory.</summary>
    public bool KeepsPlace { get; init; }

    /// <summary>How long a request may take from its acceptance; zero for no limit.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether rows are the same in another run, so that running a batch again continues it. A row with a key always is.</summary>
    public bool Continues { get; init; }

    /// <summary>Whether rows that are known are submitted all the same.</summary>
    public bool NoResume { get; init; }

    /// <summary>Whether inputs are sent as they are given, also where the model's definition does not have them so.</summary>
    public bool SkipInputCheck { get; init; }

    /// <summary>Whether the hosts are asked to cancel what goes on when the batch is stopped.</summary>
    public bool CancelOnStop { get; init; }

    /// <summary>
    /// What the rows of the batch may cost together, those that earlier runs paid for included; null for no limit. Every row is counted
    /// with <c>RowBatch.CountAsync</c> before the first is run.
    /// </summary>
    public decimal? MaxCost { get; init; }

    /// <summary>Whether nothing is run: what rows would cost is all that is asked for, and nothing is kept of it.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Receives one line for every exchange with a host, on any thread.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>Receives what the user should know besides errors, on any thread.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Notices when a provider does not answer, for who wants to show it; null for a warning only.</summary>
    public HostOutages? Outages { get; init; }
}
