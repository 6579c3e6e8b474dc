namespace Imagen4.Core.Input;

/// <summary>An input the module has a parameter for.</summary>
/// <param name="Name">The API's own spelling, <c>num_images</c>.</param>
/// <param name="Parameter">The parameter's name, <c>NumImages</c>.</param>
/// <param name="Kind">What a cell has to be.</param>
public sealed record InputField(string Name, string Parameter, InputKind Kind)
{
    /// <summary>Every input that has a parameter, in the order in which messages list them.</summary>
    public static IReadOnlyList<InputField> All { get; } =
    [
        new("prompt", "Prompt", InputKind.Text),
        new("negative_prompt", "NegativePrompt", InputKind.Text),
        new("aspect_ratio", "AspectRatio", InputKind.Text),
        new("num_images", "NumImages", InputKind.WholeNumber),
        new("seed", "Seed", InputKind.WholeNumber),
        new("resolution", "Resolution", InputKind.Text),
        new("output_format", "OutputFormat", InputKind.Text),
        new("sync_mode", "SyncMode", InputKind.TrueFalse),
        new("safety_tolerance", "SafetyTolerance", InputKind.Text),
        new("enhance_prompt", "EnhancePrompt", InputKind.TrueFalse),
        new("person_generation", "PersonGeneration", InputKind.Text),
        new("safety_setting", "SafetySetting", InputKind.Text),
        new("add_watermark", "AddWatermark", InputKind.TrueFalse),
    ];

    /// <summary>The parameter's name for an API name, or the API name itself where there is no parameter.</summary>
    public static string ParameterFor(string name) =>
        All.FirstOrDefault(field => field.Name == name)?.Parameter ?? name;
}

/// <summary>What a cell has to be to become an input.</summary>
public enum InputKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    WholeNumber,

    /// <summary>True or false.</summary>
    TrueFalse,
}
