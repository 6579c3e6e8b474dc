using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Aggregators;

/// <summary>What one reseller of fal's queue does in its own way.</summary>
internal interface IAggregator
{
    /// <summary>One of <see cref="HostName"/>; also the first part of its paths.</summary>
    string Name { get; }

    /// <summary>Results can be read under the model name <c>auto</c> too.</summary>
    bool KnowsAuto { get; }

    JsonAnswer Unauthorized { get; }

    /// <summary>The answer where nothing is, such as a status or a cancel.</summary>
    IResult Unknown(HttpRequest request);

    /// <summary>The answer to a result read that comes too early.</summary>
    JsonAnswer Pending(JobState state);

    JsonAnswer Failed(Failure failure);

    /// <summary>An error of the host itself, which is about no job.</summary>
    JsonAnswer Error(int status, string message);
}
