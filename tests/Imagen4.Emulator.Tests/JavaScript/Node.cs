using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace Imagen4.Emulator.Tests.JavaScript;

/// <summary>Node.js with the packages of the js directory.</summary>
internal static class Node
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static string Directory { get; } = typeof(Node).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "JavaScriptDirectory").Value!;

    public static string? WhatIsMissing()
    {
        if (!System.IO.Directory.Exists(Path.Combine(Directory, "node_modules", "@fal-ai", "client")))
        {
            return $"its packages are missing (npm ci in {Directory})";
        }

        try
        {
            using var process = Start("--version");
            process.WaitForExit();
            return process.ExitCode == 0 ? null : "node does not work";
        }
        catch (Win32Exception)
        {
            return "node is not on the PATH";
        }
    }

    /// <summary>Runs a scenario of client.mjs and gives what it printed.</summary>
    public static async Task<JsonElement> RunAsync(Uri address, string scenario)
    {
        using var process = Start(Path.Combine(Directory, "client.mjs"), address.GetLeftPart(UriPartial.Authority), scenario);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, await error);
        return JsonElement.Parse(await output);
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("node", arguments)
    {
        WorkingDirectory = Directory,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
