namespace Imagen4.Emulator;

/// <summary>Watches standard input: the system closes it when the parent process ends, however it ended.</summary>
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
