namespace Imagen4;

/// <summary>What requests and results have in common besides their inputs.</summary>
internal interface IRowObject
{
    string? RequestId { get; set; }

    string? Provider { get; set; }

    string? Model { get; set; }

    string? Key { get; set; }

    int Index { get; set; }

    string? LedgerId { get; set; }

    string State { get; set; }

    string? Directory { get; set; }

    decimal? Cost { get; set; }

    string? Currency { get; set; }

    string? Error { get; set; }

    string? ErrorType { get; set; }
}
