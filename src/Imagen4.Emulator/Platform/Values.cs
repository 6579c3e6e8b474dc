namespace Imagen4.Emulator.Platform;

/// <summary>A parameter that can be given more than once, or once with commas.</summary>
internal static class Values
{
    private const StringSplitOptions Clean = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    public static IReadOnlyList<string> Of(IQueryCollection query, string name) =>
        [.. query[name].SelectMany(value => (value ?? "").Split(',', Clean))];
}
