using System.Management.Automation;

namespace Imagen4.PowerShell.Pipeline;

/// <content>What the command has to know before it goes on: the pipeline's thread waits for it, and hands on what comes meanwhile.</content>
public abstract partial class PumpedCommand
{
    /// <summary>Waits for what has to be known before the command goes on, handing on what comes meanwhile.</summary>
    /// <param name="ask">
    /// What is asked; it begins on this thread, and is stopped with the command. SQLite answers on the thread that asks, so a file that
    /// another program has locked holds up a stop until it gives up.
    /// </param>
    private protected T WaitFor<T>(Func<CancellationToken, ValueTask<T>> ask)
    {
        try
        {
            var answer = _pump.Ask(ask);
            while (!answer.IsThere)
            {
                TakeOne();
            }

            return answer.Value;
        }
        catch (OperationCanceledException) when (IsStopped)
        {
            // The engine's own way to end a command that has been stopped.
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Hands on what is read, each as it is asked for.</summary>
    /// <param name="read">Reads.</param>
    private protected IEnumerable<T> Each<T>(Func<CancellationToken, IAsyncEnumerable<T>> read)
    {
        IAsyncEnumerator<T>? elements = null;
        try
        {
            while (WaitFor(stopping => (elements ??= read(stopping).GetAsyncEnumerator(stopping)).MoveNextAsync()))
            {
                yield return elements!.Current;
            }
        }
        finally
        {
            if (!IsStopped)
            {
                _ = WaitFor(_ => EndAsync(elements));
            }
        }
    }

    private static async ValueTask<bool> EndAsync(IAsyncDisposable? elements)
    {
        if (elements is not null)
        {
            await elements.DisposeAsync().ConfigureAwait(false);
        }

        return true;
    }
}
