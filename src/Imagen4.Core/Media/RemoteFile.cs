using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>A file that is fetched: where it is, and whether its host has been asked for an address that lets it be read.</summary>
internal sealed class RemoteFile(Uri source, MediaAccess access)
{
    private bool _isAsked;

    /// <summary>The address that the host gave out.</summary>
    public Uri Source { get; } = source;

    /// <summary>Where it is fetched: from the signed address, once there is one.</summary>
    public Uri Place { get; private set; } = source;

    /// <summary>Whether it may not be there yet.</summary>
    public bool IsFresh => access.IsFresh;

    /// <summary>Why there is no signed address, in words behind an error's; nothing where none was asked for.</summary>
    public string Trouble { get; private set; } = "";

    /// <summary>Whether an answer may mean that the file is not for everybody. Some are hidden from those who may not read them.</summary>
    public bool MayBePrivate(int status) => status is 401 or 403 or 404 && access.Sign is not null && !_isAsked;

    /// <summary>Asks the host for a signed address, once.</summary>
    /// <returns>The address, or null.</returns>
    public async Task<Uri?> SignAsync(CancellationToken cancellation)
    {
        _isAsked = true;
        try
        {
            if (await access.Sign!(Source, cancellation).ConfigureAwait(false) is { } signed)
            {
                Place = signed;
                return signed;
            }
        }
        catch (ImagenException error)
        {
            Trouble = Messages.MediaNotSigned.With(error.Message.TrimEnd('.'));
        }

        return null;
    }
}

/// <summary>What is known of how a host lets the files of a request be read.</summary>
internal sealed record MediaAccess
{
    /// <summary>For everybody, and at once.</summary>
    public static MediaAccess Public { get; } = new();

    /// <summary>Whether the request has ended only just now, so that a file may not be everywhere yet.</summary>
    public bool IsFresh { get; init; }

    /// <summary>
    /// Asks the host for an address by which a file can be read without a key, where it is not for everybody; null where the host has
    /// no such thing. It answers null for a file that is not the host's.
    /// </summary>
    public Func<Uri, CancellationToken, Task<Uri?>>? Sign { get; init; }
}
