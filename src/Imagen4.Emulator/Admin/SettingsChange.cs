namespace Imagen4.Emulator.Admin;

/// <summary>New settings; what is null stays.</summary>
internal sealed record SettingsChange(int? Slots = null, double? GenerationTime = null, bool? History = null, bool? HistoryTags = null);
