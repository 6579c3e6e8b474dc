using System.Globalization;
using Imagen4.Core.Http;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

public sealed class RetryAfterTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("7", 7)]
    [InlineData("60", 60)]
    [InlineData("61", 60)]
    [InlineData("86400", 60)]
    public void Seconds_are_waited_up_to_the_cap(string value, int expected) => Assert.Equal(TimeSpan.FromSeconds(expected), Read(value));

    [Theory]
    [InlineData(12, 12)]
    [InlineData(3600, 60)]
    [InlineData(-30, 0)]
    public void A_date_is_waited_for_up_to_the_cap_and_a_past_one_not_at_all(int fromNow, int expected)
    {
        var time = new ManualTime();
        var date = time.GetUtcNow().AddSeconds(fromNow).ToString("R", CultureInfo.InvariantCulture);

        Assert.Equal(TimeSpan.FromSeconds(expected), Read(date, time));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public void What_is_neither_is_as_good_as_nothing(string value) => Assert.Null(Read(value));

    [Fact]
    public void Without_the_header_there_is_no_wait_asked_for()
    {
        using var response = new HttpResponseMessage();

        Assert.Null(RetryAfter.Read(response.Headers, TimeProvider.System));
    }

    private static TimeSpan? Read(string value, TimeProvider? time = null)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("Retry-After", value);
        return RetryAfter.Read(response.Headers, time ?? TimeProvider.System);
    }
}
