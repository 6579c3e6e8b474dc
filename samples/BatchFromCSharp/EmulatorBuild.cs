namespace BatchFromCSharp;

/// <summary>Where the build of this sample put the emulator.</summary>
internal static class EmulatorBuild
{
    /// <summary>The emulator's program.</summary>
    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "emulator", "Imagen4.Emulator.dll");
}
