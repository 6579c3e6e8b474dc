using System.Runtime.CompilerServices;

namespace Imagen4.Browser.Tests.Support;

/// <summary>A test that needs a browser; where there is none it says what did not run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute([CallerMemberName] string test = "")
    {
        if (Chromium.Path is null)
        {
            // In the name, too: runners print the names of skipped tests and hide the reason.
            Skip = "NOT RUN in a browser: chromium is not on the PATH";
            DisplayName = $"{Skip}: {test}";
        }
    }
}
