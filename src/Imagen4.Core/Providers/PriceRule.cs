using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>
/// How many of its price's units a request to a model comes to, at most: data with a date and a source. It holds no price.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PriceRule
{
    /// <summary>The endpoint ids.</summary>
    public IReadOnlyList<string> Ids { get; init => field = value ?? []; } = [];

    /// <summary>The protocols through which this holds.</summary>
    public IReadOnlyList<HostProtocol> Protocols { get; init => field = value ?? []; } = [];

    /// <summary>What is counted, in the singular: <c>image</c>.</summary>
    public required string Unit { get; init; }

    /// <summary>The input that says how many images are asked for.</summary>
    public string Count { get; init => field = value ?? "num_images"; } = "num_images";

    /// <summary>How many images there are where that input is not given.</summary>
    public int CountDefault { get; init => field = value > 0 ? value : 1; } = 1;

    /// <summary>Inputs whose choices make an image cost more or less units.</summary>
    public IReadOnlyList<PriceFactor> Factors { get; init => field = value ?? []; } = [];

    /// <summary>Inputs that add an amount to every image.</summary>
    public IReadOnlyList<PriceExtra> Extras { get; init => field = value ?? []; } = [];

    /// <summary>Inputs with which nobody can say beforehand how many images there will be.</summary>
    public IReadOnlyList<InputValue> Open { get; init => field = value ?? []; } = [];

    /// <summary>When this was documented or read, as a date.</summary>
    public required string Date { get; init; }

    /// <summary>Where.</summary>
    public required string Source { get; init; }

    /// <summary>The rule of a model at a provider: the user's own first; null where none is known.</summary>
    /// <exception cref="InvalidInputException">The user's definitions cannot be read.</exception>
    public static PriceRule? Find(ProviderProfile profile, string model) => UserModels.LoadPrices().Concat(HostData.BuiltIn.Prices)
        .FirstOrDefault(rule => rule.Protocols.Contains(profile.Protocol) && rule.Ids.Contains(model));

    /// <summary>The number of images that a request asks for; null where that cannot be said beforehand.</summary>
    public long? Images(ImageInput input) =>
        Open.Any(open => open.Is(input)) ? null
        : InputValue.Of(input, Count) is not { } given ? CountDefault
        : long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 0 and <= int.MaxValue ? count
        : null;

    /// <summary>How many units an image of a request comes to; null for a choice that nothing is known of.</summary>
    public decimal? UnitsPerImage(ImageInput input)
    {
        var units = 1m;
        foreach (var factor in Factors)
        {
            if (!factor.By.TryGetValue(InputValue.Of(input, factor.Input) ?? factor.Default, out var by))
            {
                return null;
            }

            units *= by;
        }

        return units;
    }

    /// <summary>The amounts that a request adds to every image.</summary>
    public IEnumerable<PriceExtra> ExtrasOf(ImageInput input) => Extras.Where(extra => extra.Is(input));

    /// <summary>The rule in one line, for a user.</summary>
    public string Describe()
    {
        var said = new List<string> { Messages.PriceCounts.With(Unit, InputField.ParameterFor(Count)) };
        said.AddRange(Factors.Select(factor => Messages.PriceFactors.With(
            InputField.ParameterFor(factor.Input),
            string.Join(", ", factor.By.Select(by => string.Create(CultureInfo.InvariantCulture, $"{by.Key} x {by.Value}"))))));
        said.AddRange(Extras.Select(extra => Messages.PriceExtra.With(
            InputField.ParameterFor(extra.Input), extra.Value, extra.Amount, extra.Currency, Unit)));
        said.AddRange(Open.Select(open => Messages.PriceOpen.With(InputField.ParameterFor(open.Input), open.Value)));
        return string.Join("; ", said);
    }
}

/// <summary>An input whose choices make an image cost more or less units.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PriceFactor
{
    /// <summary>The API's own spelling.</summary>
    public required string Input { get; init; }

    /// <summary>The choice that holds where the input is not given.</summary>
    public required string Default { get; init; }

    /// <summary>The units of an image, by choice.</summary>
    public required IReadOnlyDictionary<string, decimal> By { get; init; }
}

/// <summary>An input that adds an amount to every image.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PriceExtra
{
    /// <summary>The API's own spelling.</summary>
    public required string Input { get; init; }

    /// <summary>The value with which it does, as JSON writes it.</summary>
    public required string Value { get; init; }

    /// <summary>The amount.</summary>
    public required decimal Amount { get; init; }

    /// <summary>Its currency.</summary>
    public required string Currency { get; init; }

    /// <summary>Whether a request has it.</summary>
    public bool Is(ImageInput input) => new InputValue { Input = Input, Value = Value }.Is(input);
}

/// <summary>An input with one of its values.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record InputValue
{
    /// <summary>The API's own spelling.</summary>
    public required string Input { get; init; }

    /// <summary>The value, as JSON writes it.</summary>
    public required string Value { get; init; }

    /// <summary>Whether a request has it.</summary>
    public bool Is(ImageInput input) => Of(input, Input) == Value;

    /// <summary>The value that a request gives to an input, as text; null for none.</summary>
    public static string? Of(ImageInput input, string name)
    {
        var member = input.Members().FirstOrDefault(member => member.Key == name).Value;
        return member switch
        {
            null or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
            true or JsonElement { ValueKind: JsonValueKind.True } => "true",
            false or JsonElement { ValueKind: JsonValueKind.False } => "false",
            JsonElement json => JsonText.Text(json),
            _ => Convert.ToString(member, CultureInfo.InvariantCulture),
        };
    }
}
