using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Media;

/// <summary>Whatever a template and a row say, a file has a name of its own, below the output directory, that every system takes.</summary>
public sealed class FileNameProperties : IDisposable
{
    private const int MostImages = 3;

    // The longest ending that a template may have, and a number behind the name of an image that is not the first.
    private const int LongestEnding = 5;

    private static readonly Gen<FileNameValues> Values =
        from index in Gen.Choose(0, int.MaxValue)
        from key in HostileText.Any
        from prompt in HostileText.Any
        from id in HostileText.Any
        from provider in HostileText.Any
        from model in HostileText.Any
        from known in Gen.Choose(0, 63)
        select new FileNameValues
        {
            Index = (known & 1) == 0 ? null : index,
            Key = (known & 2) == 0 ? null : key,
            Prompt = (known & 4) == 0 ? null : prompt,
            RequestId = (known & 8) == 0 ? null : id,
            Provider = (known & 16) == 0 ? null : provider,
            Model = (known & 32) == 0 ? null : model,
            Seed = known == 0 ? null : -index,
        };

    private static readonly Gen<string> Templates = Gen.Frequency(
        (3, Gen.Choose(1, 5)
            .SelectMany(count => Gen.ArrayOf(
                Gen.Frequency(
                    (3, Gen.Elements(FileNameTemplate.Placeholders.Select(name => $"{{{name}}}").ToArray())),
                    (2, Gen.Elements("/", "-", "con", ".", "..", " ", ".png", "nul.", "a")),
                    (1, HostileText.Any)),
                count))
            .Select(parts => string.Concat(parts))),
        (1, HostileText.Any));

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Any_text_becomes_a_name_that_every_system_takes() =>
        Always.Holds(HostileText.Any, text => SafeFileNameTests.IsSafe(SafeFileName.Whole(text)));

    [Fact]
    public void A_name_becomes_itself() =>
        Always.Holds(HostileText.Any, text => SafeFileName.Whole(SafeFileName.Whole(text)) == SafeFileName.Whole(text));

    [Fact]
    public void The_path_of_an_image_stays_in_the_directory_and_every_part_of_it_is_a_name() => Always.Holds(
        from template in Templates from values in Values from image in Gen.Choose(1, MostImages) select (template, values, image),
        one => Template(one.template) is not { IsDefault: false } template || MediaType.Saved.All(type =>
        {
            var path = template.Expand(one.values, one.image, type);
            var parts = path.Split(Path.DirectorySeparatorChar);
            var file = parts[^1][..^Path.GetExtension(path).Length];
            return Path.GetFullPath(Path.Combine(_temp.Path, path)) == Path.Combine(_temp.Path, path)
                && parts[..^1].Append(file).All(SafeFileNameTests.IsSafe)
                && Encoding.UTF8.GetByteCount(parts[^1]) <= 180 + LongestEnding
                && path == new FileNameTemplate(one.template).Expand(one.values, one.image, type);
        }));

    [Fact]
    public void A_default_name_is_one_part_that_every_system_takes() => Always.Holds(
        from values in Values from image in Gen.Choose(1, MostImages) from attempt in Gen.Choose(1, 1000) select (values, image, attempt),
        one => FileNameTemplate.Default(one.values, one.image, one.attempt) is var name
            && SafeFileNameTests.IsSafe(SafeFileName.Whole(name)) && Path.GetFileName(name) == name && name[0] is not ('.' or '-')
            && Encoding.UTF8.GetByteCount(name) <= 200
            && name != FileNameTemplate.Default(one.values, one.image, one.attempt + 1)
            && name != FileNameTemplate.Default(one.values, one.image + 1, one.attempt));

    [Fact]
    public void The_images_of_a_request_have_different_names() => Always.Holds(
        from template in Templates from values in Values select (template, values),
        one => Template(one.template) is not { IsDefault: false } template
            || Names(template, one.values).Distinct(StringComparer.OrdinalIgnoreCase).Count() == MostImages);

    [Fact]
    public void No_two_rows_have_one_name() => Always.Holds(
        from template in Gen.Frequency((3, Gen.Constant("{Key}")), (1, Gen.Constant("{Key}-{ImageIndex}")), (2, Templates))
        from values in Values
        from key in Gen.Elements("a", "A", "a-2", "a.2", "é", "e\u0301", "con", "image-con")
        select (template, values: values with { Key = key }),
        longest: 6,
        rows =>
        {
            var folder = new OutputFolder(_temp.At("out"), force: false);
            var given = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            return rows.All(row => Template(row.template) is not { IsDefault: false } template
                || !IsClaimed(folder, Names(template, row.values)) || Names(template, row.values).All(given.Add));
        });

    private static bool IsClaimed(OutputFolder folder, string[] names)
    {
        try
        {
            folder.Claim(isNew: true, names, [.. names.Select(name => $"{name}.png")]);
            return true;
        }
        catch (InvalidInputException)
        {
            return false;
        }
    }

    private static string[] Names(FileNameTemplate template, FileNameValues values) =>
        [.. Enumerable.Range(1, MostImages).Select(image => template.Expand(values, image))];

    private static FileNameTemplate? Template(string text)
    {
        try
        {
            return new FileNameTemplate(text);
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }
}
