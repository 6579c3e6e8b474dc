using FsCheck;
using FsCheck.Fluent;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger.Properties;

/// <summary>The rules of continuing a batch, for every request that a ledger may know of a row.</summary>
public sealed class RowRuleProperties
{
    private const string Same = "5a5a";

    private static readonly RowIdentity Row = new("b0", "c0", Same, Directory: null);

    // What the user is asked about, or what is paid for: only he, the host or its history leads on from here.
    private static readonly RequestState[] MayBePaid =
    [
        RequestState.Intent, RequestState.InDoubt, RequestState.Accepted, RequestState.Expired, RequestState.StatusCompleted,
        RequestState.Completed, RequestState.Delivered, RequestState.Started,
    ];

    private static readonly Gen<bool> Either = Gen.Elements(true, false);

    // Only a host that was asked refuses an input.
    private static readonly Gen<LedgerRequest> Requests =
        from state in Gen.Elements(Enum.GetValues<RequestState>())
        from refusal in state is RequestState.Rejected or RequestState.Failed
            ? Gen.Elements(null, "ContentPolicyViolation", "InvalidInput")
            : Gen.Constant<string?>(null)
        from hash in Gen.Elements<string?>(Same, "0b0b", null)
        from isDamaged in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
        from owner in Gen.Elements<long?>(null, 7)
        from row in Gen.Elements<string?>(Row.Row, "b1", null)
        select new LedgerRequest(new StoredRequest
        {
            LedgerId = "a0",
            Row = row,
            InputHash = hash,
            Provider = "fal",
            BaseUri = "https://queue.fal.run",
            Model = "fal-ai/imagen4/preview",
            Input = """{"prompt":"a fox"}""",
            IsDamaged = isDamaged,
            Progress = new RequestProgress { State = state, Refusal = refusal, Owner = owner },
        }, "here");

    [Fact]
    public void What_may_be_paid_for_is_never_submitted_again() => Always.Holds(
        Requests, known => !RowRules.IsSubmittedAgain(known, Row) || !MayBePaid.Contains(known.Stored.Progress.State));

    [Fact]
    public void What_is_damaged_is_never_submitted_again() =>
        Always.Holds(Requests, known => !known.IsDamaged || !RowRules.IsSubmittedAgain(known, Row));

    [Fact]
    public void What_has_come_to_no_good_end_is_submitted_again_unless_this_very_input_was_refused() => Always.Holds(
        Requests,
        known => RowRules.IsSubmittedAgain(known, Row)
            == (RowRules.EndedBadly(known) && !(known.Refusal is not null && RowRules.IsSameInput(known, Row.InputHash))));

    [Fact]
    public void What_is_done_is_not_submitted_again_unless_it_ended_in_this_very_run() => Always.Holds(
        from known in Requests from submitsOnly in Either select (known, submitsOnly),
        value => !(RowRules.IsDone(value.known, Row, value.submitsOnly, hasFiles: true, isNews: false) && RowRules.IsSubmittedAgain(value.known, Row)));

    [Fact]
    public void Who_only_submits_is_done_with_all_that_the_host_has_or_may_have() => Always.Holds(
        Requests,
        known => RowRules.IsDone(known, Row, submitsOnly: true, hasFiles: false, isNews: false)
            || RowRules.IsLost(known) || RowRules.IsSubmittedAgain(known, Row));

    [Fact]
    public void A_doubt_is_reported_and_nothing_else_is_done_about_it() => Always.Holds(
        from known in Requests from submitsOnly in Either from isNews in Either select (known, submitsOnly, isNews),
        value => value.known.Step != RequestState.InDoubt || RowRules.IsDone(value.known, Row, value.submitsOnly, hasFiles: false, value.isNews));

    [Fact]
    public void A_key_with_other_input_is_refused_unless_what_it_stood_for_came_to_no_good_end() => Always.Holds(Requests, known =>
    {
        var refused = Record.Exception(() => RowRules.RequireSameInput(Same, known));
        return refused is null ? RowRules.EndedBadly(known) || RowRules.IsSameInput(known, Same) : refused is InvalidInputException;
    });
}
