using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Rows;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>The states users see of what the ledger has.</summary>
public sealed class RequestStateTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_asks_for_a_state_gets_every_request_that_is_shown_in_it(bool isWorkedOn) =>
        Assert.All(
            Enum.GetValues<RequestState>(),
            state => Assert.Contains(state, RequestView.StatesOf([LedgerObjects.State(state, isWorkedOn)])));

    [Fact]
    public void A_row_that_was_throttled_to_the_end_is_in_the_same_state_in_its_result_and_in_the_ledger()
    {
        var error = new RateLimitedException("Later.") { StatusCode = 429 };

        Assert.Equal(LedgerObjects.State(RequestState.Throttled, isWorkedOn: false), RowEnd.StateAfter(error));
    }
}
