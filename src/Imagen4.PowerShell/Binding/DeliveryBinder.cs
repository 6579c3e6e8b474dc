using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Text;
using Imagen4.Core;
using Imagen4.Core.Webhooks;

namespace Imagen4.PowerShell.Binding;

/// <summary>Turns what a script got from its web server into a webhook: every server has another kind of headers.</summary>
internal static class DeliveryBinder
{
    /// <summary>Binds one webhook.</summary>
    /// <exception cref="InvalidInputException">The body is neither bytes nor text.</exception>
    public static WebhookDelivery Bind(int row, object? body, object? headers) => new()
    {
        Body = Bytes(row, body),
        RequestId = Header(headers, WebhookDelivery.RequestIdHeader),
        UserId = Header(headers, WebhookDelivery.UserIdHeader),
        Timestamp = Header(headers, WebhookDelivery.TimestampHeader),
        Signature = Header(headers, WebhookDelivery.SignatureHeader),
    };

    private static byte[] Bytes(int row, object? body) => Unwrap.Value(body) switch
    {
        byte[] bytes => bytes,
        string text => Encoding.UTF8.GetBytes(text),
        object?[] values when values.All(value => Unwrap.Value(value) is byte) => [.. values.Select(value => (byte)Unwrap.Value(value)!)],
        var other => throw new InvalidInputException(Messages.WebhookBodyMalformed.With(row, other?.GetType().Name ?? "null")),
    };

    private static string? Header(object? headers, string name)
    {
        var value = Unwrap.Value(headers) switch
        {
            NameValueCollection collection => collection[name],
            IDictionary table => table.Keys.Cast<object>()
                .Where(key => name.Equals(key.ToString(), StringComparison.OrdinalIgnoreCase))
                .Select(key => table[key])
                .FirstOrDefault(),
            PSObject record => record.Properties[name]?.Value,
            _ => null,
        };

        // Some servers keep every header as a list.
        return Unwrap.Value(value) switch
        {
            string text => text,
            IEnumerable list => list.Cast<object?>().FirstOrDefault()?.ToString(),
            var other => other?.ToString(),
        };
    }
}
