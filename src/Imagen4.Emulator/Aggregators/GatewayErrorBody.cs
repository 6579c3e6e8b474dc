namespace Imagen4.Emulator.Aggregators;

/// <summary>What <see cref="GatewayError"/> says.</summary>
internal sealed record GatewayErrorBody(string Message, string Type);
