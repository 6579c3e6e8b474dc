namespace Imagen4;

/// <summary>Marks a property as an input of models: what it is called, and from its type what it has to be.</summary>
/// <param name="name">The API's own spelling, <c>num_images</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class InputAttribute(string name) : Attribute
{
    /// <summary>The API's own spelling.</summary>
    public string Name { get; } = name;

    /// <summary>Whether blanks at its ends are the author's own, and are sent.</summary>
    public bool IsProse { get; set; }
}
