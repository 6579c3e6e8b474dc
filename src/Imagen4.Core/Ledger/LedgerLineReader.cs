using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Imagen4.Core.Ledger;

/// <summary>
/// Reads the JSON of lines, one after the other. By hand, because reading hundreds of thousands of them is what the first row
/// of a batch waits for: names that come again are not made again, and what is seldom asked for is left as it is.
/// </summary>
internal sealed class LedgerLineReader
{
    private const int LongestName = 8;

    private readonly RepeatedText _owner = new();
    private readonly RepeatedText _directory = new();
    private readonly RepeatedText _provider = new();
    private readonly RepeatedText _model = new();
    private readonly RepeatedText _base = new();

    /// <summary>Reads a line.</summary>
    /// <returns>What it says, or null where it is not the JSON of a line.</returns>
    public LedgerLine? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return ReadMembers(json);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private LedgerLine? ReadMembers(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        LedgerStep? step = null;
        string? id = null, owner = null;
        long? time = null;
        var line = new LedgerLine { Step = default, LedgerId = "", Time = 0, Owner = "" };
        Span<char> letters = stackalloc char[LongestName];
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name(reader.ValueSpan, letters);
            _ = reader.Read();
            switch (name)
            {
                case "s":
                    step = Step(ref reader);
                    break;
                case "id":
                    id = reader.GetString();
                    break;
                case "t":
                    time = reader.GetInt64();
                    break;
                case "o":
                    owner = _owner.Read(ref reader);
                    break;
                case "a":
                    line.Attempt = reader.GetInt32();
                    break;
                case "c":
                    line.Claim = reader.GetInt32();
                    break;
                case "left":
                    line.IsLeft = reader.GetBoolean();
                    break;
                case "row":
                    line.Row = reader.GetString();
                    break;
                case "sub":
                    line.Subject = reader.GetString();
                    break;
                case "in":
                    line.InputHash = reader.GetString();
                    break;
                case "dir":
                    line.Directory = _directory.Read(ref reader);
                    break;
                case "x":
                    line.Index = reader.GetInt32();
                    break;
                case "p":
                    line.Provider = _provider.Read(ref reader);
                    break;
                case "m":
                    line.Model = _model.Read(ref reader);
                    break;
                case "b":
                    line.BaseAddress = _base.Read(ref reader);
                    break;
                case "k":
                    line.Key = reader.GetString();
                    break;
                case "input":
                    line.InputJson = Keep(ref reader, json, LedgerJson.Plain.ImageInput);
                    break;
                case "set":
                    line.SettingsJson = Keep(ref reader, json, LedgerJson.Plain.LedgerSettings);
                    break;
                case "rid":
                    line.RequestId = reader.GetString();
                    break;
                case "seed":
                    line.Seed = reader.GetInt64();
                    break;
                case "t0":
                    line.Started = reader.GetInt64();
                    break;
                case "ta":
                    line.Accepted = reader.GetInt64();
                    break;
                case "res":
                    line.DeliveryJson = Keep(ref reader, json, LedgerJson.Plain.LedgerResult);
                    break;
                case "err":
                    line.Error = reader.GetString();
                    break;
                case "et":
                    line.ErrorType = reader.GetString();
                    break;
                case "no":
                    line.Refusal = reader.GetString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (step is not { } known || id is null || owner is null || time is not { } when)
        {
            return null;
        }

        (line.Step, line.LedgerId, line.Owner, line.Time) = (known, id, owner, when);
        return line;
    }

    private static ReadOnlySpan<char> Name(ReadOnlySpan<byte> name, Span<char> letters)
    {
        if (name.Length > LongestName)
        {
            return default;
        }

        for (var index = 0; index < name.Length; index++)
        {
            letters[index] = (char)name[index];
        }

        return letters[..name.Length];
    }

    private static LedgerStep Step(ref Utf8JsonReader reader)
    {
        Span<char> letters = stackalloc char[16];
        return reader.ValueSpan.Length < letters.Length && Enum.TryParse<LedgerStep>(letters[..reader.CopyString(letters)], out var step) && Enum.IsDefined(step)
            ? step
            : throw new FormatException();
    }

    private static KeptJson<T>? Keep<T>(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return reader.TokenType == JsonTokenType.Null ? null : new KeptJson<T>(json[start..(int)reader.BytesConsumed], type);
    }

    // A text that is mostly the same as the one before.
    private sealed class RepeatedText
    {
        private byte[] _bytes = [];
        private string? _text;

        public string? Read(ref Utf8JsonReader reader)
        {
            if (_text is null || !reader.ValueSpan.SequenceEqual(_bytes) || reader.TokenType == JsonTokenType.Null)
            {
                (_text, _bytes) = (reader.GetString(), reader.ValueSpan.ToArray());
            }

            return _text;
        }
    }
}
