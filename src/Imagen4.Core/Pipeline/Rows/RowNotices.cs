using System.Collections.Concurrent;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>What a user should know of the rows of a batch, each said once, however many rows it is true of.</summary>
/// <param name="options">Options for every row.</param>
internal sealed class RowNotices(BatchOptions options)
{
    private readonly ConcurrentDictionary<string, bool> _said = new(StringComparer.Ordinal);

    /// <summary>Warns once.</summary>
    /// <param name="about">What the warning is about.</param>
    /// <param name="text">The warning.</param>
    public void Warn(string about, string text) => SayOnce(about, options.Warn, text);

    /// <summary>Says that nobody knows what a model takes.</summary>
    public void SayUnchecked(string model) => SayOnce(model, options.Trace, Messages.ModelUnchecked.With(model));

    /// <summary>Warns of a model that ends. Only of what is to be paid for: a row that goes on has been.</summary>
    public void WarnOfRetirement(CheckedRow row)
    {
        var profile = row.Host.Profile;
        if (row.IsNew && _said.TryAdd($"end of {profile.Name} {row.Model}", true)
            && ModelRetirement.Notice(profile, row.Model) is { } notice)
        {
            // Models that ended together are one piece of news.
            Warn($"end of {profile.Name}: {ModelRetirement.Find(profile, row.Model)?.Ids[0] ?? row.Model}", notice);
        }
    }

    /// <summary>Warns of inputs that seem to be missing, or have a better name.</summary>
    public void WarnOfInput(ImageInput input, string model, ModelDefinition definition)
    {
        foreach (var parameter in InputCheck.Superseded(input, definition))
        {
            Warn($"{model} {parameter}", Messages.InputSuperseded.With(parameter, model));
        }

        // Models that change images may take other things instead, a film or a sound, so that none of them is required.
        if (definition is { Category: "image-to-image", ImageInput: not null }
            && input.AdditionalInput?.Keys.Any(name =>
                name.EndsWith("_url", StringComparison.Ordinal) || name.EndsWith("_urls", StringComparison.Ordinal)) != true)
        {
            Warn($"images of {model}", Messages.ImagesMissing.With(model));
        }
    }

    private void SayOnce(string about, Action<string>? say, string text)
    {
        if (_said.TryAdd(about, true))
        {
            say?.Invoke(text);
        }
    }
}
