using System.Management.Automation;
using System.Reflection;
using Imagen4.Core.Input;

namespace Imagen4.Conventions;

/// <summary>
/// The table of inputs, the objects users see and the parameters say the same: an input that is missing in one of them would be left out
/// of what is sent, or of what is told, without a word.
/// </summary>
public sealed class InputTableTests
{
    private static readonly string[] Inputs = [.. InputField.All.Select(field => field.Parameter)];
    private static readonly string[] Settings = [.. SubmitSettings.Names, "AdditionalInput"];

    private static readonly PropertyInfo[] Parameters =
        [.. CompiledCmdlet.All.Single(cmdlet => cmdlet.Name == "New-ImagenImage").Parameters.Where(CompiledCmdlet.IsFromRecord)];

    [Fact]
    public void A_property_of_the_objects_is_an_input_or_a_setting() =>
        Assert.Equal(Inputs.Concat(Settings).Concat(ImageList.Names).Order(), typeof(ImagenInputs).GetProperties().Select(property => property.Name).Order());

    [Fact]
    public void A_parameter_that_records_fill_is_an_input_or_a_setting() =>
        Assert.Equal(
            Inputs.Concat(Settings).Concat(ImageList.Names).Concat(["Provider", "Model", "Key", "FileName"]).Order(), Parameters.Select(parameter => parameter.Name).Order());

    [Fact]
    public void An_input_is_given_by_the_hosts_name_as_well() => Assert.All(InputField.All, field => Assert.Contains(
        field.Name, NamesOf(Parameters.Single(parameter => parameter.Name == field.Parameter)), StringComparer.OrdinalIgnoreCase));

    [Fact]
    public void The_prompt_comes_first() => Assert.Equal("Prompt", Inputs[0]);

    private static IEnumerable<string> NamesOf(PropertyInfo parameter) => parameter.CustomAttributes
        .Where(data => data.AttributeType == typeof(AliasAttribute))
        .SelectMany(data => (IReadOnlyCollection<CustomAttributeTypedArgument>)data.ConstructorArguments[0].Value!)
        .Select(alias => (string)alias.Value!)
        .Prepend(parameter.Name);
}
