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
        var isPassedOn = MyInvocation.PipelinePosition < MyInvocation.PipelineLength;
        if (IsStopped || !IsAboutCost || _costs.Line() is not { } line)
        {
            return;
        }

        if (isPassedOn && _costs.NotYetKnown + _costs.Unpriced > 0)
        {
            WriteWarning(line);
        }
        else if (_costs.Count > 1 && State.Length == 0)
        {
            WriteSummary(line);
        }
    }
}
