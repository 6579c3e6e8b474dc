namespace Imagen4.Core.Hosts;

/// <summary>What a vault says of a secret: a key, nothing, or why it does not give it out.</summary>
public sealed class SecretAnswer
{
    private SecretAnswer(string? key, string? refusal) => (Key, Refusal) = (key, refusal);

    /// <summary>There is no such secret, or it is empty.</summary>
    public static SecretAnswer Nothing { get; } = new(null, null);

    /// <summary>Why the vault does not give it out; null where it does.</summary>
    public string? Refusal { get; }

    /// <summary>The key; null for none.</summary>
    internal string? Key { get; }

    /// <summary>The secret was found.</summary>
    public static SecretAnswer Found(string key) => string.IsNullOrWhiteSpace(key) ? Nothing : new(key, null);

    /// <summary>The vault does not give it out.</summary>
    /// <param name="reason">Why, in its own words.</param>
    public static SecretAnswer Refused(string reason) => new(null, reason);

    /// <summary>Never the key.</summary>
    public override string ToString() => Refusal ?? "***";
}
