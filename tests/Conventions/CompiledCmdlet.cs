using System.Management.Automation;
using System.Reflection;
using Imagen4.PowerShell.Commands;

namespace Imagen4.Conventions;

/// <summary>
/// A cmdlet as its compiled attributes describe it. They are read as data: the reference library that stands in for
/// PowerShell here has attributes that forget what they are told.
/// </summary>
public sealed record CompiledCmdlet(Type Type)
{
    private CustomAttributeData Attribute => Type.CustomAttributes.Single(data => data.AttributeType == typeof(CmdletAttribute));

    public static IReadOnlyList<CompiledCmdlet> All { get; } = typeof(NewImagenImageCommand).Assembly.GetTypes()
        .Where(type => type.CustomAttributes.Any(data => data.AttributeType == typeof(CmdletAttribute)))
        .Select(type => new CompiledCmdlet(type))
        .ToList();

    public string Verb => (string)Attribute.ConstructorArguments[0].Value!;

    public string Noun => (string)Attribute.ConstructorArguments[1].Value!;

    public string Name => $"{Verb}-{Noun}";

    public bool SupportsShouldProcess => Named(Attribute, "SupportsShouldProcess");

    public bool HasOutputType => Type.CustomAttributes.Any(data => data.AttributeType == typeof(OutputTypeAttribute));

    /// <summary>The properties that are parameters, with those that completion does not offer.</summary>
    public IEnumerable<PropertyInfo> Parameters => Type.GetProperties().Where(property => ParameterData(property).Any());

    /// <summary>Whether a parameter is bound by the names of a record's properties.</summary>
    public static bool IsFromRecord(PropertyInfo property) =>
        ParameterData(property).Any(data => Named(data, "ValueFromPipelineByPropertyName"));

    public override string ToString() => Name;

    private static IEnumerable<CustomAttributeData> ParameterData(PropertyInfo property) =>
        property.CustomAttributes.Where(data => data.AttributeType == typeof(ParameterAttribute));

    private static bool Named(CustomAttributeData data, string name) =>
        data.NamedArguments.Any(argument => argument.MemberName == name && argument.TypedValue.Value is true);
}
