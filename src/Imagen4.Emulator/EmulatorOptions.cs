using Imagen4.Emulator.Signing;

namespace Imagen4.Emulator;

/// <summary>How one emulator is set up when it starts.</summary>
internal sealed record EmulatorOptions
{
    /// <summary>The port on 127.0.0.1; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>How many jobs run at the same time.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>How long one job runs; zero finishes it on submission.</summary>
    public TimeSpan GenerationTime { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The only key that is accepted; null accepts any.</summary>
    public string? Key { get; init; }

    /// <summary>The dated input schema, by its name in the catalogue.</summary>
    public string Schema { get; init; } = Imagen4.Emulator.Schema.Catalogue.DefaultSnapshot;

    /// <summary>What webhooks are signed with; null takes a new key.</summary>
    public SigningKey? WebhookKey { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
