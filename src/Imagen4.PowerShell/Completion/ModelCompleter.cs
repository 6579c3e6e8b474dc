using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes the models of the provider that the command line names, else of the default one. The host is not asked.</summary>
public sealed class ModelCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var profile = ProfileOfLine.Provider(fakeBoundParameters, "Name");
        return Choices.Containing(
            profile is null ? ModelCatalog.Ids().Select(id => (id, id)) : Of(profile),
            wordToComplete);
    }

    // The one that is used where none is given comes first.
    private static IEnumerable<(string, string)> Of(ProviderProfile profile) => ModelCatalog.Ids(profile)
        .OrderBy(id => id != profile.DefaultModel)
        .Select(id => (id, ToolTip(profile, id)));

    // A model that the user has defined may have no category.
    private static string ToolTip(ProviderProfile profile, string id)
    {
        if (ModelCatalog.Find(profile, id) is not { Inputs.Count: > 0 } model)
        {
            return id;
        }

        var inputs = string.Join(", ", model.Inputs.Select(input => InputField.ParameterFor(input.Name)));
        return string.IsNullOrWhiteSpace(model.Category)
            ? CommandMessages.ModelToolTipPlain.With(id, inputs)
            : CommandMessages.ModelToolTip.With(id, model.Category, inputs);
    }
}
