using System.Management.Automation;
using Imagen4.Core.Ledger;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Set-ImagenLedger</c>: keeps the ledger in a database that several machines share, or prompts out of it.</summary>
[Cmdlet(VerbsCommon.Set, "ImagenLedger", SupportsShouldProcess = true, DefaultParameterSetName = UseSet)]
[OutputType(typeof(void))]
public sealed class SetImagenLedgerCommand : PumpedCommand
{
    private const string UseSet = "Use";
    private const string ResetSet = "Reset";
    private const string PromptsSet = "Prompts";

    /// <summary>How to connect to the database.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = UseSet)]
    [ArgumentCompleter(typeof(LedgerCompleter))]
    public string ConnectionString { get; set; } = "";

    /// <summary>The name of the secret that is the password.</summary>
    [Parameter(ParameterSetName = UseSet)]
    [ArgumentCompleter(typeof(SecretCompleter))]
    public string? SecretName { get; set; }

    /// <summary>Takes back what was set.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ResetSet)]
    public SwitchParameter Reset { get; set; }

    /// <summary>Whether prompts are written to the ledger.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PromptsSet)]
    public SwitchParameter KeepPrompts { get; set; }

    /// <summary>How long the change holds: this process, or for the user.</summary>
    [Parameter]
    [ValidateSet(nameof(LedgerScope.Session), nameof(LedgerScope.User))]
    public string Scope { get; set; } = nameof(LedgerScope.Session);

    /// <inheritdoc/>
    protected override object? Target => null;

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        try
        {
            if (ParameterSetName == PromptsSet)
            {
                SetPrompts();
                return;
            }

            var choice = Chosen();
            var target = choice is null ? "ledger.db" : LedgerCatalog.Show(choice);
            if (ShouldProcess(target, (choice is null ? CommandMessages.ResetLedgerAction : CommandMessages.SetLedgerAction).With(Scope)))
            {
                Apply(choice);
            }
        }
        catch (ImagenException error)
        {
            EndWith(error, null);
        }
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        if (value is ImagenException error)
        {
            EndWith(error, target);
        }
        else if (ParameterSetName != PromptsSet)
        {
            WarnOfOthers(LedgerScope.User);
        }
    }

    private void SetPrompts()
    {
        var keeps = KeepPrompts.IsPresent;
        var action = keeps ? CommandMessages.KeepPromptsAction : CommandMessages.KeepNoPromptsAction;
        if (!ShouldProcess(CommandMessages.LedgerTarget, action.With(Scope)))
        {
            return;
        }

        if (IsForUser)
        {
            Start(null, stop => SaveAsync(() => LedgerCatalog.SaveKeepPromptsAsync(keeps, stop.Stopping)));
        }
        else
        {
            ModuleSession.Client.Ledgers.KeepPrompts(keeps);
        }
    }

    private bool IsForUser => Enum.Parse<LedgerScope>(Scope, ignoreCase: true) == LedgerScope.User;

    private LedgerChoice? Chosen() => ParameterSetName == ResetSet ? null : new LedgerChoice
    {
        ConnectionString = ConnectionString.Trim(),
        SecretName = string.IsNullOrWhiteSpace(SecretName) ? null : KeyPlace.Name(nameof(SecretName), SecretName.Trim()),
    };

    private void Apply(LedgerChoice? choice)
    {
        if (IsForUser)
        {
            Start(null, stop => SaveAsync(() => LedgerCatalog.SaveAsync(choice, stop.Stopping)));
        }
        else
        {
            ModuleSession.Client.Ledgers.Use(choice);
            WarnOfOthers(LedgerScope.Session);
        }
    }

    // An error of this ends the command, which only the pipeline's thread can do.
    private static async Task<object> SaveAsync(Func<Task> save)
    {
        try
        {
            await save().ConfigureAwait(false);
            return true;
        }
        catch (ImagenException error)
        {
            return error;
        }
    }

    // Who sets a ledger and goes on with another one pays twice.
    private void WarnOfOthers(LedgerScope set)
    {
        if (ModuleSession.Client.Ledgers.Choice is { } used && used.Scope > set)
        {
            WriteWarning(used.Scope == LedgerScope.Environment ? CommandMessages.LedgerVariableFirst : CommandMessages.LedgerSessionFirst);
        }
    }
}
