using Imagen4.Emulator.Generation;

namespace Imagen4.Emulator.Schema;

/// <summary>The values of an input with defaults filled in, or what is wrong with it.</summary>
internal sealed record CheckedInput(IReadOnlyDictionary<string, object?> Values, IReadOnlyList<Problem> Problems);
