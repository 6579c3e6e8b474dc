using System.Management.Automation;
using System.Security;
using Imagen4.Core.Http;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>A command that talks to a host, for many records side by side.</summary>
public abstract partial class HostCommand : PumpedCommand
{
    // How many records of busy providers are read so that those of others behind them need not wait.
    private const int ReadAhead = 1000;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(0.8);

    private readonly HostSlots _slots = new();
    private HostOutages? _outages;

    /// <summary>The provider; the default one where none is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public object? Provider { get; set; }

    /// <summary>The key. Without it, the provider's secret is looked up, then its environment variable.</summary>
    [Parameter]
    [ApiKeyTransformation]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public SecureString? ApiKey { get; set; }

    /// <summary>How long a request may take, in seconds from its acceptance; 0 for no limit.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int TimeoutSec { get; set; } = 3600;

    /// <summary>How many requests are in progress at once; the provider's own limit where none is given.</summary>
    [Parameter]
    [ValidateRange(1, ProviderProfile.MostConcurrency)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int ThrottleLimit { get; set; }

    /// <summary>Whether there may be several records, so that an error has to say which one it is about.</summary>
    protected virtual bool IsBatch => MyInvocation.ExpectingInput;

    /// <summary>The caller's own key of the current record, as messages show it; null for none.</summary>
    private protected virtual string? RowKey => null;

    /// <summary>How many blank lines came instead of records.</summary>
    protected int BlankLines { get; set; }

    /// <summary>What holds for every record, as far as this class knows it.</summary>
    /// <param name="provider">The provider named on the command line, or null.</param>
    private protected BatchOptions CommonOptions(string? provider)
    {
        if (UsesLedger)
        {
            FindLedger();
        }

        return new()
        {
            Provider = provider,
            ApiKey = SecureText.Of(ApiKey),
            Secrets = new VaultSecrets(this).Find,
            TimeLimit = TimeSpan.FromSeconds(TimeoutSec),
            Trace = text => Post(new WorkEvent.Verbose(text)),
            Warn = Warn,
            Outages = _outages ??= new HostOutages(TimeProvider.System, Warn),
        };
    }

    /// <summary>Whether the command reads or writes the ledger.</summary>
    private protected virtual bool UsesLedger => true;

    /// <summary>Whether records may name other providers than those that are known so far.</summary>
    private protected virtual bool MayNameOthers => false;

    /// <summary>Whether the work is for more than one provider.</summary>
    private protected bool HasSeveralProviders => _slots.AreSeveral;

    /// <summary>
    /// Starts a piece of work at a provider as soon as there is room, within the provider's own limit where none is given.
    /// </summary>
    /// <param name="provider">The provider.</param>
    /// <param name="target">The record the work is for.</param>
    /// <param name="describe">What the record is called in the progress.</param>
    /// <param name="work">The work.</param>
    private protected void Start(ProviderProfile provider, object? target, Func<string> describe, Func<StopTokens, Task<object>> work) =>
        Start(provider, target, describe, overlap: 0, (_, stop) => work(stop));

    /// <summary>
    /// Starts a piece of work that saves files once the host is done: the host is given the next one meanwhile. As many rows as may be in
    /// progress at the host may also be saving; where saving is slower than that, submitting waits for it.
    /// </summary>
    /// <param name="provider">The provider.</param>
    /// <param name="target">The record the work is for.</param>
    /// <param name="describe">What the record is called in the progress.</param>
    /// <param name="work">The work; it gives its place up when the host is done.</param>
    private protected void StartSaving(
        ProviderProfile provider, object? target, Func<string> describe, Func<HostSlot, StopTokens, Task<object>> work) =>
        // Who asks for one at a time means one after the other.
        Start(provider, target, describe, ThrottleLimit == 1 ? 0 : 1, work);

    private void Start(
        ProviderProfile provider, object? target, Func<string> describe, int overlap, Func<HostSlot, StopTokens, Task<object>> work)
    {
        if (ThrottleLimit > 0)
        {
            _slots.Add(provider.Name, ThrottleLimit, isShared: true);
            Limit = _slots.Total * (1 + overlap);
        }
        else
        {
            _slots.Add(provider.Name, provider.ConcurrencyLimit);
            Limit = (_slots.Total * (1 + overlap)) + (MayNameOthers || HasSeveralProviders ? ReadAhead : 0);
        }

        WaitForRoom();

        // On this thread and not the work's own: work that was started counts as begun, whatever ends the command next.
        var slot = _slots.Enter(provider.Name);
        Start(target, stop => _slots.RunAsync(slot, () => RunAsync(stop), stop.Stopping));

        async Task<object> RunAsync(StopTokens stop)
        {
            using var begun = _progress.Begin(provider.Name, describe);
            return await work(slot, stop).ConfigureAwait(false);
        }
    }

    private void Warn(string text) => Post(new WorkEvent.Warning(text));

    /// <summary>Writes an outcome: first the object, which must not be lost, then the error beside it.</summary>
    private protected void Write<T>(RowOutcome<T> outcome, object? target)
        where T : class
    {
        if (outcome.Value is not null)
        {
            HandOn(outcome.Value);
        }

        if (outcome.Value is ImagenResult result)
        {
            _progress.Add(result);
        }

        if (outcome.Error is not null)
        {
            _progress.Failed++;
            WriteOutcomeError(outcome.Error, target);
        }
        else
        {
            _progress.Done++;
        }
    }

    /// <inheritdoc/>
    protected override void OnFinished()
    {
        if (IsStopped)
        {
            return;
        }

        WriteProgress(_progress.End());
        WriteRepeated();
        if (BlankLines > 0)
        {
            WriteWarning(CommandMessages.BlankLinesSkipped.With(BlankLines));
        }
    }
}
