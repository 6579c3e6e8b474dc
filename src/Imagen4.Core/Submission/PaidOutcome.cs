using Imagen4.Core.Protocols;

namespace Imagen4.Core.Submission;

/// <summary>What has become of a paid POST, with what belongs to it.</summary>
/// <param name="Class">The class it falls in.</param>
/// <param name="Post">The evidence.</param>
internal sealed record PaidOutcome(SubmitOutcome Class, PaidPost Post)
{
    /// <summary>The request, where it was accepted.</summary>
    public Acceptance? Acceptance { get; init; }

    /// <summary>The error the answer stands for, where the host has refused the request, throttles it, or refuses the account.</summary>
    public ImagenException? Refusal { get; init; }
}
