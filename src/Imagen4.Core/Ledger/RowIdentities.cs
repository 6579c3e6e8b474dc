using Imagen4.Core.Rows;

namespace Imagen4.Core.Ledger;

/// <summary>Identifies the rows of one pipeline, in their order. Not for several threads.</summary>
/// <param name="directory">The full output directory, or null.</param>
/// <param name="continues">Whether rows without a key are the same in another run: they are in a pipeline, a prompt given as an argument is not.</param>
internal sealed class RowIdentities(string? directory, bool continues)
{
    private readonly Dictionary<(string Base, string Hash), int> _seen = [];
    private readonly HashSet<(string Base, string Key)> _keys = [];

    /// <summary>Identifies a row.</summary>
    /// <returns>Its identity, or null where every run of it is a new request.</returns>
    /// <exception cref="InvalidInputException">Its key was in this pipeline before.</exception>
    public RowIdentity? Of(Uri baseUri, string model, string? key, ImageInput input)
    {
        if (key is null && !continues)
        {
            return null;
        }

        var hash = RowIdentity.Hash(model, input);
        if (key is null)
        {
            var place = (baseUri.AbsoluteUri, hash);
            return RowIdentity.OfInput(baseUri, model, hash, _seen[place] = _seen.GetValueOrDefault(place) + 1, directory);
        }

        return _keys.Add((baseUri.AbsoluteUri, key))
            ? RowIdentity.OfKey(baseUri, key, hash, directory)
            : throw new InvalidInputException(Messages.KeyTwice.With(PlainText.Brief(key)));
    }
}
