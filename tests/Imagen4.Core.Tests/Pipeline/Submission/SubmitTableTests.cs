using System.Globalization;
using System.Text;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>
/// The table of a submit's answer, {status × body × headers → outcome}, cell by cell over the five providers that come with the module.
/// A letter is an outcome: Accepted, Throttled, Rejected, Failed, or in Doubt; behind it stands the id that is kept.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class SubmitTableTests : SubmitterTest, IDisposable
{
    private const string Columns = "2xx | 301 | 303 | 4xx | 401 | 408 | 429 | 500 | 5xx";

    // Queues: what follows is asked for, so that no answer to a submit tells what has become of the request.
    private const string Queue = """
        nothing                                        | D     | R     | D     | R     | R     | D     | T     | D     | D
        page                                           | D     | R     | D     | R     | R     | D     | T     | D     | D
        text                                           | D     | R     | D     | R     | R     | D     | T     | D     | D
        detail                                         | D     | R     | D     | R     | R     | D     | T     | D     | D
        typed                                          | D     | R     | D     | R     | R     | D     | T     | D     | D
        list                                           | D     | R     | D     | R     | R     | D     | T     | D     | D
        gateway                                        | D     | R     | D     | R     | R     | D     | T     | D     | D
        quota                                          | D     | R     | D     | R     | R     | D     | R     | D     | D
        result                                         | D     | R     | D     | R     | R     | D     | T     | D     | D
        named                                          | A r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        named and failed                               | A r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        named one level down                           | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        named in camel case                            | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        named in a list                                | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        named three levels down                        | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        named by its addresses                         | D     | D     | D     | D     | D     | D     | D     | D     | D
        named by a gateway                             | D     | D     | D     | D     | D     | D     | D     | D     | D
        named by a number                              | A 7   | D 7   | D 7   | D 7   | D 7   | D 7   | D 7   | D 7   | D 7
        named twice                                    | D     | D     | D     | D     | D     | D     | D     | D     | D
        named by what is no id                         | D     | D     | D     | D     | D     | D     | D     | D     | D
        named by nothing                               | D     | R     | D     | R     | R     | D     | T     | D     | D
        in the input that is sent back                 | D     | R     | D     | R     | R     | D     | T     | D     | D
        malformed                                      | D     | D     | D     | D     | D     | D     | D     | D     | D
        malformed and named                            | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        detail       | x-fal-request-id: h-1           | D h-1 | D h-1 | D h-1 | D h-1 | R     | D h-1 | D h-1 | D h-1 | D h-1
        list         | x-fal-request-id: h-1           | D h-1 | D h-1 | D h-1 | D h-1 | R     | D h-1 | D h-1 | D h-1 | D h-1
        named        | x-fal-request-id: h-1           | A r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        nothing      | x-fal-request-id: ../../admin   | D     | D     | D     | D     | R     | D     | D     | D     | D
        detail       | X-Fal-Billable-Units: 0         | D     | R     | D     | R     | R     | D     | D     | D     | D
        detail       | X-Fal-Billable-Units: 1         | D     | D     | D     | D     | D     | D     | D     | D     | D
        detail       | X-Fal-Retryable: False          | D     | R     | D     | R     | R     | D     | R     | D     | D
        detail       | X-Fal-Retryable: true           | D     | R     | D     | R     | R     | D     | T     | D     | D
        detail       | X-Fal-Error-Type: bad_request   | D     | R     | D     | R     | R     | D     | T     | D     | D
        detail       | x-request-id: x-1               | D     | R     | D     | R     | R     | D     | T     | D     | D
        """;

    // The same forms, but the answer is the result: an error in fal's own form is its word on the request.
    private const string FalSync = """
        nothing                                        | D     | R     | D     | R     | R     | D     | T     | D     | D
        page                                           | D     | R     | D     | R     | R     | D     | T     | D     | D
        detail                                         | D     | R     | D     | R     | R     | D     | T     | D     | D
        typed                                          | D     | R     | D     | R     | R     | D     | T     | F     | D
        list                                           | D     | R     | D     | R     | R     | D     | T     | F     | D
        gateway                                        | D     | R     | D     | R     | R     | D     | T     | D     | D
        quota                                          | D     | R     | D     | R     | R     | D     | R     | D     | D
        result                                         | A     | R     | D     | R     | R     | D     | T     | D     | D
        named                                          | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        malformed                                      | D     | D     | D     | D     | D     | D     | D     | D     | D
        malformed and named                            | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        result       | x-fal-request-id: h-1           | A h-1 | D h-1 | D h-1 | D h-1 | R     | D h-1 | D h-1 | D h-1 | D h-1
        detail       | x-fal-request-id: h-1           | D h-1 | D h-1 | D h-1 | D h-1 | R     | D h-1 | D h-1 | D h-1 | D h-1
        typed        | x-fal-request-id: h-1           | D h-1 | R     | D h-1 | R     | R     | D h-1 | D h-1 | F     | D h-1
        list         | x-fal-request-id: h-1           | D h-1 | R     | D h-1 | R     | R     | D h-1 | D h-1 | F     | D h-1
        list         | X-Fal-Billable-Units: 1         | D     | R     | D     | R     | R     | D     | D     | D     | D
        detail       | X-Fal-Billable-Units: 1         | D     | D     | D     | D     | D     | D     | D     | D     | D
        detail       | X-Fal-Retryable: false          | D     | R     | D     | R     | R     | D     | R     | F     | D
        detail       | X-Fal-Error-Type: internal_error| D     | R     | D     | R     | R     | D     | T     | F     | D
        """;

    // AI/ML API: the whole error form, with the status in it, carries the id of the exchange, whether or not anything was taken.
    private const string Generations = """
        nothing                                        | D     | R     | D     | R     | R     | D     | T     | D     | D
        page                                           | D     | R     | D     | R     | R     | D     | T     | D     | D
        detail                                         | D     | R     | D     | R     | R     | D     | T     | D     | D
        gateway                                        | D     | R     | D     | R     | R     | D     | T     | D     | D
        message                                        | D     | R     | D     | R     | R     | D     | T     | D     | D
        own                                            | D     | R     | D     | R     | R     | D     | T     | F     | D
        own, of another status                         | D q-1 | D q-1 | D q-1 | D q-1 | D q-1 | D q-1 | D q-1 | D q-1 | D q-1
        own, without the status                        | D q-1 | R     | D q-1 | R     | R     | D q-1 | D q-1 | F     | D q-1
        quota                                          | D     | R     | D     | R     | R     | D     | R     | D     | D
        result                                         | A     | R     | D     | R     | R     | D     | T     | D     | D
        named                                          | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        named one level down                           | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        named in camel case                            | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        billed                                         | D     | D     | D     | D     | D     | D     | D     | D     | D
        malformed                                      | D     | D     | D     | D     | D     | D     | D     | D     | D
        malformed and named                            | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1 | D r-1
        result       | x-request-id: x-1               | A x-1 | R     | D x-1 | R     | R     | D x-1 | T     | D x-1 | D x-1
        own          | x-request-id: x-1               | D x-1 | R     | D x-1 | R     | R     | D x-1 | T     | F     | D x-1
        nothing      | x-request-id: x-1               | D x-1 | R     | D x-1 | R     | R     | D x-1 | T     | D x-1 | D x-1
        nothing      | x-inference-id: i-1             | D i-1 | D i-1 | D i-1 | D i-1 | D i-1 | D i-1 | D i-1 | D i-1 | D i-1
        own          | x-inference-id: i-1             | D i-1 | R     | D i-1 | R     | R     | D i-1 | D i-1 | F     | D i-1
        nothing      | x-fal-request-id: h-1           | D h-1 | D h-1 | D h-1 | D h-1 | R     | D h-1 | D h-1 | D h-1 | D h-1
        own          | x-fal-request-id: h-1           | D h-1 | R     | D h-1 | R     | R     | D h-1 | D h-1 | F     | D h-1
        """;

    private static readonly Dictionary<string, int[]> Statuses = new(StringComparer.Ordinal)
    {
        ["2xx"] = [200, 201, 202, 203, 206, 299],
        ["301"] = [301, 302, 307, 308],
        ["303"] = [300, 303, 305, 306],
        ["4xx"] = [400, 404, 405, 406, 410, 411, 413, 414, 415, 417, 418, 421, 422, 425, 426, 428, 431, 451, 498],
        ["401"] = [401, 402, 403, 407],
        ["408"] = [408, 409, 499],
        ["429"] = [429],
        ["500"] = [500],
        ["5xx"] = [501, 502, 503, 504, 505, 507, 520, 524, 529, 599],
    };

    // Each character is one byte.
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["nothing"] = "",
        ["page"] = "<html><body>Bad Gateway \u00e4</body></html>",
        ["text"] = "Too Many Requests",
        ["detail"] = """{"detail":"no"}""",
        ["typed"] = """{"detail":"no","error_type":"internal_error"}""",
        ["list"] = """{"detail":[{"loc":["body"],"msg":"no","type":"value_error"}]}""",
        ["gateway"] = """{"error":{"message":"no (request id: 2025)","type":"new_api_error"}}""",
        ["quota"] = """{"error":{"message":"You exceeded your quota","type":"insufficient_quota","code":"insufficient_quota"}}""",
        ["message"] = """{"message":"no"}""",
        ["own"] = """{"message":"no","path":"/v1/images/generations","requestId":"q-1","statusCode":STATUS,"timestamp":"2026-01-01"}""",
        ["own, of another status"] = """{"message":"no","requestId":"q-1","statusCode":418000}""",
        ["own, without the status"] = """{"message":"no","requestId":"q-1"}""",
        ["result"] = """{"images":[{"url":"https://a/1.png"}]}""",
        ["billed"] = """{"message":"no","meta":{"usage":{"credits_used":5}}}""",
        ["named"] = """{"detail":"no","request_id":"r-1"}""",
        ["named and failed"] = """{"error":"Upstream timed out","status":"FAILED","request_id":"r-1"}""",
        ["named one level down"] = """{"error":{"message":"no","request_id":"r-1"}}""",
        ["named in a list"] = """{"detail":[{"msg":"no","request_id":"r-1"}]}""",
        ["named three levels down"] = """{"error":{"details":[{"request":{"request_id":"r-1"}}]}}""",
        ["named by its addresses"] = """{"detail":"no","status_url":"https://queue.fal.run/fal-ai/x/requests/r-1/status"}""",
        ["named by a gateway"] = """{"detail":"no","gateway_request_id":"g-1"}""",
        ["named in camel case"] = """{"requestId":"r-1"}""",
        ["named by a number"] = """{"request_id":7}""",
        ["named twice"] = """{"request_id":"r-1","request_id":"r-2"}""",
        ["named by what is no id"] = """{"request_id":"../../admin"}""",
        ["named by nothing"] = """{"detail":"no","request_id":"","error":{"request_id":null}}""",
        ["in the input that is sent back"] = """{"detail":[{"msg":"no","input":{"request_id":"r-1"}}],"a":{"input":{"request_id":"r-2"}}}""",
        ["malformed"] = "{\"detail\":\"\u00ff\"}",
        ["malformed and named"] = "{\"request_id\":\"r-1\",\"detail\":\"\u00ff\"}",
    };

    private readonly string? _before = Environment.GetEnvironmentVariable(StateFolder.Variable);
    private readonly TempFolder _home = new();

    public SubmitTableTests() => Environment.SetEnvironmentVariable(StateFolder.Variable, _home.Path);

    public static TheoryData<string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (var (provider, table) in new[] { ("fal", Queue), ("chainhub", Queue), ("kkiai", Queue), ("fal-sync", FalSync), ("aimlapi", Generations) })
            {
                foreach (var line in table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                {
                    cells.Add(provider, line);
                }
            }

            return cells;
        }
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(StateFolder.Variable, _before);
        _home.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Every_answer_to_a_submit_has_one_outcome(string provider, string line)
    {
        var parts = line.Split('|', StringSplitOptions.TrimEntries);
        var columns = Columns.Split('|', StringSplitOptions.TrimEntries);
        var header = parts.Length > columns.Length + 1 ? parts[1].Split(": ") : null;
        var answer = new Answer(0);
        await using var server = await WebServer.StartAsync(context =>
            (context.Request.Method == "POST" ? answer : new Answer(404, """{"status":"NOT_FOUND"}""")).WriteAsync(context));
        var profile = TestClient.Providers.Find(provider) with { BaseUri = server.Address };
        var (expected, seen) = (new List<string>(), new List<string>());

        foreach (var (column, cell) in columns.Zip(parts[^columns.Length..]))
        {
            foreach (var status in Statuses[column])
            {
                answer = new Answer(status)
                {
                    Bytes = Encoding.Latin1.GetBytes(Bodies[parts[0]].Replace("STATUS", status.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)),
                    Headers = header is null ? [] : [(header[0], header[1])],
                };
                expected.Add($"{status} {cell}");
                seen.Add($"{status} {await OutcomeAsync(profile, mayPass: parts[0] != "quota" && header?[0] != "x-fal-request-id")}");
            }
        }

        Assert.Equal(expected, seen);
    }

    private async Task<string> OutcomeAsync(ProviderProfile profile, bool mayPass)
    {
        var ledger = new RecordingLedger();
        var submitter = new Submitter(ledger, new ThrottleGates(), new SubmissionBreaker(), TestClient.Protocols, new BatchCounts());
        var entry = Entry() with { Model = profile.DefaultModel };
        var error = await Record.ExceptionAsync(() => submitter.SubmitAsync(TestHost.Connect(profile, Time), entry, CancellationToken.None).InTime());

        var (last, kept) = (ledger.Steps[^1], ledger.Entries[^1].RequestId);
        Assert.Equal(last != RequestState.Accepted, error is ImagenException);
        Assert.Equal(last == RequestState.InDoubt, error is SubmissionInDoubtException);

        // A 402 says that the account is locked: that is looked at again before it is the end, unless it names a request or will not pass.
        var sent = last == RequestState.Throttled ? 10 : mayPass && error is AccountLockedException { StatusCode: 402 } ? 4 : 1;
        Assert.Equal(sent, ledger.Steps.Count(step => step == RequestState.Intent));

        // Where the host gives no id with a result, the module does.
        var id = kept is null || Guid.TryParse(kept, out _) ? "" : $" {kept.Split('.')[0]}";
        return (last == RequestState.InDoubt ? "D" : $"{last}"[..1]) + id;
    }
}
