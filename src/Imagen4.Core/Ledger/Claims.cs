using System.Collections.Concurrent;
using System.Text;

namespace Imagen4.Core.Ledger;

/// <summary>
/// Who works on what. A claim is a file only one process can create; claims on a row are numbered, and the highest holds.
/// </summary>
/// <param name="folder">The ledger's files.</param>
/// <param name="owner">This process.</param>
internal sealed class Claims(LedgerFolder folder, string owner)
{
    private readonly ConcurrentDictionary<(string Row, int Number), bool> _working = new();

    /// <summary>Called between the creation of a claim's file and the writing of its owner: where a process may be held up for long.</summary>
    public Action? Created { get; set; }

    /// <summary>Takes a claim.</summary>
    /// <returns>False when somebody else has it.</returns>
    /// <exception cref="LedgerUnavailableException">The folder cannot be written to.</exception>
    public bool TryTake(string row, int number)
    {
        // Before the file, so that nobody in this process takes a claim with this owner for one that was left.
        if (!_working.TryAdd((row, number), true))
        {
            return false;
        }

        var isTaken = false;
        try
        {
            isTaken = TryCreate(folder.Claim(row, number));

            // Somebody may have seen the file before its owner stood in it, and taken this process for dead.
            if (isTaken && File.Exists(folder.Claim(row, number + 1)))
            {
                Abandon(row, number);
                isTaken = false;
            }

            return isTaken;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LedgerUnavailableException(Messages.LedgerUnwritable.With(folder.Root, error.Message), error);
        }
        finally
        {
            if (!isTaken)
            {
                Leave(row, number);
            }
        }
    }

    /// <summary>Says that this process works on a row that no other process can have: it needs no file.</summary>
    public void Begin(string row, int number) => _working.TryAdd((row, number), true);

    /// <summary>Gives up a claim under which nothing was done. The file stays: it is what keeps the number taken.</summary>
    public void Abandon(string row, int number)
    {
        try
        {
            using var file = new FileStream(folder.Claim(row, number), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file.Write("-"u8);
            file.SetLength(1);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Others wait until this process ends, and then go on.
        }
        finally
        {
            Leave(row, number);
        }
    }

    /// <summary>Says that this process no longer works on a claim; the ledger tells how far it has come. The file stays.</summary>
    public void Leave(string row, int number) => _working.TryRemove((row, number), out _);

    /// <summary>The process that has a claim.</summary>
    /// <returns>Null when there is no such claim; an empty name when its owner does not stand in it yet.</returns>
    public string? OwnerOf(string row, int number)
    {
        try
        {
            using var file = new FileStream(folder.Claim(row, number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether the holder of a claim is at work on it.</summary>
    public bool IsWorking(string holder, string row, int number) => holder == owner
        ? _working.ContainsKey((row, number))
        : OwnerLock.IsAlive(folder, holder);

    /// <summary>
    /// Removes the claims on a row that is to be forgotten. Where somebody has gone on with the row and has written nothing of it yet,
    /// all claims stay, for the numbers lead to his, but those before his are nobody's.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="newest">The highest claim the ledger knows of.</param>
    public void Forget(string row, int newest)
    {
        // With the next one taken, nobody goes on with the row while the others go.
        var next = newest + 1;
        while (!TryTake(row, next))
        {
            if (OwnerOf(row, next) is { } holder && (holder.Length == 0 || IsWorking(holder, row, next)))
            {
                for (var number = 0; number < next; number++)
                {
                    Abandon(row, number);
                }

                return;
            }

            next++;
        }

        // From the lowest on: who comes meanwhile begins there, and finds no gap behind a claim of somebody at work.
        for (var number = 0; number <= next; number++)
        {
            File.Delete(folder.Claim(row, number));
        }

        Leave(row, next);
    }

    /// <summary>When a claim was taken, in UTC; null where there is no such claim.</summary>
    public DateTime? TakenAt(string row, int number)
    {
        var path = folder.Claim(row, number);
        return File.Exists(path) ? File.GetLastWriteTimeUtc(path) : null;
    }

    private bool TryCreate(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }

        using (file)
        {
            Created?.Invoke();
            file.Write(Encoding.ASCII.GetBytes(owner));
        }

        return true;
    }
}
