namespace Imagen4;

/// <summary>
/// The base of every error of this module. Which error id, category and advice goes with which type is decided
/// in one place, where errors meet PowerShell.
/// </summary>
public abstract class ImagenException : Exception
{
    private int? _row;
    private string? _key;
    private string? _rows;
    private string? _more;
    private string? _requestId;
    private bool _canBeReceived;
    private string? _provider;
    private bool _isOfRequest;
    private bool _hasSharedId;
    private string? _file;
    private string? _origin;
    private string? _nextCommand;
    private ImagenException? _thrown;
    private decimal? _billableUnits;

    /// <summary>Creates the error.</summary>
    /// <param name="message">One line for the user.</param>
    /// <param name="inner">What caused it.</param>
    protected ImagenException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The number of the row it is about, from 1; null where it is about no row in particular.</summary>
    public int? Row
    {
        get => _row;
        init => _row = value;
    }

    /// <summary>Whether the request was accepted and can still be received, so that its id is worth a place in the message.</summary>
    public bool CanBeReceived => _canBeReceived;

    /// <summary>One line for the user; it begins with what it is about, where that is known: the row's number, the request.</summary>
    public override string Message => (Row, Subject) switch
    {
        (_, { } subject) when _rows is { } rows && subject != Model => $"{rows}, {subject}: {Text}",
        _ when _rows is { } rows => $"{rows}: {Text}",
        ({ } row, { } subject) => $"Row {row}{Key}, {subject}: {Text}",
        ({ } row, null) => $"Row {row}{Key}: {Text}",
        (null, { } subject) when subject == _file => $"{subject}: {Text}",
        (null, { } subject) when subject != Model => $"{Capital(subject)}: {Text}",
        _ when _origin is { } origin => $"{Capital(origin)}: {Text}",
        _ => Text,
    };

    /// <summary>The endpoint id whose inputs the row does not fit; null where it is about something else.</summary>
    public string? Model { get; init; }

    /// <summary>The id of the request it is about, where there is one.</summary>
    public string? RequestId
    {
        get => _requestId;
        init => _requestId = value;
    }

    /// <summary>The host's own type of the error, where it told one.</summary>
    public string? HostErrorType { get; init; }

    /// <summary>What kind of error it is, in one word: the first part of its error id in PowerShell.</summary>
    public string Kind => GetType().Name.Replace("Exception", "", StringComparison.Ordinal);

    /// <summary>Whether the host refused this very input: the same one would be refused again.</summary>
    public bool RefusesInput { get; init; }

    /// <summary>What the host bills for the request all the same, in its own unit; null where it does not say.</summary>
    public decimal? BillableUnits
    {
        get => _billableUnits;
        init => _billableUnits = value;
    }

    /// <summary>The name of the provider it came from, where there is one.</summary>
    public string? Provider => _provider;

    /// <summary>
    /// Whether another provider has given a request the same id, as the ledger knows: a command has to name the provider then.
    /// </summary>
    public bool HasSharedId => _hasSharedId;

    /// <summary>The command that comes next, ready to be run; null where the kind of error says what to do.</summary>
    public string? NextCommand
    {
        get => _nextCommand;
        init => _nextCommand = value;
    }

    /// <summary>The HTTP status behind the error, where there is one.</summary>
    public int? StatusCode { get; init; }

    // A file, or the request, where the text does not name it itself, else the endpoint.
    private string? Subject =>
        _file is { } file && !base.Message.Contains(file, StringComparison.Ordinal) ? file
        : !(CanBeReceived || _isOfRequest) || RequestId is not { } id || base.Message.Contains(id, StringComparison.Ordinal) ? Model
        : !_isOfRequest || base.Message.Contains(_provider!, StringComparison.Ordinal) ? $"request {id}{Origin}"
        : $"request {id} at {_provider}{Origin}";

    private string Origin => _origin is null ? "" : $" ({_origin})";

    // The caller's own name of the row, where the text does not have it.
    private string Key => _key is not { } key || base.Message.Contains($"'{key}'", StringComparison.Ordinal) ? "" : $", key '{key}'";

    private string Text => _more is null ? base.Message : $"{base.Message} {_more}";

    /// <summary>The error as it was thrown, before anybody said which row it is about.</summary>
    internal ImagenException Thrown => _thrown ?? this;

    /// <summary>The same error, of a request that its host bills.</summary>
    /// <param name="units">What it bills, in its own unit; null where it does not say.</param>
    internal ImagenException Billed(decimal? units)
    {
        if (units is null)
        {
            return this;
        }

        var copy = (ImagenException)MemberwiseClone();
        copy._billableUnits = units;
        return copy;
    }

    /// <summary>The same error, said of a row and its request. The one that was thrown stays as it is.</summary>
    /// <param name="row">The number of the row, from 1; null for none. An error that names its row keeps that.</param>
    /// <param name="requestId">The id of the row's request; an error that has one keeps that.</param>
    /// <param name="canBeReceived">Whether the request can still be received.</param>
    /// <param name="provider">The name of the provider it came from; an error that has one keeps that.</param>
    /// <param name="key">The caller's own key of the row, as messages show it; an error that has one keeps that.</param>
    public ImagenException ForRow(
        int? row, string? requestId = null, bool canBeReceived = false, string? provider = null, string? key = null)
    {
        var copy = (ImagenException)MemberwiseClone();
        copy._provider ??= provider;
        copy._key ??= key;
        (copy._row, copy._requestId, copy._canBeReceived, copy._thrown) = (_row ?? row, _requestId ?? requestId, canBeReceived, Thrown);
        return copy;
    }

    /// <summary>The same error, with another command that comes next. The one that was thrown stays as it is.</summary>
    /// <param name="command">The command.</param>
    internal ImagenException Advising(string command)
    {
        var copy = ForRow(row: null, requestId: null, CanBeReceived);
        copy._nextCommand = command;
        return copy;
    }

    /// <summary>The same error, of a request whose id another provider has given too. The one that was thrown stays as it is.</summary>
    internal ImagenException WithSharedId()
    {
        var copy = ForRow(row: null, requestId: null, CanBeReceived);
        copy._hasSharedId = true;
        return copy;
    }

    /// <summary>The same error, said of several rows together. The one that was thrown stays as it is.</summary>
    /// <param name="rows">What its message begins with: which rows, and that they have it in common.</param>
    internal ImagenException ForRows(string rows)
    {
        var copy = ForRow(row: null);
        (copy._row, copy._rows) = (null, rows);
        return copy;
    }

    /// <summary>The same error, with another sentence behind what it says. The one that was thrown stays as it is.</summary>
    /// <param name="sentence">The sentence.</param>
    public ImagenException Saying(string sentence)
    {
        var copy = ForRow(row: null, requestId: null, CanBeReceived);
        copy._more = sentence;
        return copy;
    }

    /// <summary>The same error, said of a file of this machine. The one that was thrown stays as it is.</summary>
    /// <param name="name">The file's name.</param>
    public ImagenException ForFile(string name)
    {
        var copy = ForRow(row: null, requestId: null, CanBeReceived);
        copy._file = name;
        return copy;
    }

    /// <summary>The same error, said of a request that is followed up. The one that was thrown stays as it is.</summary>
    /// <param name="requestId">The request's id.</param>
    /// <param name="provider">The name of its provider.</param>
    /// <param name="index">
    /// The number of its row in the batch that submitted it, where that is known. It is said of the request: in front of the message it
    /// would be taken for a row of this pipeline.
    /// </param>
    /// <param name="key">The caller's own key of its row, or null.</param>
    public ImagenException ForRequest(string requestId, string provider, int? index = null, string? key = null)
    {
        var copy = ForRow(row: null, requestId, CanBeReceived);
        (copy._provider, copy._isOfRequest) = (provider, true);
        copy._origin = (index, key) switch
        {
            ({ } row, { } own) => $"row {row}, key '{own}'",
            ({ } row, null) => $"row {row}",
            (null, { } own) => $"key '{own}'",
            _ => null,
        };
        return copy;
    }

    private static string Capital(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}";
}
