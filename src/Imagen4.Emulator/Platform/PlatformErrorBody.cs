namespace Imagen4.Emulator.Platform;

/// <summary>What <see cref="PlatformError"/> says.</summary>
internal sealed record PlatformErrorBody(string Type, string Message, string DocsUrl, string RequestId);
