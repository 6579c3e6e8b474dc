namespace Imagen4.Core.Pipeline.Requests;

/// <summary>What has become of asking one provider about many requests.</summary>
#pragma warning disable CA1001 // A source without a timer holds nothing that would have to be let go of.
internal sealed class AskedProvider
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _givenUp = new();
    private ImagenException? _error;
    private int _answers;
    private int _unanswered;

    /// <summary>Ends the questions to it: none of them would be answered.</summary>
    public CancellationToken GivenUp => _givenUp.Token;

    /// <summary>How many questions it has answered.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>How many questions have no answer.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>Why; null where all were answered.</summary>
    public ImagenException? Error => Volatile.Read(ref _error);

    /// <summary>Counts an answer.</summary>
    public void Answer() => Interlocked.Increment(ref _answers);

    /// <summary>Counts a question that was not answered, of a provider that was given up.</summary>
    public void Miss() => Interlocked.Increment(ref _unanswered);

    /// <summary>Counts a question that was not answered.</summary>
    /// <param name="error">Why.</param>
    /// <param name="isSilent">Whether no other question was answered meanwhile either.</param>
    public void Miss(ImagenException error, bool isSilent)
    {
        if (isSilent)
        {
            GiveUp(error);
            return;
        }

        _ = Interlocked.CompareExchange(ref _error, error, null);
        Miss();
    }

    /// <summary>Counts a question whose error is that of all others.</summary>
    public void GiveUp(ImagenException error)
    {
        Volatile.Write(ref _error, error);
        Miss();
        _givenUp.Cancel();
    }
}
