using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Text.Json.Nodes;

namespace Imagen4.PowerShell.Binding;

/// <summary>Takes PowerShell's wrapping off a value, so that below the cmdlets nobody has to know it.</summary>
internal static class Unwrap
{
    /// <summary>The value itself; nothing for PowerShell's own "nothing".</summary>
    public static object? Value(object? value) => value switch
    {
        null => null,
        PSObject { BaseObject: PSCustomObject } record => record,
        PSObject wrapped => Value(wrapped.BaseObject),
        _ when value == AutomationNull.Value => null,
        _ => value,
    };

    /// <summary>The value as a cell: hashtables and objects become JSON.</summary>
    public static object? Cell(object? value) => Value(value) switch
    {
        IDictionary or PSObject => Json(value),
        var plain => plain,
    };

    private static JsonNode? Json(object? value) => Value(value) switch
    {
        null => null,
        PSObject record => new JsonObject(record.Properties.Select(property => KeyValuePair.Create(property.Name, Json(property.Value)))),
        IDictionary table => new JsonObject(table.Keys.Cast<object>().Select(key => KeyValuePair.Create(key.ToString()!, Json(table[key])))),
        string text => JsonValue.Create(text),
        IEnumerable list => new JsonArray(list.Cast<object?>().Select(Json).ToArray()),
        bool truth => JsonValue.Create(truth),
        byte or sbyte or short or ushort or int or uint or long => JsonValue.Create(Convert.ToInt64(Value(value), null)),
        ulong number => JsonValue.Create(number),
        float or double => JsonValue.Create(Convert.ToDouble(Value(value), null)),
        decimal number => JsonValue.Create(number),
        SwitchParameter given => JsonValue.Create(given.IsPresent),
        var other => JsonValue.Create(other.ToString()),
    };
}
