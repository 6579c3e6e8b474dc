using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes the names of providers.</summary>
public sealed class ProviderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var first = ModuleSession.Providers.DefaultName;
        return Choices.Matching(
            ModuleSession.Providers.All().Select(profile => (
                profile.Name,
                CommandMessages.ProviderToolTip.With(
                    profile.Name,
                    profile.Protocol,
                    profile.BaseUri?.ToString() ?? CommandMessages.ProviderNotRunning,
                    profile.Name.Equals(first, StringComparison.OrdinalIgnoreCase) ? CommandMessages.ProviderIsDefault : ""))),
            wordToComplete);
    }
}
