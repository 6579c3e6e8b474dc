using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>Turns what a host says of one request into what a user wants to see: states, log lines once, and changes only.</summary>
/// <param name="request">The request.</param>
internal sealed class StatusFollower(RequestReference request)
{
    private readonly LogWindow _logs = new();
    private readonly ImagenLog _all = [];
    private (string State, int? QueuePosition) _last;

    /// <summary>The state as users see it, with the log lines that are new.</summary>
    public ImagenRequestStatus Describe(HostStatus status)
    {
        var described = WithoutLogs(status);
        described.Logs = [.. _logs.New(status.Logs)];
        _all.AddRange(described.Logs);
        return described;
    }

    /// <summary>The state as users see it, with every log line there was.</summary>
    public ImagenRequestStatus DescribeWhole(HostStatus status)
    {
        var described = Describe(status);
        described.Logs = _all;
        return described;
    }

    private ImagenRequestStatus WithoutLogs(HostStatus status) => new()
    {
        RequestId = request.RequestId,
        Provider = request.Host.Profile.Name,
        Model = request.Model,
        State = status.State,
        QueuePosition = status.QueuePosition,
        InferenceTime = status.InferenceTime,
        Error = status.Error,
        ErrorType = status.ErrorType,
    };

    /// <summary>The state as users see it, if it or its log has changed since the last call.</summary>
    public ImagenRequestStatus? Changed(HostStatus status)
    {
        var described = Describe(status);
        var state = (status.State, status.QueuePosition);
        if (state == _last && described.Logs.Count == 0)
        {
            return null;
        }

        _last = state;
        return described;
    }
}
