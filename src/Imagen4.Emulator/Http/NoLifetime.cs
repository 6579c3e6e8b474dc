namespace Imagen4.Emulator.Http;

/// <summary>Keeps the host's hands off the console and its signals: the program, or a test, decides when the server ends.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
