namespace Imagen4.Core.Gallery;

/// <summary>One card of a gallery: an image with what is known of it, or a row without one.</summary>
public sealed record GalleryCard
{
    private const int LongestDetail = 2000;

    // In the order in which they are shown. An address of a webhook may have a token in it, so it is in no page that is passed on.
    private static readonly string[] Details =
    [
        nameof(ImagenInputs.Prompt), nameof(ImagenResult.Error), nameof(ImagenResult.ErrorType), nameof(ImagenResult.Key),
        nameof(ImagenResult.Provider), nameof(ImagenResult.Model), nameof(ImagenInputs.NegativePrompt), nameof(ImagenInputs.AspectRatio),
        nameof(ImagenInputs.NumImages), nameof(ImagenInputs.Seed), nameof(ImagenInputs.Resolution), nameof(ImagenInputs.OutputFormat),
        nameof(ImagenInputs.SyncMode), nameof(ImagenInputs.SafetyTolerance), nameof(ImagenInputs.EnhancePrompt),
        nameof(ImagenInputs.PersonGeneration), nameof(ImagenInputs.SafetySetting), nameof(ImagenInputs.AddWatermark),
        nameof(ImagenInputs.ImagePath), nameof(ImagenInputs.ImageUri), nameof(ImagenInputs.Priority), nameof(ImagenInputs.StartTimeoutSec),
        nameof(ImagenInputs.MaxQueueLength), nameof(ImagenInputs.Tag), nameof(ImagenInputs.ObjectLifetime),
        nameof(ImagenInputs.AdditionalInput), nameof(ImagenResult.Description), nameof(ImagenResult.RequestId),
        nameof(ImagenRequest.SubmittedAt), "CompletedAt", nameof(ImagenResult.Elapsed), nameof(ImagenResult.BillableUnits),
        nameof(ImagenResult.Cost), nameof(ImagenResult.Currency),
    ];

    /// <summary>Every name that a row is asked for.</summary>
    public static IReadOnlyList<string> Names { get; } = [nameof(ImagenResult.State), .. Details];

    /// <summary>What is known of the row, by the names of the properties of results, in the order in which it is shown.</summary>
    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    /// <summary>One of <see cref="ImagenStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>The image; null for a row without one.</summary>
    public ImagenImage? Image { get; init; }

    /// <summary>What the image shows.</summary>
    public string Prompt => Facts.GetValueOrDefault(nameof(ImagenInputs.Prompt), "");

    /// <summary>The endpoint id.</summary>
    public string Model => Facts.GetValueOrDefault(nameof(ImagenResult.Model), "");

    /// <summary>The caller's own row key.</summary>
    public string Key => Facts.GetValueOrDefault(nameof(ImagenResult.Key), "");

    /// <summary>Why there is no image.</summary>
    public string Error => Facts.GetValueOrDefault(nameof(ImagenResult.Error), "");

    /// <summary>The cards of one row: one for each of its images, or one that says why there is none.</summary>
    /// <param name="at">What is known of the row, by name; null or empty for what is not.</param>
    /// <param name="images">Its images.</param>
    public static IReadOnlyList<GalleryCard> Of(Func<string, string?> at, IReadOnlyList<ImagenImage> images)
    {
        var facts = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Details)
        {
            if (at(name) is { } value && !string.IsNullOrWhiteSpace(value))
            {
                facts[name] = Shown(name, value);
            }
        }

        var state = at(nameof(ImagenResult.State)) is { Length: > 0 } given ? given : images.Count > 0 ? ImagenStates.Delivered : "";
        var card = new GalleryCard { State = state, Facts = facts };
        return images.Count == 0
            ? [card]
            : [.. images.Select(image => card with { Image = image, Facts = With(facts, image, images.Count) })];
    }

    // A page is passed on: it must not reveal where files were on a machine, and images in base64 are not text.
    private static string Shown(string name, string value) => name switch
    {
        nameof(ImagenInputs.ImagePath) => string.Join("; ", value.Split(';').Select(FileName)),
        nameof(ImagenInputs.Prompt) or nameof(ImagenInputs.NegativePrompt) => value,
        _ => value.Length > LongestDetail ? value[..LongestDetail] + "…" : value,
    };

    private static string FileName(string path) => path[(path.AsSpan().LastIndexOfAny('/', '\\') + 1)..].Trim();

    private static OrderedDictionary<string, string> With(OrderedDictionary<string, string> facts, ImagenImage image, int count)
    {
        var all = new OrderedDictionary<string, string>(facts, StringComparer.Ordinal);
        Add("Image", count > 1 ? $"{image.Index} of {count}" : null);
        Add("File", image.Path is null ? null : Path.GetFileName(image.Path));
        Add("Pixels", image is { Width: > 0, Height: > 0 } ? $"{image.Width} × {image.Height}" : null);
        Add("Sha256", image.Sha256);
        return all;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                all[name] = value;
            }
        }
    }
}
