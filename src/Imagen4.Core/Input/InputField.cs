using System.Reflection;

namespace Imagen4.Core.Input;

/// <summary>
/// An input the module has a parameter for. The table of them drives reading, binding, checking, sending, storing, completion and the
/// objects users see. Its lines are the marked properties of <see cref="ImagenInputs"/>: a new input of a known kind is one of those, and
/// a parameter of the same name.
/// </summary>
public sealed class InputField
{
    private readonly PropertyInfo _property;

    private InputField(PropertyInfo property, InputAttribute input, int place)
    {
        _property = property;
        (Name, Kind, Place, IsProse) = (input.Name, KindOf(property), place, input.IsProse);
    }

    /// <summary>Every input that has a parameter, in the order in which messages list them and bodies have them.</summary>
    public static IReadOnlyList<InputField> All { get; } =
    [
        .. typeof(ImagenInputs).GetProperties()
            .OrderBy(property => property.MetadataToken)
            .Select(property => (Property: property, Input: property.GetCustomAttribute<InputAttribute>()))
            .Where(declared => declared.Input is not null)
            .Select((declared, place) => new InputField(declared.Property, declared.Input!, place)),
    ];

    /// <summary>The API's own spelling, <c>num_images</c>.</summary>
    public string Name { get; }

    /// <summary>The name of the parameter and of the property, <c>NumImages</c>.</summary>
    public string Parameter => _property.Name;

    /// <summary>What a cell has to be.</summary>
    public InputKind Kind { get; }

    /// <summary>Its place in the table, from 0.</summary>
    public int Place { get; }

    /// <summary>Whether blanks at its ends are the author's own, and are sent.</summary>
    public bool IsProse { get; }

    /// <summary>The input of an API name.</summary>
    /// <exception cref="KeyNotFoundException">No input has that name.</exception>
    public static InputField Of(string name) =>
        All.FirstOrDefault(field => field.Name == name) ?? throw new KeyNotFoundException(name);

    /// <summary>The parameter's name for an API name, or the API name itself where there is no parameter.</summary>
    public static string ParameterFor(string name) =>
        All.FirstOrDefault(field => field.Name == name)?.Parameter ?? name;

    /// <summary>Puts a value on an object users see, which says as an <see cref="int"/> what a user counts with.</summary>
    internal void Put(ImagenInputs target, object? value) =>
        _property.SetValue(target, _property.PropertyType == typeof(int?) ? (int?)(long?)value : value);

    private static InputKind KindOf(PropertyInfo property) =>
        property.PropertyType == typeof(string) ? InputKind.Text
        : property.PropertyType == typeof(int?) || property.PropertyType == typeof(long?) ? InputKind.WholeNumber
        : property.PropertyType == typeof(bool?) ? InputKind.TrueFalse
        : throw new InvalidOperationException($"{property.Name} is of no kind an input can have.");
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

    /// <summary>Any number. No parameter has it.</summary>
    Number,

    /// <summary>A list of texts. No parameter has it.</summary>
    TextList,
}
