using System.Management.Automation.Host;
using Imagen4.Core;
using Imagen4.Core.Pump;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>
/// What is left to do and to say once a command has been stopped: the pipeline takes nothing any more, the host still does.
/// </summary>
internal static class AfterStop
{
    // A net beneath the limits of what is done: somebody has pressed Ctrl+C and waits.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Does what is to be done, and says what went wrong with it.</summary>
    public static void Run(PSHost host, Func<CancellationToken, Task> work)
    {
        if (WorkPump.RunAfterwards(work, Longest) is { } error)
        {
            Say(host, error);
        }
    }

    /// <summary>Says what went wrong.</summary>
    public static void Say(PSHost host, Exception error) => Say(host, Messages.StoppedTrouble.With(PlainText.Line(error.Message)));

    /// <summary>Says one line.</summary>
    public static void Say(PSHost host, string text) => host.UI?.WriteWarningLine(text);
}
