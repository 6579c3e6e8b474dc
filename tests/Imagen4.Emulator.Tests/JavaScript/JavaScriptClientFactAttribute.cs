using System.Runtime.CompilerServices;

namespace Imagen4.Emulator.Tests.JavaScript;

/// <summary>A test that needs Node.js and the installed npm packages; where they are missing it says what did not run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JavaScriptClientFactAttribute : FactAttribute
{
    private static readonly string? Missing = Node.WhatIsMissing();

    public JavaScriptClientFactAttribute([CallerMemberName] string test = "")
    {
        if (Missing is not null)
        {
            // In the name, too: runners print the names of skipped tests and hide the reason.
            Skip = $"NOT RUN against the official JavaScript client: {Missing}";
            DisplayName = $"{Skip}: {test}";
        }
    }
}
