using System.Management.Automation;
using System.Management.Automation.Language;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>What a command is given, and what becomes of its objects, as far as the line of the script tells.</summary>
internal static class CommandLine
{
    /// <summary>Whether they are output as they are: no other command takes them, and they are not assigned or computed with.</summary>
    /// <param name="invocation">The command.</param>
    public static bool IsShown(InvocationInfo invocation)
    {
        if (invocation.PipelinePosition < invocation.PipelineLength)
        {
            return false;
        }

        return Find(invocation)?.Parent is not PipelineAst pipeline || pipeline.Parent switch
        {
            NamedBlockAst => true,
            StatementBlockAst { Parent: not (SubExpressionAst or ArrayExpressionAst) } => true,
            _ => false,
        };
    }

    /// <summary>What is before a command in its pipeline, as it is written.</summary>
    /// <param name="invocation">The command.</param>
    public static string Before(InvocationInfo invocation) => Find(invocation) is { Parent: PipelineAst pipeline } command
        ? pipeline.Extent.Text[..(command.Extent.StartOffset - pipeline.Extent.StartOffset)]
        : "";

    /// <summary>An argument of a command as it is written, without parentheses around it.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="parameter">The parameter, which is also the command's first argument.</param>
    /// <returns>Null where it cannot be told, as of a parameter that is splatted.</returns>
    public static string? Argument(InvocationInfo invocation, string parameter)
    {
        if (Find(invocation) is not CommandAst command)
        {
            return null;
        }

        var elements = command.CommandElements.ToList();
        var named = elements.FindIndex(element => element is CommandParameterAst { Argument: null } one
            && one.ParameterName.Equals(parameter, StringComparison.OrdinalIgnoreCase));
        return elements.ElementAtOrDefault(Math.Max(named, 0) + 1) switch
        {
            ParenExpressionAst inner => inner.Pipeline.Extent.Text,
            VariableExpressionAst { Splatted: true } or CommandParameterAst => null,
            var argument => argument?.Extent.Text,
        };
    }

    // Of a statement over several lines this is one, which is read as far as it goes.
    private static CommandAst? Find(InvocationInfo invocation) => Parser.ParseInput(invocation.Line ?? "", out _, out _).Find(
        ast => ast is CommandAst && ast.Extent.StartLineNumber == 1 && ast.Extent.StartColumnNumber == invocation.OffsetInLine,
        searchNestedScriptBlocks: true) as CommandAst;
}
