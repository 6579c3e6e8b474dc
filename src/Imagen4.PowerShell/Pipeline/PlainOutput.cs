using System.Management.Automation;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>Whether a terminal is sent text alone.</summary>
internal static class PlainOutput
{
    /// <summary>Whether the user or the terminal wants no escape sequences.</summary>
    /// <param name="command">The command that writes.</param>
    public static bool IsWanted(PSCmdlet command) => Environment.GetEnvironmentVariable("TERM") == "dumb"
        || (command.SessionState.PSVariable.GetValue("PSStyle") is { } style
            && PSObject.AsPSObject(style).Properties["OutputRendering"]?.Value?.ToString() == "PlainText");

    /// <summary>Whether the console shows links; the one of Linux without a desktop prints them.</summary>
    /// <param name="command">The command that writes.</param>
    public static bool HasLinks(PSCmdlet command) =>
        command.Host.UI is { SupportsVirtualTerminal: true } && !IsWanted(command) && Environment.GetEnvironmentVariable("TERM") != "linux";
}
