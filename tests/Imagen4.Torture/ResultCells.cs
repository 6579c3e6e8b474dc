using System.Globalization;
using System.Reflection;

namespace Imagen4.Torture;

/// <summary>A result as a record of a pipeline: its properties by their names, as they are bound when it is piped on.</summary>
internal static class ResultCells
{
    private static readonly PropertyInfo[] Properties = typeof(ImagenResult).GetProperties();

    /// <summary>The cells of a result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="asText">Whether it comes out of a CSV, where every cell is a text.</param>
    public static IReadOnlyDictionary<string, object?> Of(ImagenResult result, bool asText) => Properties.ToDictionary(
        property => property.Name,
        property => property.GetValue(result) is var value && asText ? Convert.ToString(value, CultureInfo.InvariantCulture) : value,
        StringComparer.OrdinalIgnoreCase);
}
