using System.Management.Automation.Host;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>
/// What is done and reported after a command was stopped: nothing can be written to the pipeline any more, only to the host.
/// </summary>
internal static class AfterStop
{
    // A safety net beneath the time limits of the work itself: the user has pressed Ctrl+C and is waiting.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Runs the work and reports what went wrong.</summary>
    public static void Run(PSHost host, Func<CancellationToken, Task> work)
    {
        if (WorkPump.RunAfterwards(work, Longest) is { } error)
        {
            Say(host, error);
        }
    }

    /// <summary>Reports what went wrong.</summary>
    public static void Say(PSHost host, Exception error) => Say(host, CommandMessages.StoppedTrouble.With(PlainText.Line(error.Message)));

    /// <summary>Writes one line.</summary>
    public static void Say(PSHost host, string text) => host.UI?.WriteWarningLine(text);
}
