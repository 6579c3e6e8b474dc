using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Pipeline.Requests;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes the states of requests.</summary>
public sealed class StateCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Choices.Matching(RequestLookup.States.Select(state => (state, Meaning(state))), wordToComplete);

    private static string Meaning(string state) => state switch
    {
        ImagenStates.Pending => CommandMessages.StatePending,
        ImagenStates.InQueue => CommandMessages.StateInQueue,
        ImagenStates.InProgress => CommandMessages.StateInProgress,
        ImagenStates.Completed => CommandMessages.StateCompleted,
        ImagenStates.Delivered => CommandMessages.StateDelivered,
        ImagenStates.Failed => CommandMessages.StateFailed,
        ImagenStates.Rejected => CommandMessages.StateRejected,
        ImagenStates.Cancelled => CommandMessages.StateCancelled,
        ImagenStates.InDoubt => CommandMessages.StateInDoubt,
        _ => state,
    };
}
