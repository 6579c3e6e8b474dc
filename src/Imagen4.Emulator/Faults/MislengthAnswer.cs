namespace Imagen4.Emulator.Faults;

/// <summary>Sends more or less than it announces, and closes.</summary>
internal sealed class MislengthAnswer : IResult
{
    private readonly IResult _answer;
    private readonly int _missing;
    private readonly int _unannounced;

    private MislengthAnswer(IResult answer, int missing, int unannounced)
    {
        _answer = answer;
        _missing = missing;
        _unannounced = unannounced;
    }

    /// <summary>The last bytes are announced and never come.</summary>
    public static MislengthAnswer Truncated(IResult answer, int bytes) => new(answer, missing: bytes, unannounced: 0);

    /// <summary>The last bytes come and were not announced.</summary>
    public static MislengthAnswer Overlong(IResult answer, int bytes) => new(answer, missing: 0, unannounced: bytes);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var connection = new RawConnection(httpContext);
        var body = await KeptAnswer.BodyOfAsync(_answer, httpContext);
        httpContext.Response.ContentLength = Math.Max(0, body.Length - _unannounced);
        await connection.SendAsync(RawConnection.HeadOf(httpContext.Response));
        await connection.SendAsync(body[..Math.Max(0, body.Length - _missing)]);
        await connection.EndAsync(Ending.Close);
    }
}
