namespace Imagen4.Emulator.Platform;

/// <summary>A part of the history, newest first.</summary>
internal sealed record RequestPage(IReadOnlyList<RequestItem> Items, bool HasMore, string? NextCursor);
