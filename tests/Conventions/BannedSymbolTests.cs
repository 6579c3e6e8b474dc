using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;

namespace Imagen4.Conventions;

/// <summary>
/// The compiler refuses what src/BannedSymbols.txt names. It says nothing of a name that is misspelt, and of an overload
/// that is missing: both would be a ban of nothing.
/// </summary>
public sealed class BannedSymbolTests
{
    private static readonly Assembly[] Libraries =
    [
        typeof(Task).Assembly, typeof(BlockingCollection<>).Assembly, typeof(Process).Assembly, typeof(Barrier).Assembly,
        typeof(System.Timers.Timer).Assembly,
    ];

    private static readonly string[] Banned =
    [
        .. File.ReadLines(Repository.File("src", "BannedSymbols.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal))
            .Select(line => line.Split(';')[0]),
    ];

    [Fact]
    public void Every_banned_symbol_exists()
    {
        var known = Libraries.SelectMany(library => library.GetExportedTypes()).SelectMany(Symbols).ToHashSet(StringComparer.Ordinal);

        Assert.All(Banned, symbol => Assert.Contains(symbol, known));
    }

    [Theory]
    [InlineData(typeof(Task), nameof(Task.Wait))]
    [InlineData(typeof(Task), nameof(Task.WaitAll))]
    [InlineData(typeof(Task), nameof(Task.WaitAny))]
    [InlineData(typeof(Thread), nameof(Thread.Sleep))]
    [InlineData(typeof(Thread), nameof(Thread.Join))]
    [InlineData(typeof(SemaphoreSlim), nameof(SemaphoreSlim.Wait))]
    [InlineData(typeof(CountdownEvent), nameof(CountdownEvent.Wait))]
    [InlineData(typeof(BlockingCollection<>), nameof(BlockingCollection<>.Take))]
    [InlineData(typeof(Process), nameof(Process.WaitForExit))]
    public void Every_overload_of_what_blocks_is_banned(Type type, string method) => Assert.All(
        type.GetMethods().Where(found => found.Name == method),
        overload => Assert.Contains(Symbol(overload), Banned));

    private static IEnumerable<string> Symbols(Type type) =>
    [
        $"T:{Name(type)}",
        .. type.GetProperties().Select(property => $"P:{Name(type)}.{property.Name}"),
        .. type.GetMethods().Select(Symbol),
        .. type.GetConstructors().Select(Symbol),
    ];

    // As the compiler writes it in documentation files.
    private static string Symbol(MethodBase method)
    {
        var parameters = string.Join(',', method.GetParameters().Select(parameter => Name(parameter.ParameterType)));
        var arguments = parameters.Length == 0 ? "" : $"({parameters})";
        return $"M:{Name(method.DeclaringType!)}.{method.Name.Replace('.', '#')}{arguments}";
    }

    private static string Name(Type type) => type switch
    {
        { IsByRef: true } => Name(type.GetElementType()!) + "@",
        { IsSZArray: true } => Name(type.GetElementType()!) + "[]",
        { IsGenericParameter: true } => $"{(type.DeclaringMethod is null ? "`" : "``")}{type.GenericParameterPosition}",
        { IsGenericType: true, IsGenericTypeDefinition: false } =>
            $"{Name(type.GetGenericTypeDefinition()).Split('`')[0]}{{{string.Join(',', type.GetGenericArguments().Select(Name))}}}",
        _ => (type.FullName ?? type.Name).Replace('+', '.'),
    };
}
