using System.Text.Json.Nodes;

namespace Imagen4.Core.Tests.Faults;

/// <summary>The faults of the matrix by name: the emulator's rules for them, without where and how often.</summary>
internal static class FaultRules
{
    private static readonly Dictionary<string, string> ByName = new(StringComparer.Ordinal)
    {
        ["refuse"] = """{"kind":"refuse"}""",
        ["reset"] = """{"kind":"reset"}""",
        ["reset behind the head"] = """{"kind":"reset","at":"headers"}""",
        ["reset in the body"] = """{"kind":"reset","at":"middle"}""",
        ["reset, taken"] = """{"kind":"reset","after_accept":true}""",
        ["close"] = """{"kind":"close"}""",
        ["close behind the head"] = """{"kind":"close","at":"headers"}""",
        ["close in the body"] = """{"kind":"close","at":"middle"}""",
        ["close, taken"] = """{"kind":"close","after_accept":true}""",
        ["close behind it all"] = """{"kind":"close","at":"after"}""",
        ["hang"] = """{"kind":"hang"}""",
        ["hang behind the head"] = """{"kind":"hang","at":"headers"}""",
        ["hang in the body"] = """{"kind":"hang","at":"middle"}""",
        ["hang, taken"] = """{"kind":"hang","after_accept":true}""",
        ["drip"] = """{"kind":"drip","bytes":16,"delay_ms":0}""",
        ["truncate"] = """{"kind":"truncate"}""",
        ["wrong length"] = """{"kind":"wrong_length"}""",
        ["wrong type"] = """{"kind":"wrong_type"}""",
        ["401"] = """{"kind":"status","status":401}""",
        ["403"] = """{"kind":"status","status":403}""",
        ["408"] = """{"kind":"status","status":408,"body":""}""",
        ["409"] = """{"kind":"status","status":409,"body":""}""",
        ["429"] = """{"kind":"status","status":429,"body":""}""",
        ["429 for 5 s"] = """{"kind":"status","status":429,"body":"","retry_after":5}""",
        ["429 until a date"] = """{"kind":"status","status":429,"body":"","retry_after_date":20}""",
        ["429 for an hour"] = """{"kind":"status","status":429,"body":"","retry_after":3600}""",
        ["500"] = """{"kind":"status","status":500,"body":""}""",
        ["503"] = """{"kind":"status","status":503,"body":""}""",
        ["503 for 5 s"] = """{"kind":"status","status":503,"body":"","retry_after":5}""",
        ["503, taken"] = """{"kind":"status","status":503,"body":"","after_accept":true}""",
        ["html"] = """{"kind":"html"}""",
        ["html, taken"] = """{"kind":"html","after_accept":true}""",
        ["html with 200"] = """{"kind":"html","status":200}""",
        ["bad json"] = """{"kind":"bad_json"}""",
        ["bad json, taken"] = """{"kind":"bad_json","after_accept":true}""",
    };

    /// <summary>The rule for a fault.</summary>
    public static JsonObject Of(string fault, string operation, bool always)
    {
        var rule = JsonNode.Parse(ByName[fault])!.AsObject();
        rule["operation"] = operation;
        rule["count"] = always ? -1 : 1;
        return rule;
    }
}
