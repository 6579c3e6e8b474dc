namespace Imagen4.Emulator.Faults;

/// <summary>One way in which a call goes wrong.</summary>
/// <param name="Takes">The members of an effect that it looks at.</param>
/// <param name="Canned">The answer when the operation's own is not what is spoilt.</param>
/// <param name="Deliver">How the answer is given.</param>
internal sealed record FaultKind(
    FaultFields Takes, Func<FaultEffect, FaultCall, TimeProvider, IResult> Canned, Func<FaultEffect, IResult, TimeProvider, IResult> Deliver)
{
    /// <summary>Whether the operation's own answer is never given.</summary>
    public bool Replaces { get; init; }

    /// <summary>Whether the request is not even read.</summary>
    public bool Unread { get; init; }

    /// <summary>Whether the operation is performed when the rule does not say: where its answer is seen, it has to be.</summary>
    public bool Performs(FaultEffect effect) =>
        effect.AfterAccept ?? !(Unread || Replaces || (Takes.HasFlag(FaultFields.At) && effect.At is null or CutPoint.Before));
}
