using System.Net;
using System.Security.Authentication;

namespace Imagen4.Core.Submission;

/// <summary>
/// Whether submitting goes on. A wrong key or a locked account fails every further row the same way,
/// so the first one ends submitting; what the host has accepted by then is still waited for.
/// </summary>
public sealed class SubmissionStop
{
    private ImagenException? _reason;

    /// <summary>Why submitting has ended, or null while it goes on.</summary>
    public ImagenException? Reason => Volatile.Read(ref _reason);

    /// <summary>Ends submitting; the first reason stays.</summary>
    public void End(ImagenException reason) => Interlocked.CompareExchange(ref _reason, reason, null);

    /// <summary>Whether every further submission would fail like this one.</summary>
    internal static bool IsForAll(ImagenException error) => error switch
    {
        AuthenticationFailedException or AccountLockedException or ApiKeyMissingException or LedgerUnavailableException => true,
        HostUnavailableException { StatusCode: 407 } => true,

        // A certificate nobody trusts and a proxy that wants a password stay as they are from row to row;
        // a handshake that broke off is another matter.
        HostUnavailableException { InnerException: HttpRequestException inner } =>
            inner is { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException }
                or { StatusCode: HttpStatusCode.ProxyAuthenticationRequired },
        _ => false,
    };
}
