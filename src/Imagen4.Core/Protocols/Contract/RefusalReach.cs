using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols.Contract;

/// <summary>How much a host refuses with a 402 or a 403.</summary>
internal enum RefusalReach
{
    /// <summary>It does not say: the next row may get the same answer.</summary>
    Unknown,

    /// <summary>The account is locked, which may pass: a lock comes and goes while a balance is topped up.</summary>
    Account,

    /// <summary>The model, to this account or this key. Other models are not refused.</summary>
    Model,
}

/// <summary>Reads how far a refusal reaches from the words hosts have for it: they have no codes.</summary>
internal static class RefusalWords
{
    private static readonly string[] OfLock =
    [
        "is locked", "account locked", "admin lock", "exhausted balance", "top_up", "top up your", "out of credit", "no credit",
        "credits left", "credit left", "insufficient balance", "insufficient credit", "insufficient funds", "insufficient quota",
        "insufficient_quota", "insufficient_user_quota", "not enough balance", "not enough credit", "not enough funds", "balance is too low",
        "low balance", "negative balance", "payment required",
    ];

    // A key may be allowed to use one model, and not another: what it lacks says nothing of the account.
    private static readonly string[] OfModel =
    [
        "model", "models", "endpoint", "endpoints", "application", "deployment", "permission", "permissions", "scope", "scopes",
    ];

    /// <summary>How far an answer reaches.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="said">The host's words in it.</param>
    /// <param name="model">The endpoint id that was asked for.</param>
    public static RefusalReach ReachOf(HostResponse response, string said, string model) =>
        IsLock(response, said) || LastingQuota.IsSaidIn(response) ? RefusalReach.Account
        : (int)response.Status == 403 && !response.IsPage && (said.Contains(model, StringComparison.OrdinalIgnoreCase) || NamesModel(said))
            ? RefusalReach.Model
            : RefusalReach.Unknown;

    /// <summary>Whether an answer says that the account is locked.</summary>
    public static bool IsLock(HostResponse response, string said) => (int)response.Status switch
    {
        402 => true,
        403 => !response.IsPage && OfLock.Any(words => said.Contains(words, StringComparison.OrdinalIgnoreCase)),
        _ => false,
    };

    /// <summary>
    /// Whether an answer says that the account is locked, and proves that nothing was taken, so that the same row may be sent to see
    /// whether that has passed: not where a header names a request, nor where the quota does not come back by waiting.
    /// </summary>
    public static bool MayPass(HostResponse response, string said) =>
        IsLock(response, said) && !LastingQuota.IsSaidIn(response) && string.IsNullOrEmpty(response.Header("x-fal-request-id"));

    private static bool NamesModel(string said) => said
        .Split([.. said.Where(letter => !char.IsLetter(letter)).Distinct()], StringSplitOptions.RemoveEmptyEntries)
        .Any(word => OfModel.Contains(word, StringComparer.OrdinalIgnoreCase));
}
