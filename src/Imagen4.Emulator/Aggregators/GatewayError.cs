namespace Imagen4.Emulator.Aggregators;

/// <summary>An error of the reseller itself, one level down.</summary>
internal sealed record GatewayError(GatewayErrorBody Error);
