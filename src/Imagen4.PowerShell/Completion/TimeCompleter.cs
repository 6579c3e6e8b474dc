using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes times that are often asked for.</summary>
public sealed class TimeCompleter : IArgumentCompleter
{
    private static readonly (string, string)[] Times =
    [
        ("(Get-Date).Date", CommandMessages.TimeToday),
        ("(Get-Date).AddHours(-1)", CommandMessages.TimeHour),
        ("(Get-Date).AddDays(-1)", CommandMessages.TimeDay),
        ("(Get-Date).AddDays(-7)", CommandMessages.TimeWeek),
        ("(Get-Date).AddDays(-30)", CommandMessages.TimeMonth),
    ];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Choices.Expressions(Times, wordToComplete);
}
