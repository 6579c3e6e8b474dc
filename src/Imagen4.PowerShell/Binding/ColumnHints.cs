using System.Management.Automation;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Which parameter may be meant by a column that none has the name of.</summary>
internal sealed class ColumnHints
{
    // What other tools, and people, call these inputs; in capitals, without dashes and blanks.
    private static readonly Dictionary<string, string> Synonyms = new()
    {
        ["RATIO"] = "AspectRatio",
        ["ASPECT"] = "AspectRatio",
        ["WIDTH"] = "AspectRatio",
        ["HEIGHT"] = "AspectRatio",
        ["SIZE"] = "Resolution or AspectRatio",
        ["IMAGESIZE"] = "Resolution or AspectRatio",
        ["DIMENSIONS"] = "Resolution or AspectRatio",
        ["N"] = "NumImages",
        ["NUM"] = "NumImages",
        ["NUMBER"] = "NumImages",
        ["COUNT"] = "NumImages",
        ["IMAGES"] = "NumImages",
        ["SAMPLES"] = "NumImages",
        ["NUMBEROFIMAGES"] = "NumImages",
        ["SAMPLECOUNT"] = "NumImages",
        ["NEGATIVE"] = "NegativePrompt",
        ["IMAGE"] = "ImagePath or ImageUri",
        ["PHOTO"] = "ImagePath or ImageUri",
        ["PICTURE"] = "ImagePath or ImageUri",
        ["INPUTIMAGE"] = "ImagePath or ImageUri",
        ["SOURCE"] = "ImagePath or ImageUri",
        ["REFERENCE"] = "ImagePath or ImageUri",
        ["FORMAT"] = "OutputFormat",
        ["FILETYPE"] = "OutputFormat",
        ["SAFETY"] = "SafetyTolerance",
        ["TOLERANCE"] = "SafetyTolerance",
        ["ENHANCE"] = "EnhancePrompt",
        ["WATERMARK"] = "AddWatermark",
        ["WEBHOOK"] = "WebhookUri",
        ["WEBHOOKURL"] = "WebhookUri",
        ["CALLBACK"] = "WebhookUri",
        ["ENDPOINT"] = "Model",
        ["MODELID"] = "Model",
        ["HOST"] = "Provider",
        ["ID"] = "Key",
        ["NAME"] = "Key",
        ["TAGS"] = "Tag",
        ["LABEL"] = "Tag",
        ["LABELS"] = "Tag",
        ["OUTPUT"] = "OutputDirectory",
        ["FOLDER"] = "OutputDirectory",
        ["DIRECTORY"] = "OutputDirectory",
        ["FILE"] = "FileName",
    };

    private readonly HashSet<string> _columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _forAll = new(StringComparer.OrdinalIgnoreCase);

    // By the letters of each of their names.
    private readonly List<(string Letters, string Parameter)> _names = [];

    /// <summary>Takes the parameters of a command.</summary>
    public ColumnHints(IEnumerable<ParameterMetadata> parameters)
    {
        var common = Cmdlet.CommonParameters.Concat(Cmdlet.OptionalCommonParameters).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in parameters.Where(parameter => !common.Contains(parameter.Name)))
        {
            var declared = parameter.Attributes.OfType<ParameterAttribute>().ToList();
            if (declared.TrueForAll(attribute => attribute.DontShow))
            {
                continue;
            }

            string[] names = [parameter.Name, .. parameter.Aliases];
            _names.AddRange(names.Select(name => (CloseMatch.Letters(name), parameter.Name)));
            if (declared.Exists(attribute => attribute.ValueFromPipelineByPropertyName))
            {
                _columns.UnionWith(names);
            }
            else
            {
                _forAll.Add(parameter.Name);
            }
        }
    }

    /// <summary>Every name that a column can have.</summary>
    public IReadOnlyCollection<string> Columns => _columns;

    /// <summary>Whether a column of that name is used.</summary>
    public bool IsColumn(string name) => _columns.Contains(name);

    /// <summary>Whether a column that is not used may be the image of a row.</summary>
    public bool MayBeImage(string name) =>
        Meant(CloseMatch.Letters(name))?.StartsWith("Image", StringComparison.Ordinal) == true;

    /// <summary>The name of a column, with what may be meant by it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="inputs">The inputs of the row's model.</param>
    public string For(string name, IEnumerable<string> inputs) => Meant(CloseMatch.Letters(name)) switch
    {
        null when CloseMatch.Find(name, inputs) is { } input => CommandMessages.ColumnMeant.With(name, input),
        null => name,
        var meant when _forAll.Contains(meant) => CommandMessages.ColumnMeantForAll.With(name, meant),
        var meant => CommandMessages.ColumnMeant.With(name, meant),
    };

    private string? Meant(string letters) =>
        _names.Find(known => known.Letters == letters).Parameter
        ?? Synonyms.GetValueOrDefault(letters)
        ?? _names.Find(known => CloseMatch.IsSlip(letters, known.Letters)).Parameter;
}
