using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

public sealed class NamedRequestsTests
{
    [Theory]
    [InlineData(null, 43L, 43L, null)]
    [InlineData(3L, 43L, 43L, 3L)]
    [InlineData(3L, 3L, 3L, 3L)]
    [InlineData(3L, 43L, 4L, 4L)]
    [InlineData(3L, null, 43L, 43L)]
    public void The_seed_a_host_reports_is_no_input_whatever_it_was_asked_for(long? asked, long? reported, long? onTheRecord, long? taken)
    {
        var entry = Sample.Entry(1) with { Input = new ImageInput { Prompt = "a fox", Seed = asked } };
        var stored = Sample.Stored(entry, RequestState.Delivered);
        var known = new LedgerRequest(stored with { Progress = stored.Progress with { Seed = reported } }, "here");

        var input = NamedRequests.WithoutReports(known, entry.Input with { Seed = onTheRecord });

        Assert.Equal(taken, input.Seed);
    }
}
