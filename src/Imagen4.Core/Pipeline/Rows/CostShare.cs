using Imagen4.Core.Pipeline.Costs;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>What one row counts for against the limit of its batch, from when it is let go until it has come to its end.</summary>
/// <param name="limit">The limit; null for none.</param>
internal sealed class CostShare(CostLimit? limit) : IDisposable
{
    private decimal _counted;
    private decimal _paid;
    private bool _isIn;
    private Task<bool>? _turn;

    /// <summary>What it can cost at most; null where that is not known.</summary>
    public decimal? Worst { get; init; }

    /// <summary>What is counted for what was submitted before this run; null where it is to be submitted.</summary>
    public decimal? Known { get; set; }

    /// <summary>Whether it goes on with what was submitted before this run.</summary>
    public bool IsKnown => Known is not null;

    /// <summary>Whether the limit lets it go no more.</summary>
    public bool IsHeldBack { get; private set; }

    /// <summary>Why it cannot be counted; null where it can.</summary>
    public ImagenException? Error { get; init; }

    /// <summary>Takes its place in line. Rows are let go in the order in which they take one.</summary>
    public void LineUp()
    {
        if (limit is not null && !IsKnown && Worst is { } worst)
        {
            _turn ??= limit.EnterAsync(worst, CancellationToken.None).AsTask();
        }
    }

    /// <summary>Waits until it may go.</summary>
    public async ValueTask EnterAsync(CancellationToken cancellation)
    {
        if (Known is { } known)
        {
            limit!.Resume();
            (_counted, _paid, _isIn) = (known, known, true);
        }
        else
        {
            LineUp();
            Enter(_turn is not null && await _turn.WaitAsync(cancellation).ConfigureAwait(false));
        }
    }

    /// <summary>Takes note that it is about to be submitted. What was submitted before turned out to have ended without success.</summary>
    /// <returns>False where the limit holds it back now.</returns>
    public bool Submit()
    {
        if (limit is not null && IsKnown)
        {
            Known = null;
            Leave(paid: 0);

            // It is claimed, and others may wait for it: it must not wait for them.
            Enter(Worst is { } worst && limit.TryEnter(worst));
        }

        // From here on it may be paid for.
        _paid = _counted;
        return !IsHeldBack;
    }

    /// <summary>Takes note that nothing was sent.</summary>
    public void IsNotSent() => _paid = IsKnown ? _paid : 0;

    /// <summary>Takes note of what it has cost.</summary>
    /// <param name="paid">The amount; null where that is not known.</param>
    public void Is(decimal? paid) => _paid = paid ?? _counted;

    /// <inheritdoc/>
    public void Dispose() => Leave(_paid);

    private void Enter(bool isIn) => (_isIn, IsHeldBack, _counted) = (isIn, !isIn, Worst ?? 0);

    private void Leave(decimal paid)
    {
        if (_isIn)
        {
            _isIn = false;
            limit!.Leave(_counted, paid);
        }
    }
}
