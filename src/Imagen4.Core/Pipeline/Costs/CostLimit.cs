namespace Imagen4.Core.Pipeline.Costs;

/// <summary>
/// A limit on what a batch may cost. What has been paid counts as it is, what is under way or in doubt at its worst: a row goes only where
/// both and its own worst case fit under the limit. A row that does not fit yet waits, in line, as long as rows are under way that may come
/// out cheaper; then it is held back. Nothing waits for a row that has not begun, so that it cannot wait forever.
/// </summary>
/// <param name="limit">What the batch may cost.</param>
internal sealed class CostLimit(decimal limit)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiting> _line = new();
    private decimal _paid;
    private decimal _open;
    private int _running;
    private string? _currency;

    /// <summary>What the batch may cost.</summary>
    public decimal Limit => limit;

    /// <summary>All that is counted: what has been paid, and the worst case of what is in progress or in doubt.</summary>
    public Money Counted
    {
        get
        {
            lock (_lock)
            {
                return Money.Of(1, Money.Sum(_paid, _open), 0, _currency)!;
            }
        }
    }

    /// <summary>
    /// Takes note of the currency of an amount. One without is in that of the others.
    /// </summary>
    /// <returns>The currency of what is counted, where it is another one; else null.</returns>
    public string? OtherCurrency(string? currency)
    {
        lock (_lock)
        {
            _currency ??= currency;
            return currency is null || currency == _currency ? null : _currency;
        }
    }

    /// <summary>Counts what was paid for before this run.</summary>
    public void AddPaid(decimal amount)
    {
        lock (_lock)
        {
            _paid = Money.Sum(_paid, amount);
        }
    }

    /// <summary>Counts the worst case of what was submitted before this run and has not come to its end.</summary>
    public void AddOpen(decimal worst)
    {
        lock (_lock)
        {
            _open = Money.Sum(_open, worst);
        }
    }

    /// <summary>Takes note that a row is in progress whose worst case is counted already.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            _running++;
        }
    }

    /// <summary>Lets a row go, as soon as it fits under the limit.</summary>
    /// <param name="worst">What it can cost at most.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>False where it is held back.</returns>
    public async ValueTask<bool> EnterAsync(decimal worst, CancellationToken cancellation)
    {
        LinkedListNode<Waiting> node;
        lock (_lock)
        {
            node = _line.AddLast(new Waiting(worst));
            Look();
        }

        await using (cancellation.Register(() => Leave(node, cancellation)).ConfigureAwait(false))
        {
            return await node.Value.Turn.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Lets a row go if it fits under the limit now.</summary>
    /// <param name="worst">What it can cost at most.</param>
    /// <returns>False where it is held back.</returns>
    public bool TryEnter(decimal worst)
    {
        lock (_lock)
        {
            if (Money.Sum(Money.Sum(_paid, _open), worst) > limit)
            {
                return false;
            }

            _open += worst;
            _running++;
            return true;
        }
    }

    /// <summary>Takes note of what a row that was let go, or resumed, has come to.</summary>
    /// <param name="worst">What was counted for it.</param>
    /// <param name="paid">What it has cost; its worst case where that is not known.</param>
    public void Leave(decimal worst, decimal paid)
    {
        lock (_lock)
        {
            _running--;
            _open -= worst;
            _paid = Money.Sum(_paid, paid);
            Look();
        }
    }

    private void Look()
    {
        while (_line.First is { } first)
        {
            var worst = first.Value.Worst;
            var fits = Money.Sum(Money.Sum(_paid, _open), worst) <= limit;

            // Where it would not fit if all that is in progress cost nothing, there is nothing to wait for.
            if (!fits && _running > 0 && Money.Sum(_paid, worst) <= limit)
            {
                return;
            }

            _line.RemoveFirst();
            if (fits && first.Value.Turn.TrySetResult(true))
            {
                _open += worst;
                _running++;
            }
            else
            {
                _ = first.Value.Turn.TrySetResult(false);
            }
        }
    }

    private void Leave(LinkedListNode<Waiting> node, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (node.List is not null && node.Value.Turn.TrySetCanceled(cancellation))
            {
                _line.Remove(node);
                Look();
            }
        }
    }

    private sealed class Waiting(decimal worst)
    {
        public decimal Worst { get; } = worst;

        // Who gives the turn holds the lock, and must not run the row that gets it.
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
