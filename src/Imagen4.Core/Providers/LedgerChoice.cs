using System.Text.Json.Serialization;

namespace Imagen4.Core.Providers;

/// <summary>Who said where the ledger is.</summary>
public enum LedgerScope
{
    /// <summary>Nobody: it is <c>ledger.db</c> in the state folder.</summary>
    Default,

    /// <summary>The user's settings file.</summary>
    User,

    /// <summary>This process.</summary>
    Session,

    /// <summary>The variable <c>IMAGEN4_LEDGER</c>.</summary>
    Environment,
}

/// <summary>The database that somebody chose for the ledger. Never a password.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LedgerChoice
{
    /// <summary>How to connect to it.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The name of the secret that is its password; null for none.</summary>
    public string? SecretName { get; init; }

    /// <summary>Where it was chosen.</summary>
    [JsonIgnore]
    public LedgerScope Scope { get; init; } = LedgerScope.User;

    /// <summary>Not the connection string: one that is wrong may have a password in it.</summary>
    public override string ToString() => Scope.ToString();
}
