namespace Imagen4;

/// <summary>A model: what it is, and what a row of it is checked against.</summary>
public sealed class ImagenModel
{
    /// <summary>The provider it is reached through.</summary>
    public string Provider { get; set; } = "";

    /// <summary>The endpoint id.</summary>
    public string Model { get; set; } = "";

    /// <summary>The host's name for it.</summary>
    public string? Name { get; set; }

    /// <summary>What it makes out of what, in the host's words: <c>text-to-image</c>.</summary>
    public string? Category { get; set; }

    /// <summary><c>active</c> or <c>deprecated</c> as the host says, <c>retired</c> where its maker has ended it; null where nobody says
    /// anything.</summary>
    public string? Status { get; set; }

    /// <summary>The endpoint id that is there in its place, where one is known.</summary>
    public string? Successor { get; set; }

    /// <summary>Where the definition of the inputs is from: <c>BuiltIn</c>, <c>User</c> or <c>Host</c>; null where there is none.</summary>
    public string? Source { get; set; }

    /// <summary>What a built-in definition was taken from, where that is noted.</summary>
    public string? SourceDetail { get; set; }

    /// <summary>When the host was asked for what it says here; null where it was not.</summary>
    public DateTime? FetchedAt { get; set; }

    /// <summary>What the host says of it.</summary>
    public string? Description { get; set; }

    /// <summary>What it takes. A model without a definition has none here, and its rows are not checked.</summary>
    public ImagenModelInputList Inputs { get; set; } = [];

    /// <summary>The endpoint id.</summary>
    public override string ToString() => Model;
}

/// <summary>What a model takes under one name.</summary>
public sealed class ImagenModelInput
{
    /// <summary>The API's own spelling; a column has this name, or the parameter's.</summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// The parameter of <c>New-ImagenImage</c>; null for an input that has none. <c>ImagePath</c> stands for <c>ImageUri</c> too.
    /// </summary>
    public string? Parameter { get; set; }

    /// <summary>What it has to be: <c>Text</c>, <c>TextList</c>, <c>WholeNumber</c>, <c>Number</c> or <c>TrueFalse</c>; null for
    /// anything.</summary>
    public string? Type { get; set; }

    /// <summary>Whether the model refuses a request without it.</summary>
    public bool Required { get; set; }

    /// <summary>What the host takes where nothing is given, where it says so.</summary>
    public string? Default { get; set; }

    /// <summary>The only values it takes, or none for any.</summary>
    public string[] Choices { get; set; } = [];

    /// <summary>The smallest number it takes.</summary>
    public decimal? Minimum { get; set; }

    /// <summary>The largest number it takes.</summary>
    public decimal? Maximum { get; set; }

    /// <summary>The longest text it takes, in characters.</summary>
    public int? MaximumLength { get; set; }

    /// <summary>The longest list it takes.</summary>
    public int? MaximumItems { get; set; }

    /// <summary>Whether the newest published schema no longer lists it, so that the host may ignore it.</summary>
    public bool IsSuperseded { get; set; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>The inputs of a model. As text (in a CSV cell) it is their names: <c>prompt; seed</c>.</summary>
#pragma warning disable CA1710 // A list is what PowerShell users call it, and the name is part of their scripts.
public sealed class ImagenModelInputList : List<ImagenModelInput>
#pragma warning restore CA1710
{
    /// <summary>The names of the inputs, separated by a semicolon and a blank.</summary>
    public override string ToString() => string.Join("; ", this);
}
