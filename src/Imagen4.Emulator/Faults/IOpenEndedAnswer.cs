namespace Imagen4.Emulator.Faults;

/// <summary>An answer that is written bit by bit over a time.</summary>
internal interface IOpenEndedAnswer : IResult
{
    /// <summary>Its first bit alone.</summary>
    IResult Beginning { get; }
}
