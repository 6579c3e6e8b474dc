using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>Identifies the rows of one pipeline, in their order. Not for several threads.</summary>
/// <param name="directory">The output directory, with its links resolved, or null.</param>
internal sealed class RowIdentities(string? directory)
{
    // Of the address and the input of each row: how many there were.
    private readonly Dictionary<UInt128, int> _seen = [];

    // Of the address, the key and the directory.
    private readonly Dictionary<UInt128, (int Index, UInt128 Hash, bool IsRecord)> _keys = [];
    private readonly HashSet<UInt128> _rows = [];
    private readonly Dictionary<(string Row, string Hash), string?> _records = [];
    private readonly HashSet<(string LedgerId, string Base, string Hash, string? Key)> _edited = [];

    /// <summary>Identifies a row.</summary>
    /// <param name="baseUri">The base address it goes to.</param>
    /// <param name="model">The endpoint id.</param>
    /// <param name="key">The caller's own key, or null.</param>
    /// <param name="hash">What <see cref="RowIdentity.Hash"/> makes of its input.</param>
    /// <param name="index">The number of the row, for messages.</param>
    /// <exception cref="InvalidInputException">Its key was in this pipeline before.</exception>
    public RowIdentity Of(Uri baseUri, string model, string? key, string hash, int index)
    {
        if (key is null)
        {
            var place = TextDigest.Of(ProviderAddress.Normal(baseUri), hash);
            return Seen(RowIdentity.OfInput(baseUri, model, hash, _seen[place] = _seen.GetValueOrDefault(place) + 1, directory));
        }

        RequireOwnKey(baseUri, index, key, hash, directory, isRecord: false);
        return Seen(RowIdentity.OfKey(baseUri, key, hash, directory));
    }

    /// <summary>Whether this pipeline has had a row so far, whatever its images are for.</summary>
    /// <param name="row">Names the row.</param>
    public bool Contains(string row) => _rows.Contains(TextDigest.Of(row));

    // A row that was only submitted before is the same row.
    private RowIdentity Seen(RowIdentity identity)
    {
        _ = _rows.Add(TextDigest.Of(identity.Row));
        _ = _rows.Add(TextDigest.Of(identity.OnlySubmitted().Row));
        return identity;
    }

    /// <summary>
    /// Identifies a row whose record names a known request and has its input: it is that request's row, and has no place among its like.
    /// </summary>
    /// <param name="baseUri">The base address it goes to.</param>
    /// <param name="known">The request.</param>
    /// <param name="inputHash">What <see cref="RowIdentity.Hash"/> makes of the record's input.</param>
    /// <param name="index">The number of the record, for messages.</param>
    /// <param name="key">The record's own key, or null.</param>
    /// <param name="keepsDirectory">Whether it is still to be saved where the request was, where no directory is given.</param>
    /// <returns>Its identity, or null where another record of this pipeline is of the same row.</returns>
    /// <exception cref="InvalidInputException">
    /// The request's key was in this pipeline before, for something else, or the other record of the same row has another key.
    /// </exception>
    public RowIdentity? OfRecord(Uri baseUri, LedgerRequest known, string inputHash, int index, string? key, bool keepsDirectory)
    {
        var place = directory ?? (keepsDirectory ? known.Directory : null);
        var row = RowIdentity.OfKnown(known, known.InputHash ?? inputHash, place);
        if (known.Directory is null)
        {
            // It stays the row that was only submitted, wherever its images go.
            row = row.OnlySubmitted();
        }

        var given = (key ?? known.Key) is { } text ? NormalForm.Text(text) : null;
        if (!_records.TryAdd((row.Row, row.InputHash), given))
        {
            // Whoever gives them keys of their own means two rows, and one of them would be left out without a word.
            return given is null || _records[(row.Row, row.InputHash)] is not { } other || other == given
                ? null
                : throw new InvalidInputException(Messages.RecordOtherKey.With(
                    known.RequestId ?? known.LedgerId, PlainText.Brief(other), PlainText.Brief(given))) { Row = index };
        }

        if (known.Key is { } own)
        {
            RequireOwnKey(baseUri, index, own, row.InputHash, place, isRecord: true);
        }

        return row;
    }

    /// <summary>Whether a record of a request has been edited in the same way before: several records of one request are one row.</summary>
    public bool IsRepeated(LedgerRequest known, Uri baseUri, string inputHash, string? key) =>
        !_edited.Add((known.LedgerId, ProviderAddress.Normal(baseUri), inputHash, key is null ? null : NormalForm.Text(key)));

    // A row and the record of its request may stand in one pipeline: they are the same, and not two that share a key.
    // Records that keep the directories of their requests may be of two tables with the same keys.
    private void RequireOwnKey(Uri baseUri, int index, string key, string hash, string? place, bool isRecord)
    {
        var (own, input) = (TextDigest.Of(ProviderAddress.Normal(baseUri), NormalForm.Text(key), place), TextDigest.Of(hash));
        if (!_keys.TryAdd(own, (index, input, isRecord)) && (_keys[own].Hash != input || _keys[own].IsRecord == isRecord))
        {
            throw new InvalidInputException(Messages.KeyTwice.With(PlainText.Brief(key), _keys[own].Index));
        }
    }
}
