namespace Imagen4.Emulator.Generation;

/// <summary>A host that takes no request from this account, whatever it asks for: nothing is accepted, nothing is billed.</summary>
internal sealed record AccountRefusal(int Status, string Message)
{
    private static readonly Dictionary<string, AccountRefusal> ByName = new(StringComparer.Ordinal)
    {
        ["locked"] = new(403, "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."),
        ["payment_required"] = new(402, "Payment required"),
        ["out_of_credits"] = new(
            403,
            "You've run out of credits. "
            + "Please top up your balance or update your payment method to continue: https://aimlapi.com/app/billing/"),
    };

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>The refusal that the prompt asks for, if it does.</summary>
    public static AccountRefusal? Find(string? prompt) =>
        PromptDirective.AllIn(prompt ?? "")
            .Select(directive => ByName.GetValueOrDefault(directive.Name))
            .OfType<AccountRefusal>()
            .FirstOrDefault();
}
