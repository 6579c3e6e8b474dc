namespace Imagen4.Core.Tests.Support;

/// <summary>A host, at an address of its own where nobody answers until it appears.</summary>
internal sealed class LateHost(Uri host, bool isLate) : IAsyncDisposable
{
    private CuttingProxy? _front;

    public Uri Address { get; } = isLate ? Unused.Address() : host;

    public void Appear() => _front ??= isLate ? CuttingProxy.Start(host.Port, Address.Port) : null;

    public ValueTask DisposeAsync() => _front?.DisposeAsync() ?? ValueTask.CompletedTask;
}
