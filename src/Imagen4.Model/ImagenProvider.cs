namespace Imagen4;

/// <summary>A host profile as users see it. It tells where a key would come from, never the key.</summary>
public sealed class ImagenProvider
{
    /// <summary>The name to use with <c>-Provider</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>Whether it is used where no provider is named.</summary>
    public bool IsDefault { get; set; }

    /// <summary>The protocol the host speaks.</summary>
    public string Protocol { get; set; } = "";

    /// <summary>The address every request goes to; null while the provider is not running.</summary>
    public string? BaseUri { get; set; }

    /// <summary>The root of the platform API: catalogue, prices, past requests; null where there is none.</summary>
    public string? PlatformUri { get; set; }

    /// <summary>The address below which files are uploaded; null where the host has no storage.</summary>
    public string? StorageUri { get; set; }

    /// <summary>The path below <see cref="BaseUri"/> that requests go to; null where the protocol leaves no choice.</summary>
    public string? SubmitPath { get; set; }

    /// <summary>The header the key goes into, and the word in front of it: <c>Authorization: Bearer</c>, <c>api-key</c>.</summary>
    public string? KeyHeader { get; set; }

    /// <summary>What the host calls the inputs that it spells otherwise, as JSON text; null for none.</summary>
    public string? InputName { get; set; }

    /// <summary>The endpoint id used where no model is named.</summary>
    public string? DefaultModel { get; set; }

    /// <summary>How many requests are kept in progress at once unless <c>-ThrottleLimit</c> says otherwise.</summary>
    public int ConcurrencyLimit { get; set; }

    /// <summary>The environment variables that are looked at for a key, in order.</summary>
    public string[] ApiKeyVariable { get; set; } = [];

    /// <summary>The name of the secret that is the key, where <c>Get-Secret</c> finds it.</summary>
    public string? SecretName { get; set; }

    /// <summary>The vault the secret is in.</summary>
    public string? SecretVault { get; set; }

    /// <summary>Where the key would come from now, or null when there is none.</summary>
    public string? ApiKeySource { get; set; }

    /// <summary>Whether the user has said that the host takes requests without a key.</summary>
    public bool NoApiKey { get; set; }

    /// <summary>What an image costs, where the user has said so.</summary>
    public decimal? PricePerImage { get; set; }

    /// <summary>Where the profile is defined: <c>BuiltIn</c>, <c>User</c> or <c>Session</c>.</summary>
    public string Scope { get; set; } = "";

    /// <summary>The models whose inputs are known and checked.</summary>
    public string[] Models { get; set; } = [];

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
