using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Images;
using Imagen4.Emulator.Media;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>
/// The result in one of two shapes, because the host's document has two: its example, with files to fetch, is what it
/// answers by default; its schema, with a status of its own, is what it answers when the client wants base64.
/// </summary>
internal static class GenerationsOutput
{
    private const long CreditsPerImage = 105_000;

    public static JsonAnswer Write(Job job, string baseAddress) =>
        job.Plan.ResultFault == ResultFault.NotJson ? new JsonAnswer(200, "This is not JSON."u8.ToArray())
        : job.Plan.Inline ? JsonAnswer.Of(200, Data(job), GenerationsJson.Wire.DataAnswer)
        : JsonAnswer.Of(201, Images(job, baseAddress), GenerationsJson.Wire.ImagesAnswer);

    private static DataAnswer Data(Job job) => new(
        [.. job.Plan.Images.Select(image => new DataImage(Convert.ToBase64String(image.Render())))],
        new DataMeta(new DataUsage(job.Plan.Images.Count * CreditsPerImage)));

    private static ImagesAnswer Images(Job job, string baseAddress) =>
        new([.. job.Plan.Images.Select(image => File(job, image, baseAddress))], job.Plan.Seed);

    private static GeneratedImage File(Job job, ImageRecipe image, string baseAddress)
    {
        var url = MediaUrl.Of(baseAddress, job, image);
        // The same name for every file of every answer, as in the example: a client cannot save by it alone.
        return job.Plan.ResultFault == ResultFault.NullFields
            ? new GeneratedImage(url, null, null, null)
            : new GeneratedImage(url, image.Format.ContentType, $"output.{image.Format.Name}", image.Render().Length);
    }
}
