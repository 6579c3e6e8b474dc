namespace Imagen4.Core.Hosts;

/// <summary>Where a profile is defined.</summary>
public enum ProviderScope
{
    /// <summary>It comes with the module.</summary>
    BuiltIn,

    /// <summary>It is in the user's settings file.</summary>
    User,

    /// <summary>It lives as long as this process.</summary>
    Session,
}
