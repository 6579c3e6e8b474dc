namespace Imagen4.Emulator.Schema;

/// <summary>A model endpoint that can be submitted to.</summary>
/// <param name="Without">Fields that this model lacks, whatever the snapshot has.</param>
/// <param name="Retired">The host does not serve it any more.</param>
/// <param name="Price">US dollars for one image.</param>
internal sealed record ModelEntry(IReadOnlyList<string>? Without = null, bool Retired = false, decimal? Price = null);
