using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Text;
using Imagen4.Core.Protocols.Fal.Webhooks;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>
/// Turns what a script got from its web server into a webhook: every server has another kind of headers. What a sender can
/// leave out or spoil is left to the verification, which has one answer for all of it.
/// </summary>
internal static class DeliveryBinder
{
    /// <summary>Binds one webhook.</summary>
    /// <param name="row">The number of the record, from 1.</param>
    /// <param name="body">The body: bytes, or text.</param>
    /// <param name="headers">The headers, in whatever they are kept.</param>
    /// <exception cref="InvalidInputException">The body is neither bytes nor text: the script has read it already.</exception>
    public static WebhookDelivery Bind(int row, object? body, object? headers) => new()
    {
        Body = Bytes(row, BoundValue.Plain(body)),
        RequestId = Header(headers, WebhookDelivery.RequestIdHeader),
        UserId = Header(headers, WebhookDelivery.UserIdHeader),
        Timestamp = Header(headers, WebhookDelivery.TimestampHeader),
        Signature = Header(headers, WebhookDelivery.SignatureHeader),
    };

    private static byte[] Bytes(int row, object? body) => body switch
    {
        null => [],
        byte[] bytes => bytes,
        string text => Encoding.UTF8.GetBytes(text),
        IEnumerable<byte> bytes => [.. bytes],
        object?[] values when values.All(value => BoundValue.Plain(value) is byte) =>
            [.. values.Select(value => (byte)BoundValue.Plain(value)!)],
        _ => throw new InvalidInputException(CommandMessages.WebhookBodyMalformed.With(ValueName.Of(body))) { Row = row },
    };

    // A header that is there twice has no value: which of the two was signed is the sender's to say, not ours to guess.
    private static string? Header(object? headers, string name)
    {
        var values = All(BoundValue.Plain(headers))
            .Where(header => name.Equals(header.Name, StringComparison.OrdinalIgnoreCase))
            .SelectMany(header => Texts(header.Value))
            .Take(2)
            .ToList();
        return values.Count == 1 ? values[0] : null;
    }

    private static IEnumerable<(string? Name, object? Value)> All(object? headers) => headers switch
    {
        NameValueCollection collection => collection.AllKeys.Select(name => (name, (object?)collection.GetValues(name))),
        IDictionary table => table.Keys.Cast<object>().Select(key => (key.ToString(), table[key])),
        PSObject record => record.Properties.Select(property => ((string?)property.Name, (object?)property.Value)),

        // HttpHeaders, ASP.NET's headers and every generic dictionary: pairs, whatever their types are.
        IEnumerable pairs and not string => pairs.Cast<object?>().OfType<object>().Select(PSObject.AsPSObject)
            .Select(pair => (pair.Properties["Key"]?.Value?.ToString(), (object?)pair.Properties["Value"]?.Value)),
        null => [],
        _ => PSObject.AsPSObject(headers).Properties.Select(property => ((string?)property.Name, (object?)property.Value)),
    };

    private static IEnumerable<string> Texts(object? value) => BoundValue.Plain(value) switch
    {
        null => [],
        string text => [text],
        IEnumerable several => several.Cast<object?>().SelectMany(Texts),
        var one => [BoundValue.Text(one) ?? ""],
    };
}
