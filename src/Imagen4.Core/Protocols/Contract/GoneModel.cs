using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Contract;

/// <summary>A model that its host does not serve.</summary>
internal static class GoneModel
{
    /// <summary>The error: the host's own words, and what is known of the model's end and of its successor.</summary>
    /// <param name="host">The host.</param>
    /// <param name="model">The endpoint id.</param>
    /// <param name="said">What the host said.</param>
    /// <param name="status">The status it said it with.</param>
    public static ModelNotAvailableException Error(HostConnection host, string model, string said, int status)
    {
        var gone = Messages.ModelNotAvailable.With(model, host.Profile.Name, said);
        var known = ModelRetirement.Find(host.Profile, model)?.DescribeGone(host.Profile.Name) ?? ModelRetirement.Notice(host.Profile, model);
        var more = known is null ? CloseMatch.Hint(model, ModelCatalog.Ids(host.Profile)) : $" {known}";
        return new ModelNotAvailableException(more.Length == 0 ? gone : $"{gone.TrimEnd('.')}.{more}")
        {
            StatusCode = status,
        };
    }

    /// <summary>The error of a model that its host serves, and not to this account or this key.</summary>
    /// <param name="host">The host.</param>
    /// <param name="model">The endpoint id.</param>
    /// <param name="said">What the host said.</param>
    public static ModelNotAvailableException Refused(HostConnection host, string model, string said) =>
        new(Messages.ModelRefused.With(model, host.Profile.Name, said)) { StatusCode = 403 };
}
