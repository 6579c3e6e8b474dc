using System.Data;
using System.Data.Common;
using Imagen4.Core.Ledger.States;

namespace Imagen4.Core.Ledger.Store;

/// <summary>The columns of a request, and how it is put into them and read from them.</summary>
internal static class RequestColumns
{
    /// <summary>What never changes.</summary>
    public const string Content =
        "ledger_id, row_id, subject, input_hash, generation, provider, base_uri, model, row_key, row_index, directory, "
        + "input, settings, started, content_check";

    /// <summary>What changes.</summary>
    public const string Progress =
        "state, attempt, owner, request_id, accepted, updated, error, error_type, refusal, seed, delivery, steps, progress_check";

    /// <summary>The number of the first column after both.</summary>
    public const int Count = 28;

    /// <summary>The latest time that a date can have, in milliseconds since 1970.</summary>
    public const long LatestTime = 253_402_300_799_999;

    /// <summary>Reads a request, and looks whether its checksums fit.</summary>
    public static StoredRequest Read(DbDataReader reader)
    {
        try
        {
            return ReadColumns(reader);
        }
        catch (Exception error) when (error is InvalidCastException or InvalidOperationException or ArgumentException or FormatException
            or OverflowException)
        {
            // A column of another type than the schema's, text that is not UTF-8, or nothing where something is required.
            return new StoredRequest
            {
                LedgerId = reader.GetValue(0) is byte[] id ? Convert.ToHexStringLower(id) : "",
                Provider = "",
                BaseUri = "",
                Model = "",
                Input = "",
                IsDamaged = true,
            };
        }
    }

    private static StoredRequest ReadColumns(DbDataReader reader)
    {
        var request = new StoredRequest
        {
            LedgerId = Hex(reader, 0)!,
            Row = Hex(reader, 1),
            Subject = Hex(reader, 2),
            InputHash = Hex(reader, 3),
            Generation = (int)reader.GetInt64(4),
            Provider = reader.GetString(5),
            BaseUri = reader.GetString(6),
            Model = reader.GetString(7),
            Key = Text(reader, 8),
            Index = (int)reader.GetInt64(9),
            Directory = Text(reader, 10),
            Input = reader.GetString(11),
            Settings = Text(reader, 12),
            Started = reader.GetInt64(13),
            Progress = new RequestProgress
            {
                State = (RequestState)reader.GetInt64(15),
                Attempt = (int)reader.GetInt64(16),
                Owner = Number(reader, 17),
                RequestId = Text(reader, 18),
                Accepted = Number(reader, 19),
                Updated = reader.GetInt64(20),
                Error = Text(reader, 21),
                ErrorType = Text(reader, 22),
                Refusal = Text(reader, 23),
                Seed = Number(reader, 24),
                Delivery = Text(reader, 25),
                Steps = (int)reader.GetInt64(26),
            },
        };
        var isWhole = reader.GetInt64(14) == RequestChecksum.OfContent(request)
            && reader.GetInt64(27) == RequestChecksum.OfProgress(request.LedgerId, request.Progress)
            && Enum.IsDefined(request.Progress.State);
        return !isWhole || !HasTimes(request) ? WithTimes(request) with { IsDamaged = true } : request;
    }

    // Whatever else is wrong with a request, it can be listed.
    private static bool IsTime(long time) => time is >= 0 and <= LatestTime;

    private static bool HasTimes(StoredRequest request) =>
        IsTime(request.Started) && IsTime(request.Progress.Updated) && IsTime(request.Progress.Accepted ?? 0);

    private static StoredRequest WithTimes(StoredRequest request) => HasTimes(request) ? request : request with
    {
        Started = IsTime(request.Started) ? request.Started : 0,
        Progress = request.Progress with
        {
            Updated = IsTime(request.Progress.Updated) ? request.Progress.Updated : 0,
            Accepted = IsTime(request.Progress.Accepted ?? 0) ? request.Progress.Accepted : null,
        },
    };

    /// <summary>An id as it is kept: 16 bytes for 32 hexadecimal digits.</summary>
    public static byte[]? Bytes(string? id) => id is null ? null : Convert.FromHexString(id);

    /// <summary>The type of a value that may be null.</summary>
    public static DbType TypeOf(string name) => name switch
    {
        "@row_id" or "@subject" or "@input_hash" or "@newest" => DbType.Binary,
        "@owner" or "@accepted" or "@seed" => DbType.Int64,
        _ => DbType.String,
    };

    /// <summary>The values of what changes.</summary>
    public static (string, object?)[] Values(string ledgerId, RequestProgress progress, long check) =>
    [
        ("@ledger_id", Bytes(ledgerId)),
        ("@state", (long)progress.State),
        ("@attempt", (long)progress.Attempt),
        ("@owner", progress.Owner),
        ("@request_id", progress.RequestId),
        ("@accepted", progress.Accepted),
        ("@updated", progress.Updated),
        ("@error", progress.Error),
        ("@error_type", progress.ErrorType),
        ("@refusal", progress.Refusal),
        ("@seed", progress.Seed),
        ("@delivery", progress.Delivery),
        ("@steps", (long)progress.Steps),
        ("@progress_check", check),
    ];

    private static string? Hex(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : Convert.ToHexStringLower((byte[])reader.GetValue(column));

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static long? Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
}
