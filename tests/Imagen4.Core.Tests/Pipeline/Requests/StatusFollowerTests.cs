using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Requests;

public sealed class StatusFollowerTests
{
    private static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly StatusFollower _follower = new(
        new FalQueueProtocol().CreateReference(TestHost.Connect(new Uri("http://127.0.0.1:9")), TestHost.Model, "r-1"));

    [Fact]
    public void Log_lines_are_told_once_by_their_time_and_text()
    {
        Assert.Equal(["a", "b"], Messages(_follower.Describe(Running(("a", 0), ("b", 1)))));
        Assert.Equal(["b", "c"], Messages(_follower.Describe(Running(("b", 1), ("b", 2), ("c", 2)))));
        Assert.Equal(["a", "b", "b", "c", "d"], Messages(_follower.DescribeWhole(Running(("c", 2), ("d", 3)))));
    }

    [Fact]
    public void A_line_without_a_time_is_told_once_too()
    {
        var line = new ImagenLogEntry { Message = "a" };

        Assert.Equal(["a"], Messages(_follower.Describe(new HostStatus { State = ImagenStates.InProgress, Logs = [line, line] })));
    }

    [Fact]
    public void Only_changes_are_told()
    {
        Assert.Equal(3, _follower.Changed(Queued(3))!.QueuePosition);
        Assert.Null(_follower.Changed(Queued(3)));
        Assert.Equal(2, _follower.Changed(Queued(2))!.QueuePosition);
        Assert.Equal(ImagenStates.InProgress, _follower.Changed(Running())!.State);
        Assert.Null(_follower.Changed(Running()));
        Assert.Equal(["a"], Messages(_follower.Changed(Running(("a", 0)))!));
        Assert.Null(_follower.Changed(Running(("a", 0))));
    }

    [Fact]
    public void It_names_the_request_and_says_all_the_host_said()
    {
        var status = _follower.Describe(new HostStatus { State = ImagenStates.Failed, Error = "boom", ErrorType = "internal_error", InferenceTime = 1.5 });

        Assert.Equal(("r-1", "test", TestHost.Model), (status.RequestId, status.Provider, status.Model));
        Assert.Equal(("boom", "internal_error", 1.5), (status.Error, status.ErrorType, status.InferenceTime));
    }

    private static HostStatus Queued(int position) => new() { State = ImagenStates.InQueue, QueuePosition = position };

    private static HostStatus Running(params (string Message, int Second)[] lines) => new()
    {
        State = ImagenStates.InProgress,
        Logs = [.. lines.Select(line => new ImagenLogEntry { Message = line.Message, Timestamp = Noon.AddSeconds(line.Second) })],
    };

    private static IEnumerable<string?> Messages(ImagenRequestStatus status) => status.Logs.Select(line => line.Message);
}
