namespace Imagen4.Core.Hosts;

/// <summary>
/// Looks for a secret in the user's vaults. It is called on the thread that asks for a host, which may have to be a certain one.
/// </summary>
/// <param name="name">The name of the secret.</param>
/// <param name="vault">The vault it is in; null for any.</param>
/// <returns>What was found; null where secrets cannot be looked up at all.</returns>
public delegate SecretAnswer? SecretLookup(string name, string? vault);
