using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>The errors that a later run reports for what an earlier one has come to.</summary>
public sealed class LedgerErrorsTests
{
    private static readonly LedgerEntry Entry = Sample.Entry(1) with { LedgerId = "0190a0b0c0d0e0f00190a0b0c0d0e0f0", RequestId = "r-1" };

    [Theory]
    [InlineData(nameof(RequestState.Claimed))]
    [InlineData(nameof(RequestState.Intent))]
    [InlineData(nameof(RequestState.NotSent))]
    [InlineData(nameof(RequestState.Throttled))]
    [InlineData(nameof(RequestState.NotSubmitted))]
    [InlineData(nameof(RequestState.Accepted))]
    [InlineData(nameof(RequestState.Started))]
    [InlineData(nameof(RequestState.Expired))]
    [InlineData(nameof(RequestState.StatusCompleted))]
    [InlineData(nameof(RequestState.Completed))]
    [InlineData(nameof(RequestState.Delivered))]
    public void What_is_open_or_has_succeeded_is_no_error(string state) => Assert.Null(LedgerErrors.Of(Known(state)));

    [Fact]
    public void A_doubt_says_when_and_where_the_row_was_sent_and_how_it_is_settled()
    {
        var known = Known(nameof(RequestState.InDoubt));

        var error = Assert.IsType<SubmissionInDoubtException>(
            LedgerErrors.Of(new LedgerRequest(known.Stored with { Progress = known.Stored.Progress with { RequestId = "r-1" } }, known.Ledger)));

        Assert.Equal(
            "The row was sent to fal at 2023-11-14 22:13:20Z, and it is not known whether it was accepted. It is not sent again. "
            + "Resolve-ImagenRequest -LedgerId 0190a0b0c0d0e0f00190a0b0c0d0e0f0 settles it.",
            error.Message);
        Assert.Equal("r-1", error.RequestId);
    }

    [Theory]
    [InlineData(nameof(RequestState.Accepted))]
    [InlineData(nameof(RequestState.Claimed))]
    [InlineData(nameof(RequestState.InDoubt))]
    public void Of_a_damaged_request_nothing_is_certain_but_that_it_may_have_been_sent(string state)
    {
        var known = Known(state);

        var error = Assert.IsType<SubmissionInDoubtException>(LedgerErrors.Of(new LedgerRequest(known.Stored with { IsDamaged = true }, known.Ledger)));

        Assert.Equal(
            "The ledger in here is damaged: the checksum of request 0190a0b0c0d0e0f00190a0b0c0d0e0f0 is wrong. "
            + "It may have been sent, so it is not sent again.",
            error.Message);
        Assert.Equal(
            "Remove-ImagenRequest -LedgerId 0190a0b0c0d0e0f00190a0b0c0d0e0f0 "
            + "# makes the ledger forget it: its row is then a new one, and is paid for again",
            error.NextCommand);
    }

    [Theory]
    [InlineData(nameof(RequestState.Rejected), "r-1")]
    [InlineData(nameof(RequestState.Failed), "r-1")]
    [InlineData(nameof(RequestState.Cancelled), "r-1")]
    public void What_failed_elsewhere_is_reported_in_the_words_of_its_host(string state, string requestId)
    {
        var error = LedgerErrors.Of(Ended(state, "The model is overloaded.", refusal: null));

        Assert.IsType<RequestFailedException>(error);
        Assert.Equal(
            "Another process submitted this row in the meantime, and it failed: The model is overloaded.", error.Message);
        Assert.Equal((requestId, "overloaded", false), (error.RequestId, error.HostErrorType, error.RefusesInput));
    }

    [Fact]
    public void Where_the_host_gave_no_reason_that_is_shown_as_unknown()
    {
        Assert.EndsWith("it failed: ?", LedgerErrors.Of(Ended("Cancelled", error: null, refusal: null))!.Message, StringComparison.Ordinal);
        Assert.StartsWith("?. This input", LedgerErrors.Of(Ended("Failed", error: null, "InvalidInput"))!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(RequestState.Rejected), "ContentPolicyViolation", typeof(ContentPolicyViolationException))]
    [InlineData(nameof(RequestState.Failed), "ContentPolicyViolation", typeof(ContentPolicyViolationException))]
    [InlineData(nameof(RequestState.Rejected), "InvalidInput", typeof(InvalidInputException))]
    [InlineData(nameof(RequestState.Failed), "InvalidInput", typeof(InvalidInputException))]
    public void A_refused_input_is_refused_again_by_the_same_kind_of_error(string state, string refusal, Type type)
    {
        var error = LedgerErrors.Of(Ended(state, "No hats.", refusal))!;

        Assert.IsType(type, error);
        Assert.Equal("No hats. This input was refused before and was not sent again.", error.Message);
        Assert.Equal(("r-1", "overloaded", true), (error.RequestId, error.HostErrorType, error.RefusesInput));
        Assert.Equal(refusal, LedgerErrors.RefusalBy(error));
    }

    [Fact]
    public void What_is_cancelled_was_not_refused() =>
        Assert.IsType<RequestFailedException>(LedgerErrors.Of(Ended("Cancelled", "Gone.", "InvalidInput")));

    [Fact]
    public void An_error_that_is_not_about_the_input_leaves_no_refusal() =>
        Assert.Null(LedgerErrors.RefusalBy(new InvalidInputException("The key is taken.")));

    private static LedgerRequest Known(string state) => new(Sample.Stored(Entry, Enum.Parse<RequestState>(state)), "here");

    private static LedgerRequest Ended(string state, string? error, string? refusal)
    {
        var known = Known(state);
        return known with
        {
            Stored = known.Stored with
            {
                Progress = known.Stored.Progress with { RequestId = "r-1", Error = error, ErrorType = "overloaded", Refusal = refusal },
            },
        };
    }
}
