using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Imagen4.Core.Http;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>Server-sent events, however their bytes come.</summary>
public sealed class EventStreamProperties
{
    private const int LargestEvent = 64 * 1024;

    private static readonly Gen<string> Line =
        from field in Gen.Frequency(
            (6, Gen.Elements("data: ", "data:", "data")),
            (3, Gen.Elements(": ", "event: ", "id: 1", "retry: 10", "", "\ufeff", "data:data:", "dat")),
            (1, HostileText.Whole))
        from value in Gen.Frequency(
            (4, Gen.Elements("", "{\"status\":\"IN_QUEUE\"}", "{\"status\":\"COMPLETED\"}", " x", "狐", "\0")), (2, HostileText.Whole))
        from end in Gen.Elements("\n", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\r\r", "\n\r", "")
        select field + value + end;

    [Fact]
    public void Events_are_the_same_in_whatever_pieces_they_come() => Always.Holds(
        from count in Gen.Choose(0, 12)
        from lines in Gen.ArrayOf(Line, count)
        from pieces in Gen.NonEmptyListOf(Gen.Choose(1, 40))
        select (stream: string.Concat(lines), pieces),
        one =>
        {
            var bytes = Encoding.UTF8.GetBytes(one.stream);
            var whole = Read(bytes, [int.MaxValue]).Events;
            return whole.SequenceEqual(Read(bytes, one.pieces).Events) && whole.SequenceEqual(Read(bytes, [1]).Events);
        },
        cases: 200);

    [Fact]
    public void No_event_and_nothing_between_two_grows_beyond_its_bound() => Always.Holds(
        from unit in Gen.Elements("x", ": x\n", "data: x\n", "data: x\n\n", "data\r\n", "\n", "\r\n", "id:\r")
        from length in Gen.Choose(1, 3 * EventBounds.Largest / 2)
        from piece in Gen.Choose(1000, 200_000)
        select (unit, length, piece),
        one =>
        {
            var bytes = Encoding.UTF8.GetBytes("data: " + string.Concat(Enumerable.Repeat(one.unit, one.length / one.unit.Length)) + "\n\n");
            var (events, taken, error) = Read(bytes, [one.piece]);

            // Nothing is read beyond the piece in which the bound is reached.
            return events.All(data => data.Length / 2 <= LargestEvent)
                && error is null or AnswerTooLargeException
                && (error is null ? taken == bytes.Length : events.Count > 0 || taken <= EventBounds.Largest + one.piece);
        },
        cases: 12);

    private static (List<string> Events, long Taken, Exception? Error) Read(byte[] bytes, IReadOnlyList<int> pieces)
    {
        using var body = new Pieces(bytes, pieces);
        using var handler = new OneAnswer(body);
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, TestHost.Elsewhere);
        var events = new List<string>();

        // Nothing of it waits for anybody: it is done when it returns.
        var error = Record.ExceptionAsync(async () =>
        {
            await foreach (var data in new EventStream(TimeProvider.System).ReadAsync(client, request, CancellationToken.None))
            {
                // Two digits for a byte.
                events.Add(Convert.ToHexString(data));
            }
        }).GetAwaiter().GetResult();
        return (events, body.Taken, error);
    }

    private sealed class OneAnswer(Stream body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var content = new StreamContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("text/event-stream");
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
        }
    }

    // A stream that comes in pieces of these lengths, over and over.
    private sealed class Pieces(byte[] bytes, IReadOnlyList<int> lengths) : MemoryStream(bytes)
    {
        private int _next;

        public long Taken { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer[..Math.Min(buffer.Length, lengths[_next++ % lengths.Count])], cancellationToken);
            Taken += read;
            return read;
        }
    }
}
