namespace Imagen4.Core.Submission;

/// <summary>What has become of a paid POST. Every one falls in exactly one class.</summary>
internal enum SubmitOutcome
{
    /// <summary>The host has it.</summary>
    Accepted,

    /// <summary>No byte of it left this machine.</summary>
    NotSent,

    /// <summary>The host asks to come back later, and has not taken it.</summary>
    Throttled,

    /// <summary>The host has refused it.</summary>
    Rejected,

    /// <summary>The host ran it and failed: only where the answer to the submit is the result.</summary>
    Failed,

    /// <summary>Nobody knows.</summary>
    InDoubt,
}
