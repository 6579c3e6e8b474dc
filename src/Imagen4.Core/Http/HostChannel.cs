using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>Sends one request, reads the whole answer and writes a trace line.</summary>
/// <param name="client">The client to send with.</param>
/// <param name="time">The clock.</param>
internal sealed class HostChannel(HttpClient client, TimeProvider time)
{
    /// <summary>The largest answer that carries no images, in bytes: of a submit, a status, a cancel, a price, and every error.</summary>
    public const int LargestAnswer = 1024 * 1024;

    /// <summary>The largest answer that lists what is known of many things, in bytes.</summary>
    public const int LargestList = 16 * 1024 * 1024;

    // Of a list: a page of a hundred models with their documents has a tenth of them. Each takes dozens of bytes when it is parsed.
    private const int MostTokens = 500_000;

    // The prompt is to be back within a second.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    /// <summary>Receives one trace line for every exchange. It may be called on any thread.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>The key that is sent: no answer is handed on with it. Null where none is.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>Called as soon as a successful answer begins; its body may still take a while.</summary>
    public Action? Answered { get; init; }

    /// <summary>Sends a request, once.</summary>
    /// <param name="request">The request; it is not disposed here.</param>
    /// <param name="limit">How long the exchange may take.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="largest">The largest answer that is read, in bytes, where it is no error.</param>
    /// <param name="result">Lets the answer be a result, which may have images in it, where it is no error; null where it is none.</param>
    /// <exception cref="TimeoutException">The limit passed.</exception>
    /// <exception cref="HttpRequestException">The exchange failed.</exception>
    /// <exception cref="IOException">The answer broke off.</exception>
    public async Task<HostResponse> SendAsync(
        HttpRequestMessage request,
        TimeSpan limit,
        CancellationToken cancellation,
        int largest = LargestAnswer,
        LargeResultPermit? result = null)
    {
        var started = time.GetTimestamp();
        using var deadline = new Deadline(limit, time, cancellation);
        try
        {
            using var response = await client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token)
                .ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                Answered?.Invoke();
            }

            var paid = request.Content as PaidContent;
            paid?.NoteAnswer(response.Headers, Key);

            var answer = await (result is null || !response.IsSuccessStatusCode
                ? AnswerAsync(response, largest, paid, deadline.Token)
                : result.IsOnlyAnswer ? OnlyAnswerAsync(response, result, deadline.Token)
                : ResultAsync(response, result, deadline.Token)).ConfigureAwait(false);
            Trace?.Invoke(Messages.TraceAnswer.With(
                request.Method, Address(request), (int)response.StatusCode, (int)time.GetElapsedTime(started).TotalMilliseconds)
                + RetryAfter.Said(response.Headers, time));
            return answer;
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw Traced(request, new TimeoutException(deadline.HasPassed
                ? Messages.HostTimedOut.With(request.RequestUri!.Host, limit.TotalSeconds)
                : Messages.ConnectTimedOut.With(request.RequestUri!.Host, HttpStack.ConnectLimit.TotalSeconds), error));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Traced(request, FailureText.WithoutAnswer(error));
        }
    }

    // One that has begun, and that nobody says again, has a moment to end when somebody stops.
    private async Task<HostResponse> OnlyAnswerAsync(HttpResponseMessage response, LargeResultPermit permit, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var stopping = cancellation.UnsafeRegister(static source => ((CancellationTokenSource)source!).CancelAfter(Grace), late);
        return await ResultAsync(response, permit, late.Token, cancellation).ConfigureAwait(false);
    }

    private async Task<HostResponse> ResultAsync(
        HttpResponseMessage response, LargeResultPermit permit, CancellationToken cancellation, CancellationToken? waiting = null)
    {
        var (body, texts, isDecoded) = await new ResultBody(ResultBounds.Largest, permit)
            .ReadAsync(response.Content, cancellation, waiting)
            .ConfigureAwait(false);
        return Answer(response, Masked(body), isDecoded) with { Texts = texts };
    }

    private async Task<HostResponse> AnswerAsync(
        HttpResponseMessage response, int largest, PaidContent? paid, CancellationToken cancellation)
    {
        // What is wrong is said at the beginning of an error, and by its status and headers.
        var cuts = !response.IsSuccessStatusCode;
        var bound = cuts ? Math.Min(largest, LargestAnswer) : largest;
        using var buffer = new PooledBuffer();
        ReadOnlyMemory<byte> body;
        try
        {
            body = await BoundedBody.ReadAsync(response.Content, buffer, bound, cuts, cancellation).ConfigureAwait(false);
        }
        catch
        {
            paid?.BrokenAnswer = Masked(buffer.Written.ToArray());
            throw;
        }

        var isDecoded = BodyDecoder.TryDecode(ref body, response.Content.Headers.ContentEncoding, bound);

        // It is parsed several times, and each takes ten times its size. Of what lists many things, every one counts.
        var isLarge = isDecoded && body.Length > JsonExcerpt.LargestWhole && (cuts || largest <= LargestAnswer);
        if (!isLarge)
        {
            return JsonCheck.HasMoreTokens(body.Span, MostTokens)
                ? throw new AnswerTooLargeException(Messages.AnswerTooManyTokens.With(MostTokens))
                : Answer(response, Masked(buffer.Kept(body)), isDecoded);
        }

        // An id in it tells what has become of the request: it is searched whole. What is left of it is without the key, which may not be
        // recognized any more where something is left out.
        var isSearched = cuts || paid is not null;
        var whole = Masked(isSearched ? buffer.Kept(body) : body);
        var answer = Answer(response, buffer.Kept(JsonExcerpt.Of(whole, JsonExcerpt.LargestWhole)), isDecoded);
        return isSearched ? answer with { WholeBody = whole } : answer;
    }

    private ReadOnlyMemory<byte> Masked(ReadOnlyMemory<byte> body) => Key?.Mask(body) ?? body;

    private HostResponse Answer(HttpResponseMessage response, ReadOnlyMemory<byte> body, bool isDecoded) =>
        new(response.StatusCode, response.Headers, Type(response), body)
        {
            IsDecoded = isDecoded,
            Key = Key,
        };

    private string? Type(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType is { } type
        ? PlainText.Brief(Key?.Mask(type) ?? type)
        : null;

    private Exception Traced(HttpRequestMessage request, Exception error)
    {
        Trace?.Invoke(Messages.TraceFailure.With(request.Method, Address(request), FailureText.Of(error)));
        return error;
    }

    // The query may carry secrets (a webhook's address with a token in it), so it is not logged.
    private static string Address(HttpRequestMessage request) => request.RequestUri!.GetLeftPart(UriPartial.Path);
}

/// <summary>The text of a failed exchange: HttpClient's outermost message often says only that there was an error.</summary>
internal static class FailureText
{
    /// <summary>
    /// The same error without what came in place of HTTP within a body, such as the length of a chunk: .NET repeats it, and a host may
    /// have put the key there.
    /// </summary>
    public static Exception WithoutAnswer(Exception error) =>
        error is HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse }
            ? new HttpIOException(HttpRequestError.InvalidResponse, Messages.AnswerNotHttp)
            : error;

    /// <summary>The outermost message, followed by the innermost one where that says more, on one line and without a full stop.</summary>
    public static string Of(Exception error)
    {
        if (error is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse }
            or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse })
        {
            // .NET repeats what came instead of HTTP, whatever it is.
            return Messages.AnswerNotHttp.TrimEnd('.');
        }

        // Behind a time limit there is only what the limit has broken off.
        var cause = error is TimeoutException ? "" : error.GetBaseException().Message;

        // .NET points to an exception that nobody sees: its message follows.
        var said = error.Message.Replace(", see inner exception", "", StringComparison.Ordinal);
        return PlainText.Line(said.Contains(cause, StringComparison.Ordinal) ? said : $"{said} {cause}")
            .TrimEnd('.');
    }
}
