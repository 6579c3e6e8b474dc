namespace Imagen4.Core.Media;

/// <summary>An image of a result: what users see of it, and where its bytes are.</summary>
/// <param name="Image">What users see.</param>
/// <param name="Bytes">Where the bytes are.</param>
internal sealed record HostImage(ImagenImage Image, ImageBytes Bytes);
