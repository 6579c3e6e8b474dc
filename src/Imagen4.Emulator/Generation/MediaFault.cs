namespace Imagen4.Emulator.Generation;

/// <summary>What is wrong with the files of a job, when something is.</summary>
internal enum MediaFault
{
    None,
    Missing,
    Truncated,
    Html,
    NotImage,
}
