using System.Text.Json;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Fal;

/// <summary>The body of a submission: the input object itself, or why it is none.</summary>
internal sealed record SubmitBody(JsonElement Input, Failure? Refusal)
{
    /// <summary>The prompt as far as there is one, for rules that look for text in it.</summary>
    public string? Prompt => Refusal is null ? JsonText.PromptOf(Input) : null;

    /// <summary>The body of a call, read once, when it is first asked for.</summary>
    public static Lazy<Task<SubmitBody>> Unread(HttpContext context) => new(() => ReadAsync(context.Request, context.RequestAborted));

    private static async Task<SubmitBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            // Cloned, because bills and errors keep parts of it.
            using var document = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new SubmitBody(document.RootElement.Clone(), null)
                : Refused("model_attributes_type", "Input should be a valid dictionary or object to extract fields from");
        }
        catch (JsonException exception)
        {
            return Refused("json_invalid", $"JSON decode error: {exception.Message}");
        }
    }

    private static SubmitBody Refused(string type, string message) => new(default, Failure.Invalid([new Problem(["body"], type, message)]));
}
