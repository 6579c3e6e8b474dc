using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Fal;

/// <summary>One entry of a model error's list.</summary>
internal sealed record ErrorDetail(IReadOnlyList<string> Loc, string Msg, string Type, string Url)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Ctx { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(AsReceivedConverter))]
    public JsonElement? Input { get; init; }

    public static ErrorDetail Of(Problem problem)
    {
        var url = $"https://docs.fal.ai/errors#{problem.Type}";
        return new ErrorDetail(problem.Location, problem.Message, problem.Type, url) { Ctx = problem.Context, Input = problem.Input };
    }
}
