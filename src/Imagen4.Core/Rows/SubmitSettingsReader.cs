namespace Imagen4.Core.Rows;

/// <summary>Reads the settings of a row from its cells.</summary>
internal static class SubmitSettingsReader
{
    /// <summary>What <c>Priority</c> takes.</summary>
    public static IReadOnlyList<string> Priorities { get; } = ["normal", "low"];

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidInputException">A cell does not hold what its setting takes.</exception>
    public static SubmitSettings Read(Func<string, Cell> at)
    {
        var settings = new SubmitSettings
        {
            WebhookUri = Webhook(at("WebhookUri")),
            Priority = Priority(at("Priority")),
            StartTimeoutSec = AtLeast(at("StartTimeoutSec"), 2),
            MaxQueueLength = AtLeast(at("MaxQueueLength"), 1),
            Tag = Tags(at("Tag")),
            ObjectLifetime = Lifetime(at("ObjectLifetime")),
        };
        return settings == SubmitSettings.None ? SubmitSettings.None : settings;
    }

    private static Uri? Webhook(Cell cell)
    {
        if (cell.Text()?.Trim() is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "https" or "http"
            ? address
            : throw cell.Refuse(Messages.CellIsNotAddress);
    }

    private static string? Priority(Cell cell) => cell.Text()?.Trim() is not { } text ? null
        : Priorities.FirstOrDefault(known => known.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw cell.Refuse(Messages.CellIsNotPriority);

    private static long? AtLeast(Cell cell, long least) => cell.WholeNumber() is not { } number ? null
        : number >= least && number <= int.MaxValue ? number : throw cell.Refuse(Messages.CellIsTooSmall, least);

    private static RequestTags? Tags(Cell cell) => cell.IsEmpty ? null
        : RequestTags.TryCreate(cell.JsonMembers() ?? throw cell.Refuse(Messages.CellIsNotJsonObject), out var offence)
            ?? throw cell.Refuse(Messages.CellIsNotTags, offence);

    // A PowerShell literal 1d is the decimal 1, and would be a second where a day was meant.
    private static ObjectLifetime? Lifetime(Cell cell) => cell.Value is decimal ? throw cell.Refuse(Messages.CellIsDecimal) : cell.Text()?.Trim() is not { } text ? null
        : ObjectLifetime.TryParse(text) ?? throw cell.Refuse(Messages.CellIsNotLifetime, ObjectLifetime.Allowed);
}
