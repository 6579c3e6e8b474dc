using System.Collections;
using System.Management.Automation;
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

    /// <summary>What is asked for; the default where it cannot be had.</summary>
    public static T? Ask<T>(Func<CancellationToken, Task<T?>> ask)
    {
        T? answer = default;
        return WorkPump.RunAfterwards(async token => answer = await ask(token).ConfigureAwait(false), Longest) is null ? answer : default;
    }

    /// <summary>Reports what went wrong.</summary>
    public static void Say(PSHost host, Exception error) => Say(host, CommandMessages.StoppedTrouble.With(PlainText.Line(error.Message)));

    /// <summary>Writes one line.</summary>
    public static void Say(PSHost host, string text) => host.UI?.WriteWarningLine(text);

    /// <summary>
    /// Adds a line to the variable of -InformationVariable: a script has the list that is behind it also where the pipeline was stopped.
    /// </summary>
    public static void Note(PSCmdlet command, string text)
    {
        if (command.MyInvocation.BoundParameters.GetValueOrDefault("InformationVariable") is string name
            && command.SessionState.PSVariable.GetValue(name.TrimStart('+')) is IList records)
        {
            _ = records.Add(new InformationRecord(text, command.MyInvocation.MyCommand.Name));
        }
    }
}
