using System.Globalization;
using System.Management.Automation;
using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Reads what is to change about a profile: values of the command line, or cells that have been text on the way.</summary>
/// <param name="given">What is to change, by parameter.</param>
/// <param name="line">Writes the command as it may have been meant.</param>
internal sealed class ProviderCells(IReadOnlyDictionary<string, object?> given, ProviderCommandLine line)
{
    /// <summary>The protocol; null where none is given.</summary>
    /// <exception cref="InvalidInputException">There is none of that name.</exception>
    public HostProtocol? Protocol() => BoundValue.Plain(given.GetValueOrDefault("Protocol")) switch
    {
        null or "" => null,
        HostProtocol protocol => protocol,
        var text => Enum.TryParse<HostProtocol>($"{text}", ignoreCase: true, out var named) && Enum.IsDefined(named) ? named
            : throw ProtocolUnknown($"{text}"),
    };

    private InvalidInputException ProtocolUnknown(string text)
    {
        var names = Enum.GetNames<HostProtocol>();
        var begun = names.Where(name => name.StartsWith(text, StringComparison.OrdinalIgnoreCase)).ToList();
        var meant = begun.Count == 1 ? begun[0] : CloseMatch.Find(text, names);
        var hint = meant is null ? "" : CommandMessages.ProtocolMeant.With(meant);
        return new InvalidInputException(CommandMessages.ProtocolUnknown.With(PlainText.Brief(text), string.Join(", ", names), hint))
        {
            Parameter = "Protocol", NextCommand = meant is null ? null : line.With(("Protocol", meant)),
        };
    }

    /// <summary>An address; null where none is given, as in an empty cell of a table.</summary>
    /// <exception cref="InvalidInputException">No key may be sent there.</exception>
    public Uri? Address(string parameter)
    {
        if (Text(parameter) is not { } text)
        {
            return null;
        }

        // Without what may be secret in it, it may be one that is accepted: it is not what was given.
        var address = BoundValue.Plain(given[parameter]) is RefusedAddress ? null : ProviderAddress.Read(text);
        return address ?? throw new InvalidInputException(ProviderAddress.Refused(text).Message)
        {
            Parameter = parameter,
            NextCommand = ProviderAddress.Meant(text) is { } meant ? line.With((parameter, meant.OriginalString)) : null,
        };
    }

    /// <summary>True or false; null where neither is given.</summary>
    /// <exception cref="InvalidInputException">It is something else.</exception>
    public bool? Truth(string parameter) => BoundValue.Plain(given.GetValueOrDefault(parameter)) switch
    {
        null or "" => null,
        SwitchParameter chosen => chosen.IsPresent,
        bool chosen => chosen,
        var cell => bool.TryParse($"{cell}", out var read) ? read
            : throw new InvalidInputException(CommandMessages.NoApiKeyMalformed.With(PlainText.Brief($"{cell}"))) { Parameter = parameter },
    };

    /// <summary>The limit of requests at once; null where none is given.</summary>
    /// <exception cref="InvalidInputException">It is no whole number from 1 to 5000.</exception>
    public int? Limit() => Text("ConcurrencyLimit") is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= ProviderProfile.MostConcurrency ? limit
        : throw new InvalidInputException(CommandMessages.LimitMalformed.With(PlainText.Brief(text)));

    /// <summary>Whether a parameter is given and has a value that is not blank.</summary>
    public bool HasText(string parameter) =>
        BoundValue.List(given.GetValueOrDefault(parameter)).Any(item => !string.IsNullOrWhiteSpace($"{BoundValue.Plain(item)}"));

    /// <summary>Whether a parameter is given, be it empty.</summary>
    public bool Has(string parameter) => given.ContainsKey(parameter);

    /// <summary>A value as text without blanks around it; null where it is blank or not given.</summary>
    public string? Text(string parameter) => BoundValue.Plain(given.GetValueOrDefault(parameter)) switch
    {
        Uri address => address.OriginalString,
        var cell => Convert.ToString(cell, CultureInfo.InvariantCulture),
    } is var text && string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
