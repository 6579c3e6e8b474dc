using System.Management.Automation;
using System.Management.Automation.Language;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>What becomes of the objects of a command, as far as the line of the script tells.</summary>
internal static class CommandOutput
{
    /// <summary>Whether they are output as they are: no other command takes them, and they are not assigned or computed with.</summary>
    /// <param name="invocation">The command.</param>
    public static bool IsShown(InvocationInfo invocation)
    {
        if (invocation.PipelinePosition < invocation.PipelineLength)
        {
            return false;
        }

        // Of a statement over several lines this is one, which is read as far as it goes.
        var line = Parser.ParseInput(invocation.Line ?? "", out _, out _);
        var command = line.Find(
            ast => ast is CommandAst && ast.Extent.StartLineNumber == 1 && ast.Extent.StartColumnNumber == invocation.OffsetInLine,
            searchNestedScriptBlocks: true);
        return command?.Parent is not PipelineAst pipeline || pipeline.Parent switch
        {
            NamedBlockAst => true,
            StatementBlockAst { Parent: not (SubExpressionAst or ArrayExpressionAst) } => true,
            _ => false,
        };
    }
}
