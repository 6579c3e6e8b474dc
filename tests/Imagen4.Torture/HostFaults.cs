namespace Imagen4.Torture;

/// <summary>How each host fails: the emulator's rules for a fifth to a third of all its calls.</summary>
internal static class HostFaults
{
    // On the way, and spoilt. Of a hang the module hears nothing for minutes: the fault matrix has it, a run of many rows would only wait.
    private static readonly object[] Broken =
    [
        "refuse", "reset", "close", "drip", "truncate", "wrong_length", "wrong_type", "html", "bad_json",
        new { kind = "reset", after_accept = true },
        new { kind = "close", after_accept = true },
        new { kind = "close", at = "headers" },
        new { kind = "close", at = "middle" },
        new { kind = "reset", at = "middle" },
        new { kind = "close", at = "after" },
        new { kind = "html", after_accept = true },
        new { kind = "bad_json", after_accept = true },
        new { kind = "status", status = 408 },
        new { kind = "status", status = 409 },
        new { kind = "status", status = 429 },
        new { kind = "status", status = 429, retry_after = 1 },
        new { kind = "status", status = 500 },
        new { kind = "status", status = 502, after_accept = true },
        new { kind = "status", status = 503, retry_after = 1 },
        new { kind = "status", status = 504, after_accept = true },
    ];

    private static readonly object[] Throttled = [new { kind = "status", status = 429 }];

    // Text that is none, and JSON that is too deep.
    private static readonly object[] Malformed =
    [
        "bom", "gzip", "deep_json", "bad_utf8", "lone_surrogate",
        new { kind = "bad_utf8", @in = "member" },
        new { kind = "bad_utf8", @in = "name" },
        new { kind = "lone_surrogate", @in = "member" },
        new { kind = "lone_surrogate", @in = "name" },
        new { kind = "bad_utf8", status = 500, after_accept = true },
        new { kind = "bad_utf8", status = 503, after_accept = false },
        new { kind = "lone_surrogate", status = 502, after_accept = true },
        new { kind = "lone_surrogate", status = 429, after_accept = false },
        new { kind = "deep_json", status = 503, after_accept = true },
    ];

    // An address that is none. Where the answer to a submission is the result, there would be nobody else to ask for the image.
    private static readonly object[] Misaddressed =
    [
        new { kind = "replacement_char", @in = "address" },
        new { kind = "bad_utf8", @in = "address" },
        new { kind = "lone_surrogate", @in = "address" },
    ];

    private static readonly object Overloaded = new { detail = "upstream is overloaded" };
    private static readonly object Named = new { detail = "busy", request_id = "{request_id}" };

    // What a gateway says when it could not ask: nothing in it is the host's own word about the request.
    private static readonly object[] Unmarked =
    [
        .. new[] { 400, 401, 402, 403, 404, 405, 409, 410, 422, 429, 499, 500, 502, 503, 504 }
            .Select(status => (object)new { kind = "status", status, body = Overloaded }),
        .. new[] { 400, 422, 499, 503 }.SelectMany(status => new object[]
        {
            new { kind = "status", status, body = new { error = new { message = "upstream is overloaded", type = "upstream_error" } } },
            new { kind = "status", status, body = new { status = "ERROR", error = "upstream is overloaded" } },
            new { kind = "status", status, body = "upstream is overloaded" },
            new { kind = "status", status, body = "" },
            new { kind = "html", status },
            new { kind = "bad_utf8", status, body = Overloaded, after_accept = false },
            new { kind = "lone_surrogate", status, body = Overloaded, after_accept = false },
            new { kind = "deep_json", status, body = Overloaded, after_accept = false },
        }),
    ];

    // The host has taken the request and bills it, or has not: the answer says "no" either way.
    private static readonly object[] Taken =
    [
        Names(429, taken: true), Names(429, taken: false), Names(500, taken: true), Names(503, taken: true), Names(503, taken: false),
        new { kind = "status", status = 429, after_accept = true, headers = Headers("{request_id}") },
        new { kind = "status", status = 429, after_accept = false, headers = Headers("{request_id}") },
        new { kind = "status", status = 429, after_accept = true, headers = Headers("", "1") },
        new { kind = "status", status = 503, after_accept = true, headers = Headers("{request_id}") },
        new { kind = "status", status = 502, after_accept = true, headers = Headers("") },
        new { kind = "html", status = 504, after_accept = true, headers = Headers("") },
    ];

    // In the host's own form, which is no word about the request all the same.
    private static readonly object[] InOwnForm =
    [
        .. new[] { 502, 503, 504 }.SelectMany(status => new object[]
        {
            new { kind = "own_error", status, after_accept = true },
            new { kind = "own_error", status, after_accept = false },
        }),
        new { kind = "own_error", status = 429, retry_after = 1 },
    ];

    /// <summary>The rules of a host.</summary>
    public static IEnumerable<object> Of(string host, int seed)
    {
        var hasRequests = TortureHosts.WithRequests.Contains(host);
        yield return new { host, seed, probability = 0.12, kinds = Broken };
        if (hasRequests)
        {
            // The same word twice is taken for the truth, and this one is not: the next call hears the host itself.
            yield return new { host, operation = "read", seed, probability = 0.15, in_a_row = 1, kinds = Unmarked };
        }

        yield return new { host, seed, probability = 0.08, kinds = hasRequests ? [.. Malformed, .. Misaddressed] : Malformed };
        yield return new { host, operation = "submit", seed, probability = 0.1, kinds = hasRequests ? Taken : [.. Taken, .. InOwnForm] };
    }

    /// <summary>
    /// A tenth of all calls fails, and every row can be delivered all the same: what is submitted is in doubt only where the history of the
    /// host tells.
    /// </summary>
    public static IEnumerable<object> Seldom(string host)
    {
        yield return new { host, operation = "read", seed = 1, probability = 0.1, kinds = Broken };
        yield return new { host, operation = "download", seed = 1, probability = 0.1, kinds = Broken };
        yield return new { host, operation = "submit", seed = 1, probability = 0.1, kinds = host == TortureHosts.Queue ? Broken : Throttled };
    }

    /// <summary>A key that is refused once: nothing more is submitted to that host in this run.</summary>
    public static object Refusal(string host) => new { host, operation = "submit", kind = "status", status = 401, after = 10, count = 1 };

    /// <summary>A gateway that answers for the host for a while: nothing more is submitted to it in this run.</summary>
    public static object Outage(string host) => new { host, operation = "submit", kind = "html", after = 15, count = 20 };

    /// <summary>Answers that are not as they should be, and can be read.</summary>
    public static IEnumerable<object> Readable(int seed)
    {
        object[] kinds = ["bom", "gzip", "wrong_type", new { kind = "drip", delay_ms = 1 }];
        return ((string[])["submit", "read"]).Select(operation => new { operation, seed, probability = 0.7, kinds });
    }

    private static object Names(int status, bool taken) =>
        new { kind = "status", status, body = Named, after_accept = taken, headers = Headers("") };

    // What is empty is not sent.
    private static Dictionary<string, string> Headers(string requestId, string units = "") =>
        new() { ["x-fal-request-id"] = requestId, ["X-Fal-Billable-Units"] = units };
}
