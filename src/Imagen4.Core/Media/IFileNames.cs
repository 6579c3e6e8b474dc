namespace Imagen4.Core.Media;

/// <summary>What the images of one request are called, as paths within the output directory.</summary>
internal interface IFileNames
{
    /// <summary>The name of an image.</summary>
    /// <param name="image">The number of the image, from 1.</param>
    /// <param name="type">What it is.</param>
    /// <param name="cancellation">Stops it.</param>
    ValueTask<string> FirstAsync(int image, MediaType type, CancellationToken cancellation);

    /// <summary>Another name for an image, because a name is taken.</summary>
    /// <param name="image">The number of the image, from 1.</param>
    /// <param name="type">What it is.</param>
    /// <param name="taken">The name that is taken.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The name; null where there is no other.</returns>
    ValueTask<string?> NextAsync(int image, MediaType type, string taken, CancellationToken cancellation);
}

/// <summary>Names by a template that the user has given: each image has the one it gets.</summary>
/// <param name="template">The template.</param>
/// <param name="values">The request's values.</param>
internal sealed class TemplateNames(FileNameTemplate template, FileNameValues values) : IFileNames
{
    public ValueTask<string> FirstAsync(int image, MediaType type, CancellationToken cancellation) =>
        ValueTask.FromResult(template.Expand(values, image, type));

    public ValueTask<string?> NextAsync(int image, MediaType type, string taken, CancellationToken cancellation) =>
        ValueTask.FromResult<string?>(null);
}
