using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Imagen4.Core.Providers;

namespace Imagen4.Conventions;

/// <summary>
/// The folders of the core are its layers: one may use those below it, never one above. Within a layer, no two folders use each
/// other, directly or by way of a third.
/// </summary>
public sealed class LayerTests
{
    private const string Root = "Imagen4.Core.";

    // From the top. Emulator stands beside them: only the cmdlets use it.
    private static readonly string[] Layers =
        ["Emulator", "Gallery", "Pipeline", "Ledger", "Protocols", "Media", "Providers", "Http", "Input", "Text"];

    private static readonly Lazy<IReadOnlyList<Arrow>> Arrows = new(() =>
    [
        .. new ArchLoader().LoadAssembly(typeof(ProviderProfile).Assembly).Build().Types
            .Where(type => Folder(type) is not null)
            .SelectMany(type => type.Dependencies.Select(dependency => new Arrow(type, dependency.Target)))
            .Where(arrow => arrow.To is not GenericParameter && Folder(arrow.To) is { } to && to != Folder(arrow.From))
            .DistinctBy(arrow => (arrow.From.FullName, arrow.To.FullName)),
    ]);

    [Fact]
    public void Every_folder_belongs_to_a_layer() => Assert.All(
        Arrows.Value.SelectMany(arrow => new[] { arrow.From, arrow.To }).Select(type => Layer(Folder(type)!)).Distinct(),
        layer => Assert.Contains(layer, Layers));

    [Fact]
    public void No_layer_uses_one_above_it() => Assert.Empty(Arrows.Value
        .Where(arrow => Rank(arrow.To) < Rank(arrow.From) || (Rank(arrow.To) == 0 && Rank(arrow.From) != 0))
        .Select(arrow => arrow.ToString()));

    [Fact]
    public void No_two_folders_use_each_other()
    {
        var uses = Arrows.Value.ToLookup(arrow => Folder(arrow.From)!, arrow => Folder(arrow.To)!);

        Assert.All(uses, folder => Assert.True(
            !Reachable(folder.Distinct(), uses).Contains(folder.Key),
            $"{folder.Key} is in a cycle: " + string.Join(
                "; ", Arrows.Value.Where(arrow => Folder(arrow.From) == folder.Key && Reachable([Folder(arrow.To)!], uses).Contains(folder.Key)))));
    }

    private static HashSet<string> Reachable(IEnumerable<string> from, ILookup<string, string> uses)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var next = new Queue<string>(from);
        while (next.TryDequeue(out var folder))
        {
            if (found.Add(folder))
            {
                foreach (var used in uses[folder])
                {
                    next.Enqueue(used);
                }
            }
        }

        return found;
    }

    // Generated code has namespaces of its own.
    private static string? Folder(IType type) => type.Namespace?.FullName is { } name && name.StartsWith(Root, StringComparison.Ordinal)
        ? name[Root.Length..]
        : null;

    private static string Layer(string folder) => folder.Split('.')[0];

    private static int Rank(IType type) => Array.IndexOf(Layers, Layer(Folder(type)!));

    private sealed record Arrow(IType From, IType To)
    {
        public override string ToString() => $"{From.FullName[Root.Length..]} uses {To.FullName[Root.Length..]}";
    }
}
