namespace Imagen4.Core.Rows;

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
