using System.Text.Json;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Images;
using Imagen4.Emulator.Media;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Fal;

/// <summary>The JSON of a successful result: those properties that the model had at the date of the snapshot, in its order.</summary>
internal static class ModelOutput
{
    public static byte[] Write(Job job, Snapshot snapshot, string baseAddress)
    {
        if (job.Plan.ResultFault == ResultFault.NotJson)
        {
            return "This is not JSON."u8.ToArray();
        }

        snapshot = Catalogue.Default.SchemaOf(Catalogue.Default.FindModel(job.Endpoint.ToString()), snapshot);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = PlainText.Encoder }))
        {
            json.WriteStartObject();
            foreach (var property in snapshot.Output)
            {
                json.WritePropertyName(property);
                WriteProperty(json, property, job, snapshot, baseAddress);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteProperty(Utf8JsonWriter json, string property, Job job, Snapshot snapshot, string baseAddress)
    {
        switch (property)
        {
            case "images":
                json.WriteStartArray();
                foreach (var image in job.Plan.Images)
                {
                    WriteFile(json, image, job, snapshot, baseAddress);
                }

                json.WriteEndArray();
                break;
            case "seed":
                json.WriteNumberValue(job.Plan.Seed);
                break;
            case "description":
                json.WriteStringValue("");
                break;
            default:
                throw new InvalidOperationException($"The catalogue names an output property '{property}' that nothing writes.");
        }
    }

    private static void WriteFile(Utf8JsonWriter json, ImageRecipe image, Job job, Snapshot snapshot, string baseAddress)
    {
        var content = job.Plan.Inline ? image.Render() : null;
        var url = content is null
            ? MediaUrl.Of(baseAddress, job, image)
            : $"data:{image.Format.ContentType};base64,{Convert.ToBase64String(content)}";

        json.WriteStartObject();
        foreach (var property in snapshot.File)
        {
            json.WritePropertyName(property);
            switch (property)
            {
                case "url":
                    json.WriteStringValue(url);
                    break;
                case var _ when job.Plan.ResultFault == ResultFault.NullFields:
                    json.WriteNullValue();
                    break;
                case "content_type":
                    json.WriteStringValue(image.Format.ContentType);
                    break;
                case "file_name":
                    json.WriteStringValue(image.FileName);
                    break;
                case "file_size" when content is not null:
                    json.WriteNumberValue(content.Length);
                    break;
                case "file_size":
                    // Unknown before the file is rendered, which happens when it is downloaded.
                    json.WriteNullValue();
                    break;
                case "width":
                    json.WriteNumberValue(image.Size.Width);
                    break;
                case "height":
                    json.WriteNumberValue(image.Size.Height);
                    break;
                default:
                    throw new InvalidOperationException($"The catalogue names a file property '{property}' that nothing writes.");
            }
        }

        json.WriteEndObject();
    }
}
