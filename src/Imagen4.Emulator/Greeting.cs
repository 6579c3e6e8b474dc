namespace Imagen4.Emulator;

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
