using System.Management.Automation;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Which parameter may be meant by a column that none has the name of.</summary>
internal sealed class ColumnHints
{
    private const int ShortestName = 4;
    private const int LongName = 8;

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
            _names.AddRange(names.Select(name => (Letters(name), parameter.Name)));
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
        Meant(Letters(name))?.StartsWith("Image", StringComparison.Ordinal) == true;

    /// <summary>The name of a column, with what may be meant by it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="inputs">The inputs of the row's model.</param>
    public string For(string name, IEnumerable<string> inputs) => Meant(Letters(name)) switch
    {
        null when inputs.FirstOrDefault(input => Letters(input) == Letters(name) || IsSlip(Letters(name), Letters(input))) is { } input =>
            CommandMessages.ColumnMeant.With(name, input),
        null => name,
        var meant when _forAll.Contains(meant) => CommandMessages.ColumnMeantForAll.With(name, meant),
        var meant => CommandMessages.ColumnMeant.With(name, meant),
    };

    private string? Meant(string letters) =>
        _names.Find(known => known.Letters == letters).Parameter
        ?? Synonyms.GetValueOrDefault(letters)
        ?? _names.Find(known => IsSlip(letters, known.Letters)).Parameter;

    private static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    // One letter wrong, missing, too many or exchanged with the next in a name long enough to tell; two in a long one.
    private static bool IsSlip(string name, string other) => Math.Min(name.Length, other.Length) switch
    {
        < ShortestName => false,
        < LongName => Distance(name, other) <= 1,
        _ => Distance(name, other) <= 2,
    };

    // Optimal string alignment.
    private static int Distance(string one, string other)
    {
        var (before, last, row) = (new int[other.Length + 1], Enumerable.Range(0, other.Length + 1).ToArray(), new int[other.Length + 1]);
        for (var at = 1; at <= one.Length; at++)
        {
            row[0] = at;
            for (var to = 1; to <= other.Length; to++)
            {
                var change = one[at - 1] == other[to - 1] ? 0 : 1;
                row[to] = Math.Min(Math.Min(last[to] + 1, row[to - 1] + 1), last[to - 1] + change);
                if (at > 1 && to > 1 && one[at - 1] == other[to - 2] && one[at - 2] == other[to - 1])
                {
                    row[to] = Math.Min(row[to], before[to - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[other.Length];
    }
}
