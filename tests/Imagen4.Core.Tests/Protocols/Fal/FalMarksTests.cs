using System.Net;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Fal;

namespace Imagen4.Core.Tests.Protocols.Fal;

/// <summary>What an answer says of its bill.</summary>
public sealed class FalMarksTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("1.5", 1.5)]
    [InlineData("25e-1", 2.5)]
    [InlineData("0", 0)]
    public void Units_are_a_plain_decimal(string written, double units)
    {
        Assert.Equal((decimal)units, FalMarks.Units(Answer(written)));
        Assert.Equal(units != 0, FalMarks.Bills(Answer(written)));
    }

    [Theory]
    [InlineData("1,5")]
    [InlineData("1,500")]
    [InlineData("0,0")]
    [InlineData("-1")]
    [InlineData("1 image")]
    [InlineData("")]
    public void Whatever_else_is_written_there_is_a_bill_of_unknown_units(string written)
    {
        Assert.Null(FalMarks.Units(Answer(written)));
        Assert.True(FalMarks.Bills(Answer(written)));
    }

    private static HostResponse Answer(string units)
    {
        var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("X-Fal-Billable-Units", units);
        return new HostResponse(HttpStatusCode.OK, response.Headers, "application/json", "{}"u8.ToArray());
    }
}
