using System.Globalization;
using System.Net;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal;

/// <summary>What decides, from an answer alone, what it says of a request: the tables of reads without a socket, and its words.</summary>
public sealed class VerdictTests
{
    private const string Id = "r-1";

    private static readonly string[] Providers = ["fal", "kkiai"];

    [Fact]
    public void A_status_says_what_the_table_says() => AssertAll(ReadTables.Statuses, (request, response) =>
        StatusVerdict.Of(request, response) is { } read ? read.Status.State : Named(FalErrors.OfRead(request, response), response));

    [Fact]
    public void A_result_says_what_the_table_says() => AssertAll(ReadTables.Results, (request, response) =>
        ResultVerdict.Of(request, response) is not { } read ? Named(FalErrors.OfRead(request, response), response)
        : read.Unmarked is { } word ? Named(word.Once, response)
        : read.Error is { } error ? Named(error, response)
        : read.Answered is { } result ? $"{result.Images.Count} images"
        : ReadTables.NotYet);

    [Fact]
    public void A_cancel_is_promised_where_the_table_says_so() => AssertAll(ReadTables.Cancels, (request, response) =>
        CancelVerdict.Of(request, response) is { } error ? Named(error, response) : "ok");

    [Fact]
    public void Running_states_of_a_result_are_told_apart()
    {
        Assert.Equal(ImagenStates.InQueue, ResultVerdict.Of(Request("fal"), Response(200, """{"status":"IN_QUEUE"}"""))!.Status.State);
        Assert.Equal(ImagenStates.InProgress, ResultVerdict.Of(Request("fal"), Response(202, """{"status":"IN_PROGRESS"}"""))!.Status.State);
    }

    [Fact]
    public void A_result_that_names_a_status_beside_its_images_is_looked_at_as_a_whole()
    {
        var done = ResultVerdict.Of(Request("fal"), Response(200, """{"status":"COMPLETED","images":[{"url":"https://a/1.png"}]}"""))!;
        var running = ResultVerdict.Of(Request("fal"), Response(200, """{"status":"IN_PROGRESS","images":[{"url":"https://a/1.png"}]}"""))!;

        Assert.Single(done.Answered!.Images);
        Assert.Equal((null, ImagenStates.InProgress), (running.Answered, running.Status.State));
    }

    // A reseller's own words for a failure are its word; the reason is wherever it says one.
    [Theory]
    [InlineData("""{"status":"FAILED","error":"boom"}""", "boom", null)]
    [InlineData("""{"status":"FAILED","message":"no luck"}""", "no luck", null)]
    [InlineData("""{"status":"FAILED","detail":"gone","error_type":"internal_error"}""", "gone", "internal_error")]
    [InlineData("""{"status":"FAILED","error":{"message":"deep"},"error_type":"internal_error"}""", "deep", "internal_error")]
    [InlineData("""{"status":"FAILED"}""", null, null)]
    public void A_state_of_a_reseller_ends_a_request_with_its_reason(string body, string? error, string? type)
    {
        var status = StatusVerdict.Of(Request("kkiai"), Response(200, body))!.Status;

        Assert.Equal((ImagenStates.Failed, error, type, true), (status.State, status.Error, status.ErrorType, status.IsHostDefinedState));
        Assert.True(status.IsSaidByHost);
        Assert.Null(StatusVerdict.Of(Request("fal"), Response(200, body)));
    }

    [Theory]
    [InlineData(ImagenStates.InQueue, false)]
    [InlineData(ImagenStates.InProgress, false)]
    [InlineData(ImagenStates.Completed, true)]
    [InlineData(ImagenStates.Failed, true)]
    [InlineData(ImagenStates.Cancelled, true)]
    public void What_has_ended_has_neither_to_wait_nor_to_run(string state, bool hasEnded) =>
        Assert.Equal(hasEnded, new HostStatus { State = state }.HasEnded);

    [Fact]
    public void A_failure_is_the_hosts_word_by_its_type_or_its_state_alone()
    {
        Assert.True(new HostStatus { State = ImagenStates.Completed }.IsSaidByHost);
        Assert.True(new HostStatus { State = ImagenStates.Failed, ErrorType = "internal_error" }.IsSaidByHost);
        Assert.True(new HostStatus { State = ImagenStates.Failed, IsHostDefinedState = true }.IsSaidByHost);
        Assert.False(new HostStatus { State = ImagenStates.Failed, Error = "boom" }.IsSaidByHost);
    }

    [Theory]
    [InlineData("""{"status":"COMPLETED"}""", ImagenStates.Completed, null, null, null)]
    [InlineData("""{"status":"COMPLETED","error":null,"error_type":null}""", ImagenStates.Completed, null, null, null)]
    [InlineData("""{"status":"COMPLETED","error":"","error_type":""}""", ImagenStates.Completed, null, null, null)]
    [InlineData("""{"status":"COMPLETED","error":false,"error_type":"0"}""", ImagenStates.Completed, null, null, null)]
    [InlineData("""{"status":"COMPLETED","error":{},"error_type":"false"}""", ImagenStates.Completed, null, null, null)]
    [InlineData("""{"status":"COMPLETED","error":[],"error_type":"{}"}""", ImagenStates.Completed, null, null, null)]
    [InlineData("""{"status":"COMPLETED","error":"boom"}""", ImagenStates.Failed, "boom", null, null)]
    [InlineData("""{"status":"COMPLETED","error_type":"internal_error"}""", ImagenStates.Failed, null, "internal_error", null)]
    [InlineData("""{"status":"COMPLETED","error":"no","error_type":"content_policy_violation"}""",
        ImagenStates.Failed, "no", "content_policy_violation", "ContentPolicyViolation")]
    [InlineData("""{"status":"COMPLETED","error":"no","error_type":"image_too_large"}""",
        ImagenStates.Failed, "no", "image_too_large", "InvalidInput")]
    [InlineData("""{"status":"COMPLETED","error":"stopped","error_type":"client_cancelled"}""",
        ImagenStates.Cancelled, "stopped", "client_cancelled", null)]
    public void An_end_says_how_it_came(string body, string state, string? error, string? type, string? refusal)
    {
        var status = StatusVerdict.Of(Request("fal"), Response(200, body))!.Status;

        Assert.Equal((state, error, type, refusal), (status.State, status.Error, status.ErrorType, status.Refusal));
    }

    [Fact]
    public void Lines_of_a_log_may_have_no_words_and_have_their_time_in_any_zone()
    {
        const string Body = """
            {"status":"IN_PROGRESS","logs":[{"message":null,"timestamp":"2026-11-30T12:00:00"},{"message":"b","timestamp":"2026-11-30T12:00:00+02:00"}]}
            """;

        var logs = StatusVerdict.Of(Request("fal"), Response(202, Body))!.Status.Logs;

        Assert.Equal(["", "b"], logs.Select(line => line.Message));
        Assert.Equal(
            [new DateTime(2026, 11, 30, 12, 0, 0, DateTimeKind.Utc), new DateTime(2026, 11, 30, 10, 0, 0, DateTimeKind.Utc)],
            logs.Select(line => line.Timestamp));
        Assert.All(logs, line => Assert.Equal(DateTimeKind.Utc, line.Timestamp!.Value.Kind));
    }

    [Fact]
    public void Logs_are_asked_for_in_the_address()
    {
        var address = new Uri("https://host.example/status?logs=0&x=1");

        Assert.Equal("https://host.example/status?logs=1", FalStatuses.Address(address, logs: true).AbsoluteUri);
        Assert.Same(address, FalStatuses.Address(address, logs: false));
    }

    [Fact]
    public void An_event_that_is_none_says_nothing()
    {
        Assert.Null(FalStatuses.ReadEvent(Request("fal"), "{\"status\":"u8.ToArray()));
        Assert.Null(FalStatuses.ReadEvent(Request("fal"), "{\"status\":1}"u8.ToArray()));
        Assert.Null(FalStatuses.ReadEvent(Request("fal"), """{"status":"COMPLETED","request_id":"r-2"}"""u8.ToArray()));
        Assert.Equal(ImagenStates.Completed, FalStatuses.ReadEvent(Request("fal"), """{"status":"COMPLETED"}"""u8.ToArray())!.State);
    }

    [Fact]
    public void An_end_without_a_result_keeps_its_words_and_what_it_refuses()
    {
        var refused = RequestReading.Ended(new InvalidInputException("m") { RefusesInput = true }, "no", "less_than").Status;
        var cancelled = RequestReading.Ended(new RequestCancelledException("m"), "", type: null).Status;

        Assert.Equal((ImagenStates.Failed, "no", "less_than", "InvalidInput"), (refused.State, refused.Error, refused.ErrorType, refused.Refusal));
        Assert.Equal((ImagenStates.Cancelled, null, null, null), (cancelled.State, cancelled.Error, cancelled.ErrorType, cancelled.Refusal));
    }

    [Fact]
    public void A_result_keeps_the_seed_that_was_asked_for_where_it_names_none()
    {
        var target = new ImagenResult { Seed = 7 };
        new HostResult { Images = [] }.CopyTo(target);
        Assert.Equal(7, target.Seed);

        new HostResult { Images = [], Seed = 8 }.CopyTo(target);
        Assert.Equal(8, target.Seed);
    }

    // The reason says itself which request it is of, and with what status it came.
    private static string Named(ImagenException error, HostResponse response)
    {
        Assert.Equal(Id, error.RequestId);
        Assert.True(
            error is AlreadyCompletedException or CancelNotSupportedException || error.StatusCode == (int)response.Status,
            $"{error.Kind} has the status {error.StatusCode}");
        return error.Kind;
    }

    private static void AssertAll(IReadOnlyList<ReadCell> cells, Func<RequestReference, HostResponse, string> read)
    {
        // A host that lacks an address, and says so, is the protocol's matter.
        var asked = from provider in Providers
                    from cell in cells
                    let expected = cell.At(provider)
                    where expected is not (ReadTables.AsksResult or "CancelNotSupported") || cell.Status is 405 or 501
                    where expected != ReadTables.AsksResult
                    select (provider, cell, expected);
        Assert.All(asked, one => Assert.Equal(
            $"{one.provider}: {one.cell.Status} {one.cell.Body} {one.cell.Header} -> {one.expected}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{one.provider}: {one.cell.Status} {one.cell.Body} {one.cell.Header} -> {read(Request(one.provider), Response(one.cell))}")));
    }

    private static RequestReference Request(string provider)
    {
        var protocol = provider == "fal" ? HostProtocol.FalQueue : HostProtocol.FalAggregator;
        var host = TestHost.Connect(TestHost.Profile(new Uri("http://127.0.0.1:9")) with { Protocol = protocol });
        return new FalQueueProtocol().CreateReference(host, TestHost.Model, Id);
    }

    private static HostResponse Response(ReadCell cell)
    {
        var response = Response(cell.Status, cell.Body);
        if (cell.Header.Split(": ", 2) is [var name, var value])
        {
            Assert.True(response.Headers.TryAddWithoutValidation(name, value));
        }

        return response;
    }

    private static HostResponse Response(int status, string body) => new(
        (HttpStatusCode)status, new HttpResponseMessage().Headers, body.StartsWith('<') ? "text/html" : "application/json", Encoding.UTF8.GetBytes(body));
}
