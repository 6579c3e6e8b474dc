namespace Imagen4;

/// <summary>
/// The base of every error of this module. Which error id, category and advice goes with which type is decided
/// in one place, where errors meet PowerShell.
/// </summary>
public abstract class ImagenException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One line for the user.</param>
    /// <param name="inner">What caused it.</param>
    protected ImagenException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The number of the row it is about, from 1, where the message itself does not name it.</summary>
    public int? Row { get; set; }

    /// <summary>Whether the request was accepted and can still be received, so that its id is worth a place in the message.</summary>
    public bool CanBeReceived { get; set; }

    /// <summary>One line for the user; it begins with the row's number where there is one.</summary>
    public override string Message => Row is not { } row ? base.Message
        : CanBeReceived && RequestId is { } id && !base.Message.Contains(id, StringComparison.Ordinal)
            ? $"Row {row}, request {id}: {base.Message}"
        : $"Row {row}: {base.Message}";

    /// <summary>The id of the request it is about, where there is one.</summary>
    public string? RequestId { get; set; }

    /// <summary>The host's own type of the error, where it told one.</summary>
    public string? HostErrorType { get; init; }

    /// <summary>What kind of error it is, in one word: the first part of its error id in PowerShell.</summary>
    public string Kind => GetType().Name.Replace("Exception", "", StringComparison.Ordinal);

    /// <summary>Whether the host refused this very input: the same one would be refused again.</summary>
    public bool RefusesInput { get; init; }

    /// <summary>The HTTP status behind the error, where there is one.</summary>
    public int? StatusCode { get; init; }
}
