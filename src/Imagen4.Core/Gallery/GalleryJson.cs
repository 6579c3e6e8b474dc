using System.Text.Json.Serialization;

namespace Imagen4.Core.Gallery;

/// <summary>What the page's script reads.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class GalleryJson : JsonSerializerContext;
