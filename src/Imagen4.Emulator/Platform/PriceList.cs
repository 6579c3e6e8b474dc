namespace Imagen4.Emulator.Platform;

/// <summary>The answer to a question for prices.</summary>
internal sealed record PriceList(IReadOnlyList<Price> Prices);
