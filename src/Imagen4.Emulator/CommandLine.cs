using System.Globalization;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator;

/// <summary>The arguments of the program, read into options.</summary>
internal sealed record CommandLine(EmulatorOptions Options, bool EndWithStdin, bool ShowHelp)
{
    public static string Usage { get; } = $"""
        Imagen4.Emulator [--port 0] [--slots 4] [--generation-time 0.5] [--key VALUE] [--schema NAME] [--end-with-stdin]

          --port N               port on 127.0.0.1; 0 takes any free one
          --slots N              jobs that run at the same time; the others wait in the queue
          --generation-time S    seconds that each job runs; 0 finishes it at once
          --key VALUE            accept this key only; without it any key will do
          --schema NAME          input schema: {string.Join(", ", Catalogue.Default.SnapshotNames)}; {Catalogue.DefaultSnapshot} by default
          --end-with-stdin       end when standard input closes (the parent is gone), and not by Ctrl+C
          --help                 show this text
        """;

    /// <exception cref="FormatException">The message says, in one line, what is wrong with the arguments.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var parsed = new CommandLine(new EmulatorOptions(), EndWithStdin: false, ShowHelp: false);
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{name} needs a value");
            parsed = name switch
            {
                "--help" or "-h" or "-?" => parsed with { ShowHelp = true },
                "--end-with-stdin" => parsed with { EndWithStdin = true },
                "--port" => parsed.With(o => o with { Port = WholeNumber(name, Value(), 0, 65535) }),
                "--slots" => parsed.With(o => o with { Slots = WholeNumber(name, Value(), 1, 10_000) }),
                "--generation-time" => parsed.With(o => o with { GenerationTime = Seconds(name, Value()) }),
                "--key" => parsed.With(o => o with { Key = NotEmpty(name, Value()) }),
                "--schema" => parsed.With(o => o with { Schema = SchemaName(Value()) }),
                _ => throw new FormatException($"unknown argument '{name}'; --help lists what there is"),
            };
        }

        return parsed;
    }

    private CommandLine With(Func<EmulatorOptions, EmulatorOptions> change) => this with { Options = change(Options) };

    private static int WholeNumber(string name, string text, int minimum, int maximum) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number
            : throw new FormatException($"{name} takes a whole number from {minimum} to {maximum}, not '{text}'");

    private static TimeSpan Seconds(string name, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"{name} takes seconds from 0 to 86400, such as 0.5, not '{text}'");

    private static string NotEmpty(string name, string text) =>
        string.IsNullOrWhiteSpace(text) ? throw new FormatException($"{name} needs a value") : text;

    private static string SchemaName(string text) =>
        Catalogue.Default.SnapshotNames.Contains(text)
            ? text
            : throw new FormatException($"--schema takes {string.Join(", ", Catalogue.Default.SnapshotNames)}, not '{text}'");
}

/// <summary>What the program says once it listens. Its first line is read by machines and never changes.</summary>
internal static class Greeting
{
    public static string For(Uri address, EmulatorOptions options)
    {
        var root = address.GetLeftPart(UriPartial.Authority);
        var keys = options.Key is null ? "any key" : "one key";
        return $$"""
            Imagen4 emulator listening on {{root}}
            Page:      {{root}}/
            Bill log:  {{root}}/_emulator/bills
            Queue:     {{options.Slots}} slots, {{options.GenerationTime.TotalSeconds:0.###}} s a job, schema {{options.Schema}}, {{keys}}
            Try it:    curl {{root}}/fal-ai/imagen4/preview -H 'Authorization: Key {{options.Key ?? "any"}}' -d '{"prompt":"a red fox"}'
            Point a client of fal's queue at {{root}} in place of https://queue.fal.run. Ctrl+C ends it.
            """;
    }
}
