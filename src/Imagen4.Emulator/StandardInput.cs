namespace Imagen4.Emulator;

/// <summary>Standard input as a lifeline: a parent that dies closes it, however it died.</summary>
internal static class StandardInput
{
    public static void WhenClosed(Action act)
    {
        // A thread of its own: a read of standard input blocks and cannot be cancelled.
        var watcher = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            var buffer = new byte[256];
            try
            {
                while (input.Read(buffer) > 0)
                {
                }
            }
            catch (IOException)
            {
            }

            act();
        })
        { IsBackground = true, Name = "standard input" };
        watcher.Start();
    }
}
