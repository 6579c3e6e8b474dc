using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <content>What the listed requests cost together, and for how many of them that is not known.</content>
public sealed partial class GetImagenRequestCommand
{
    // States that say themselves that the cost is not known yet.
    private static readonly string[] StatesBeforeCost =
        [ImagenStates.Pending, ImagenStates.InQueue, ImagenStates.InProgress, ImagenStates.Completed, ImagenStates.InDoubt];

    private readonly RequestCosts _costs = new();

    // Whoever asks for what goes on does not ask for costs.
    private bool IsAboutCost => !Unfinished && (State.Length == 0 || !State.All(StatesBeforeCost.Contains));

    /// <inheritdoc/>
    protected override void OnFinished()
    {
        ShowAsked();
        foreach (var warning in _refresh?.Warnings ?? [])
        {
            WriteWarning(warning);
        }

        SayCost();
    }

    private void List(ImagenRequest request)
    {
        _costs.Add(request);
        WriteObject(request);
    }

    // A command that adds up the costs takes an empty one for 0, and nobody sees its cells: then it is a warning.
    private void SayCost()
    {
        if (IsStopped || !IsAboutCost || _costs.Line() is not { } line)
        {
            return;
        }

        var isIncomplete = _costs.NotYetKnown + _costs.Unpriced > 0;
        if (MyInvocation.PipelinePosition < MyInvocation.PipelineLength)
        {
            SayOfSum(line, isIncomplete);
        }
        else if (_costs.Count > 1 && State.Length == 0 && (isIncomplete || IsShown))
        {
            WriteSummary(line);
        }
    }

    // Only the line of the script tells what takes the requests: whether it is about costs, unless the pipeline goes on in the next line.
    private void SayOfSum(string line, bool isIncomplete)
    {
        var takers = MyInvocation.Line[Math.Max(0, MyInvocation.OffsetInLine - 1)..];
        if (!takers.Contains("cost", StringComparison.OrdinalIgnoreCase) && !takers.TrimEnd().EndsWith('|'))
        {
            return;
        }

        if (isIncomplete)
        {
            WriteWarning(line);
        }
        else
        {
            WriteSummary(line);
        }
    }

    // What is assigned or computed with is not looked at.
    private bool IsShown => MyInvocation.Line[..Math.Max(0, MyInvocation.OffsetInLine - 1)].TrimEnd() is not [.., '=' or '('];
}
