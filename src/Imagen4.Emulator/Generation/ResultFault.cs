namespace Imagen4.Emulator.Generation;

/// <summary>What is odd about the result of a job that succeeds, when something is.</summary>
internal enum ResultFault
{
    None,
    NullFields,
    NotJson,
}
