using Imagen4.Core.Media;

namespace Imagen4.Fuzz.Targets;

/// <summary>The bytes of images.</summary>
internal static class Images
{
    public static Task ReadAsync(byte[] input)
    {
        _ = ImageHeader.KindOf(input.AsSpan(0, Math.Min(input.Length, ImageHeader.HeadLength)));
        using var file = new MemoryStream(input);
        _ = ImageHeader.Read(file);
        return Task.CompletedTask;
    }
}
