using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Imagen4.Core.Tests.Support;

/// <summary>
/// Checks what has to hold for everything that FsCheck thinks of. Every run thinks of the same cases; other ones, or the very one
/// that a failure says how to replay, are asked for by IMAGEN4_TEST_SEED: "(1,3)", or with the size "(1,3,2)".
/// </summary>
internal static class Always
{
    private static readonly ulong[] Seed =
    [
        .. (Environment.GetEnvironmentVariable("IMAGEN4_TEST_SEED") ?? "1,3").Trim('(', ')').Split(',')
            .Select(number => ulong.Parse(number, CultureInfo.InvariantCulture)),
    ];

    /// <summary>Checks it with a number of values.</summary>
    public static void Holds<T>(Gen<T> values, Func<T, bool> property, int cases = 500) => Run(Prop.ForAll(Arb.From(values), property), cases);

    /// <summary>Checks it with a number of sequences, none longer than a limit. One that fails is cut down to what it takes to fail.</summary>
    public static void Holds<T>(Gen<T> step, int longest, Func<T[], bool> property, int cases = 500) =>
        Run(Prop.ForAll(Sequences(step, longest), property), cases);

    /// <summary>The same for what takes its time.</summary>
    public static void Holds<T>(Gen<T> step, int longest, Func<T[], Task> property, int cases) =>
        Run(Prop.ForAll(Sequences(step, longest), property), cases);

    private static Arbitrary<T[]> Sequences<T>(Gen<T> step, int longest) => Arb.From(
        Gen.Choose(0, longest).SelectMany(length => Gen.ArrayOf(step, length)),
        steps => steps.Select((_, left) => steps.Where((_, at) => at != left).ToArray()));

    private static void Run(FsCheck.Property property, int cases) =>
        Check.One(
            Seed is [var seed, var gamma, var size]
                ? Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(seed, gamma, (int)size)
                : Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(Seed[0], Seed[1]),
            property);
}
