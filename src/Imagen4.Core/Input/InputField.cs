namespace Imagen4.Core.Input;

/// <summary>
/// An input the module has a parameter for. The table of them drives reading, binding, checking, sending, storing, completion and the
/// objects users see: a new input of a known kind is a line of it, and a parameter and a property of the same name.
/// </summary>
/// <param name="Name">The API's own spelling, <c>num_images</c>.</param>
/// <param name="Parameter">The parameter's name, <c>NumImages</c>.</param>
/// <param name="Kind">What a cell has to be.</param>
public sealed record InputField(string Name, string Parameter, InputKind Kind)
{
    /// <summary>Every input that has a parameter, in the order in which messages list them and bodies have them.</summary>
    public static IReadOnlyList<InputField> All { get; } = Numbered(
        new("prompt", "Prompt", InputKind.Text) { IsProse = true },
        new("negative_prompt", "NegativePrompt", InputKind.Text) { IsProse = true },
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
        new("add_watermark", "AddWatermark", InputKind.TrueFalse));

    /// <summary>Its place in the table, from 0.</summary>
    public int Place { get; private init; }

    /// <summary>Whether blanks at its ends are the author's own, and are sent.</summary>
    public bool IsProse { get; private init; }

    /// <summary>The input of an API name.</summary>
    /// <exception cref="KeyNotFoundException">No input has that name.</exception>
    public static InputField Of(string name) =>
        All.FirstOrDefault(field => field.Name == name) ?? throw new KeyNotFoundException(name);

    /// <summary>The parameter's name for an API name, or the API name itself where there is no parameter.</summary>
    public static string ParameterFor(string name) =>
        All.FirstOrDefault(field => field.Name == name)?.Parameter ?? name;

    private static InputField[] Numbered(params InputField[] fields) => [.. fields.Select((field, place) => field with { Place = place })];
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
