namespace Imagen4.Emulator.Fal;

/// <summary>What can be asked of the queue.</summary>
internal enum FalOperation
{
    Submit,
    Status,
    Stream,
    Result,
    Cancel,
}
