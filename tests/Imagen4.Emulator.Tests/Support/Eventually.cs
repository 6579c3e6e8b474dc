using System.Diagnostics;

namespace Imagen4.Emulator.Tests.Support;

/// <summary>Waits for something that happens elsewhere, up to a deadline that a sound run never meets.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(waited.Elapsed < Deadline, "The condition did not come true.");
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}
