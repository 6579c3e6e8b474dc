using Imagen4.Core.Media.Terminal;

namespace Imagen4.PowerShell.Binding;

/// <summary>What a terminal says of itself in the environment, which is all that can be known without asking it.</summary>
/// <param name="Protocol">How it is sent images.</param>
/// <param name="Name">What it calls itself; null where it does not say.</param>
/// <param name="IsInTmux">Whether tmux stands between.</param>
internal sealed record TerminalChoice(TerminalProtocol Protocol, string? Name, bool IsInTmux)
{
    // In Visual Studio Code images are on by default from this version.
    private static readonly Version VsCodeWithImages = new(1, 102);

    private static readonly HashSet<string> ITerm2Programs =
        new(["iTerm.app", "WezTerm", "mintty", "rio", "Tabby"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Looks at the environment.</summary>
    /// <param name="variable">The value of a variable; null for none.</param>
    public static TerminalChoice Of(Func<string, string?> variable)
    {
        string? Value(string name) => variable(name) is { Length: > 0 } value ? value : null;

        var (term, program) = (Value("TERM"), Value("TERM_PROGRAM"));
        var isInTmux = Value("TMUX") is not null;
        var name = isInTmux ? Value("LC_TERMINAL") ?? program ?? term : program ?? Value("LC_TERMINAL") ?? term;
        return new TerminalChoice(Find(), name, isInTmux);

        // What a terminal sets for everything in it comes before what may be left over from the one it was started in.
        TerminalProtocol Find() =>
            term == "dumb" || Value("STY") is not null || Value("ZELLIJ") is not null ? TerminalProtocol.Link
            : term is "xterm-kitty" or "xterm-ghostty" ? TerminalProtocol.Kitty
            : program is not null && ITerm2Programs.Contains(program) ? TerminalProtocol.ITerm2
            : program is "vscode" ? OfVsCode(Value("TERM_PROGRAM_VERSION"))
            : program is "ghostty" ? TerminalProtocol.Kitty
            : program is not null && !isInTmux ? TerminalProtocol.Link
            : Value("LC_TERMINAL") == "iTerm2" || Value("WEZTERM_PANE") is not null || term == "mintty" ? TerminalProtocol.ITerm2
            : Value("KITTY_WINDOW_ID") is not null || Value("GHOSTTY_RESOURCES_DIR") is not null ? TerminalProtocol.Kitty
            : Value("KONSOLE_VERSION") is not null ? TerminalProtocol.ITerm2
            : TerminalProtocol.Link;
    }

    private static TerminalProtocol OfVsCode(string? version) =>
        Version.TryParse(version?.Split('-')[0], out var known) && known >= VsCodeWithImages ? TerminalProtocol.ITerm2 : TerminalProtocol.Link;
}
