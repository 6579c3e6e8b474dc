namespace Imagen4.Emulator.Tests.Support;

/// <summary>How the other side ended a connection.</summary>
internal enum RawEnd
{
    None,
    Fin,
    Rst,
}
