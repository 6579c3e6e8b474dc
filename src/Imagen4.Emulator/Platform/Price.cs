namespace Imagen4.Emulator.Platform;

/// <summary>What one image of an endpoint costs.</summary>
internal sealed record Price(string EndpointId, decimal UnitPrice, string Unit, string Currency);
