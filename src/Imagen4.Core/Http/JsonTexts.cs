namespace Imagen4.Core.Http;

/// <summary>What a part of JSON is.</summary>
internal enum JsonPart
{
    /// <summary>Everything around texts, with the quotation mark that begins one.</summary>
    Between,

    /// <summary>Of a text, whole characters or the backslash of an escape.</summary>
    Text,

    /// <summary>Of a text, what follows the backslash of an escape.</summary>
    Escape,

    /// <summary>The quotation mark that ends a text.</summary>
    End,
}

/// <summary>Finds the texts in JSON that comes piece by piece. It checks nothing.</summary>
internal struct JsonTexts
{
    private const int Backslash = -1;

    private bool _isInText;

    // How many digits of an escape are still to come, or that only its backslash has come.
    private int _escape;

    /// <summary>Takes the next part of a piece.</summary>
    /// <param name="piece">What is left of it; at least one byte.</param>
    /// <param name="part">What that part is.</param>
    /// <returns>Its length.</returns>
    public int Next(ReadOnlySpan<byte> piece, out JsonPart part)
    {
        if (!_isInText)
        {
            part = JsonPart.Between;
            var begin = piece.IndexOf((byte)'"');
            _isInText = begin >= 0;
            return begin < 0 ? piece.Length : begin + 1;
        }

        if (_escape != 0)
        {
            part = JsonPart.Escape;
            _escape = _escape == Backslash ? piece[0] == (byte)'u' ? 4 : 0 : _escape - 1;
            return 1;
        }

        var special = piece.IndexOfAny((byte)'"', (byte)'\\');
        if (special == 0 && piece[0] == (byte)'"')
        {
            (part, _isInText) = (JsonPart.End, false);
            return 1;
        }

        part = JsonPart.Text;
        _escape = special == 0 ? Backslash : 0;
        return special < 0 ? piece.Length : Math.Max(special, 1);
    }
}
