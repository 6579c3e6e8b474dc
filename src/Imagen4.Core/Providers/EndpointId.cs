using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>
/// fal's name of a model: <c>owner/alias[/path]</c>. Submits go to the whole id; status, result and cancel
/// go to owner and alias only, with the namespaces <c>workflows</c> and <c>comfy</c> in front of them.
/// </summary>
public sealed record EndpointId
{
    private EndpointId(string full, string read)
    {
        Full = full;
        Read = read;
    }

    /// <summary>The whole id, where requests are submitted.</summary>
    public string Full { get; }

    /// <summary>The part under which requests are read and cancelled.</summary>
    public string Read { get; }

    /// <summary>Whether a text is an endpoint id.</summary>
    public static bool IsOne(string id)
    {
        try
        {
            _ = Parse(id);
            return true;
        }
        catch (InvalidInputException)
        {
            return false;
        }
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="InvalidInputException">It is not two or more plain segments.</exception>
    public static EndpointId Parse(string id)
    {
        var segments = id.Split('/');
        if (!segments.All(IsPlain))
        {
            throw Malformed(id);
        }

        var named = segments[0] is "workflows" or "comfy" ? 3 : 2;
        if (segments.Length < named)
        {
            // An old form without a slash: 123-app is the app of owner 123.
            return segments is [var only] && Legacy(only) is { } read ? new EndpointId(read, read) : throw Malformed(id);
        }

        return new EndpointId(id, string.Join('/', segments.Take(named)));
    }

    private static string? Legacy(string segment)
    {
        var dash = segment.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && dash < segment.Length - 1 && segment.AsSpan(0, dash).IndexOfAnyExceptInRange('0', '9') < 0
            ? $"{segment[..dash]}/{segment[(dash + 1)..]}"
            : null;
    }

    // The id becomes part of an address that a key is sent to: nothing in it may change where that address leads.
    private static bool IsPlain(string segment) =>
        segment.Length > 0
        && segment.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
        && segment.Any(char.IsAsciiLetterOrDigit);

    // Whoever knows a model by its name alone has left out its owner.
    private static InvalidInputException Malformed(string id) =>
        new(HostData.BuiltIn.Models.SelectMany(model => model.Ids).FirstOrDefault(known => known.EndsWith($"/{id}", StringComparison.Ordinal)) is { } meant
            ? Messages.EndpointIdMeant.With(PlainText.Brief(id), meant)
            : Messages.EndpointIdMalformed.With(PlainText.Brief(id)))
        {
            NextCommand = Messages.CommandListModels,
        };
}
