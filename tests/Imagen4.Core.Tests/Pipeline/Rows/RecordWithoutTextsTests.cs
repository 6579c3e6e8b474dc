using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>Records of a ledger that keeps no prompts: only who has the prompt goes on with the row.</summary>
[Collection(RunsAlone.Name)]
public sealed class RecordWithoutTextsTests : BatchTest
{
    [Fact]
    public async Task Without_what_was_sent_a_record_is_refused_and_nothing_is_sent()
    {
        TestClient.Ledgers.KeepPrompts(keeps: false);
        try
        {
            var sent = Assert.Single(await RunAsync(Batch(), Prompt(1))).Value!;
            var check = TestClient.Check(Batch());

            var error = Assert.Throws<InvalidInputException>(() => check.Check(TestHost.Row(3, "a red fox") with { LedgerId = sent.LedgerId }));

            Assert.Equal(
                "Row 3: The ledger keeps no prompts (Set-ImagenLedger -KeepPrompts:$false), so this record does not have all that was sent. "
                    + "Nothing was sent; pipe the rows of the batch again instead: Import-Csv prompts.csv | New-ImagenImage.",
                error.Message);
            Assert.False(check.Check(TestHost.Row(3, Prompt(1)) with { LedgerId = sent.LedgerId }).IsNew);
            Assert.Equal(1, await BillsAsync());
        }
        finally
        {
            TestClient.Ledgers.KeepPrompts(keeps: true);
        }
    }
}
