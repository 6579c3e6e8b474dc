using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Imagen4.Conventions;

/// <summary>The rules every cmdlet keeps, checked on the compiled assembly.</summary>
public sealed partial class CmdletShapeTests
{
    public static TheoryData<CompiledCmdlet> EveryCmdlet => new(CompiledCmdlet.All);

    [Fact]
    public void The_manifest_exports_exactly_the_compiled_cmdlets() => Assert.Equal(
        CompiledCmdlet.All.Select(cmdlet => cmdlet.Name).Order(StringComparer.Ordinal),
        Manifest.ExportedCmdlets().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_cmdlet_uses_an_approved_verb(CompiledCmdlet cmdlet)
    {
        var approved = typeof(VerbsCommon).Assembly.GetExportedTypes()
            .Where(type => type.Name.StartsWith("Verbs", StringComparison.Ordinal) && type.IsAbstract && type.IsSealed)
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(field => (string)field.GetRawConstantValue()!);

        Assert.Contains(cmdlet.Verb, approved);
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_cmdlet_says_what_it_returns(CompiledCmdlet cmdlet) => Assert.True(cmdlet.HasOutputType);

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_cmdlet_class_is_sealed_and_named_after_verb_and_noun(CompiledCmdlet cmdlet)
    {
        Assert.True(cmdlet.Type.IsSealed);
        Assert.Equal($"{cmdlet.Verb}{cmdlet.Noun}Command", cmdlet.Type.Name);
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void A_noun_carries_the_product_and_is_singular(CompiledCmdlet cmdlet)
    {
        Assert.StartsWith("Imagen", cmdlet.Noun, StringComparison.Ordinal);
        Assert.False(Plural().IsMatch(cmdlet.Noun) && cmdlet.Noun != "ImagenRequestStatus");
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void An_input_from_a_record_is_an_object_that_nothing_validates(CompiledCmdlet cmdlet)
    {
        // The providers' own cmdlets take names, which are text and nothing else.
        var inputs = cmdlet.Parameters.Where(property => CompiledCmdlet.IsFromRecord(property) && property.Name != "Name");

        Assert.All(inputs, property =>
        {
            Assert.Equal(typeof(object), property.PropertyType);
            Assert.DoesNotContain(property.CustomAttributes, data => data.AttributeType.IsSubclassOf(typeof(ValidateArgumentsAttribute)));
        });
    }

    [Theory]
    [MemberData(nameof(EveryCmdlet))]
    public void What_changes_or_costs_something_asks_first(CompiledCmdlet cmdlet)
    {
        string[] changing = [VerbsCommon.New, VerbsCommon.Set, VerbsCommon.Remove, VerbsLifecycle.Start, VerbsLifecycle.Stop,
            VerbsDiagnostic.Resolve, VerbsCommunications.Send,
            VerbsData.Export];

        Assert.Equal(changing.Contains(cmdlet.Verb), cmdlet.SupportsShouldProcess);
    }

    [GeneratedRegex("s$", RegexOptions.CultureInvariant)]
    private static partial Regex Plural();
}
