namespace Imagen4.Core.Waiting;

/// <summary>What a wait remembers of reads that failed: a failed one is a read that was missed, and no end of anything.</summary>
internal sealed class MissedReads
{
    // A page in between that is not the host's protocol passes; a host that speaks another one does not.
    private const int MostGarbled = 5;

    private volatile string? _last;
    private int _garbled;

    /// <summary>What was wrong with the last read, or null when the host answered it.</summary>
    public string? Last => _last;

    /// <summary>Notes what was wrong with a read; null for nothing.</summary>
    public void Note(string? trouble) => _last = trouble;

    /// <summary>Notes an answer that was read.</summary>
    public void Understood() => _garbled = 0;

    /// <summary>Notes an answer that nobody understands.</summary>
    /// <returns>Whether it may be one that passes.</returns>
    public bool Passes(InvalidResponseException error)
    {
        Note(error.Message);
        return ++_garbled < MostGarbled;
    }
}
