using Imagen4.Core.Http;
using Microsoft.Extensions.Time.Testing;

namespace Imagen4.Core.Tests.Http;

public sealed class HostOutageTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _said = [];

    [Fact]
    public void A_timer_that_comes_a_moment_early_comes_again()
    {
        var outage = new HostOutages(_time, _said.Add).Of("fal");
        using var asked = outage.Ask(until: null);

        // Somebody sets the clock back, by as little as a time server does.
        _time.AdjustTime(_time.GetUtcNow() - TimeSpan.FromMilliseconds(1));
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.Empty(_said);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.StartsWith("fal has not answered since ", Assert.Single(_said), StringComparison.Ordinal);
    }
}
