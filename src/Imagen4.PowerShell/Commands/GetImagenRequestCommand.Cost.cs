using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <content>What the listed requests cost together, and for how many of them that is not known.</content>
public sealed partial class GetImagenRequestCommand
{
    // States that say themselves that the cost is not known yet.
    private static readonly string[] StatesBeforeCost =
        [ImagenStates.Pending, ImagenStates.InQueue, ImagenStates.InProgress, ImagenStates.Completed, ImagenStates.InDoubt];

    private readonly RequestCosts _costs = new();

    // Whether requests are asked for by name, and not by what they are.
    private bool _isOfNames;

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
        if (IsStopped || !IsAboutCost || !(IsSummed || IsListed))
        {
            return;
        }

        var replaced = Replaced();
        if (_costs.Line(replaced) is not { } line)
        {
            return;
        }

        if (IsSummed && (IsIncomplete || !replaced.Known.IsEmpty))
        {
            WriteWarning(line);
        }
        else
        {
            WriteSummary(line);
        }
    }

    private bool IsIncomplete => _costs.NotYetKnown + _costs.Unpriced > 0;

    private bool IsListed => MyInvocation.PipelinePosition == MyInvocation.PipelineLength
        && _costs.Count > 1 && (IsIncomplete || CommandLine.IsShown(MyInvocation));

    // What was paid for attempts that newer ones have replaced.
    private RequestCosts Replaced()
    {
        var replaced = new RequestCosts();
        if (_isOfNames || History)
        {
            return replaced;
        }

        foreach (var request in Each(stopping => _requests.FindReplacedAsync(_filter, stopping)))
        {
            replaced.Add(_requests.ToObject(request));
        }

        return replaced;
    }

    // Only the line of the script tells what takes the requests: whether it is about costs, unless the pipeline goes on in the next line.
    private bool IsSummed => MyInvocation.PipelinePosition < MyInvocation.PipelineLength
        && MyInvocation.Line[Math.Max(0, MyInvocation.OffsetInLine - 1)..] is var takers
        && (takers.Contains("cost", StringComparison.OrdinalIgnoreCase) || takers.TrimEnd().EndsWith('|'));
}
