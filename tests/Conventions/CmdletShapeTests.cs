using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using Imagen4.PowerShell.Commands;

namespace Imagen4.Conventions;

/// <summary>The rules every cmdlet keeps, checked on the compiled assembly.</summary>
public sealed partial class CmdletShapeTests
{
    private static readonly Type[] Cmdlets = typeof(NewImagenImageCommand).Assembly.GetTypes()
        .Where(type => type.GetCustomAttribute<CmdletAttribute>() is not null)
        .ToArray();

    public static TheoryData<Type> EveryCmdlet => new(Cmdlets);

    [Fact]
    public void The_manifest_exports_exactly_the_compiled_cmdlets()
    {
        var compiled = Cmdlets.Select(Name).Order(StringComparer.Ordinal);

        Assert.Equal(compiled, Manifest.ExportedCmdlets().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_cmdlet_uses_an_approved_verb(Type cmdlet)
    {
        var approved = typeof(VerbsCommon).Assembly.GetExportedTypes()
            .Where(type => type.Name.StartsWith("Verbs", StringComparison.Ordinal) && type.IsAbstract && type.IsSealed)
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(field => field.GetRawConstantValue());

        Assert.Contains(cmdlet.GetCustomAttribute<CmdletAttribute>()!.VerbName, approved);
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_cmdlet_says_what_it_returns(Type cmdlet) => Assert.NotEmpty(cmdlet.GetCustomAttributes<OutputTypeAttribute>());

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_cmdlet_class_is_sealed_and_named_after_verb_and_noun(Type cmdlet)
    {
        var attribute = cmdlet.GetCustomAttribute<CmdletAttribute>()!;

        Assert.True(cmdlet.IsSealed);
        Assert.Equal($"{attribute.VerbName}{attribute.NounName}Command", cmdlet.Name);
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_noun_carries_the_product_and_is_singular(Type cmdlet)
    {
        var noun = cmdlet.GetCustomAttribute<CmdletAttribute>()!.NounName;

        Assert.StartsWith("Imagen", noun, StringComparison.Ordinal);
        Assert.DoesNotMatch(Plural(), noun);
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void An_input_from_the_pipeline_is_an_object_that_nothing_validates(Type cmdlet)
    {
        var inputs = cmdlet.GetProperties()
            .Where(property => property.GetCustomAttributes<ParameterAttribute>().Any(parameter => parameter.ValueFromPipelineByPropertyName))
            .Where(property => property.Name != "Name");

        Assert.All(inputs, property =>
        {
            Assert.Equal(typeof(object), property.PropertyType);
            Assert.Empty(property.GetCustomAttributes<ValidateArgumentsAttribute>());
        });
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void What_changes_or_costs_something_asks_first(Type cmdlet)
    {
        var attribute = cmdlet.GetCustomAttribute<CmdletAttribute>()!;
        var changes = attribute.VerbName is VerbsCommon.New or VerbsCommon.Set or VerbsCommon.Remove or VerbsLifecycle.Stop or VerbsLifecycle.Start;

        Assert.Equal(changes, attribute.SupportsShouldProcess);
    }

    private static string Name(Type cmdlet) =>
        cmdlet.GetCustomAttribute<CmdletAttribute>() is { } attribute ? $"{attribute.VerbName}-{attribute.NounName}" : cmdlet.Name;

    [GeneratedRegex("[^s]s$", RegexOptions.CultureInvariant)]
    private static partial Regex Plural();
}
