using Imagen4.Core.Http;

namespace Imagen4.Core.Tests.Http;

public sealed class ServedAddressTests
{
    [Theory]
    [InlineData("https://v3.fal.media/files/a/b.png", true)]
    [InlineData("https://93.184.216.34/a", true)]
    [InlineData("http://v3.fal.media/files/a/b.png", false)]
    [InlineData("https://user@v3.fal.media/files/a/b.png", false)]
    [InlineData("ftp://v3.fal.media/a", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("http://127.0.0.1:8080/a", false)]
    [InlineData("https://localhost/a", false)]
    [InlineData("https://[::1]/a", false)]
    [InlineData("https://[::ffff:127.0.0.1]/a", false)]
    [InlineData("https://[::ffff:10.0.0.1]/a", false)]
    [InlineData("https://0.0.0.0/a", false)]
    [InlineData("https://10.1.2.3/a", false)]
    [InlineData("https://100.64.0.1/a", false)]
    [InlineData("https://169.254.169.254/latest/meta-data", false)]
    [InlineData("https://172.16.0.1/a", false)]
    [InlineData("https://172.32.0.1/a", true)]
    [InlineData("https://192.168.0.1/a", false)]
    [InlineData("https://[fd00::1]/a", false)]
    [InlineData("https://[fe80::1]/a", false)]
    [InlineData("https://[::1.2.3.4]/a", false)]
    [InlineData("https://[64:ff9b:1::808:808]/a", false)]
    [InlineData("https://[100::1]/a", false)]
    [InlineData("https://[2001::1]/a", false)]
    [InlineData("https://[2001:db8::1]/a", false)]
    [InlineData("https://[3fff::1]/a", false)]
    [InlineData("https://[3fff:1000::1]/a", true)]
    [InlineData("https://[2001:200::1]/a", true)]
    [InlineData("https://[64:ff9b::808:808]/a", true)]
    [InlineData("https://[2606:2800:220:1::1]/a", true)]
    [InlineData("https://\ufffd/a", false)]
    [InlineData("https://xn--a\u0301/a", false)]
    public void A_public_host_sends_us_to_public_addresses_alone(string address, bool isAllowed) =>
        Assert.Equal(isAllowed, ServedAddress.IsAllowedFrom(new Uri(address), new Uri("https://rest.fal.ai")));

    [Theory]
    [InlineData("http://127.0.0.1:8080/a", "http://127.0.0.1:9/", true)]
    [InlineData("https://192.168.0.1/a", "http://127.0.0.1:9/", true)]
    [InlineData("https://192.168.0.1/a", "https://192.168.0.2/", true)]
    [InlineData("http://192.168.0.1/a", "https://192.168.0.2/", false)]
    [InlineData("http://127.0.0.1/a", "https://192.168.0.2/", false)]
    [InlineData("https://127.0.0.1:8080/a", "http://127.0.0.1:9/", true)]
    [InlineData("ftp://127.0.0.1:8080/a", "http://127.0.0.1:9/", false)]
    [InlineData("http://user@127.0.0.1:8080/a", "http://127.0.0.1:9/", false)]
    public void A_host_of_this_machine_or_its_network_sends_us_there(string address, string host, bool isAllowed) =>
        Assert.Equal(isAllowed, ServedAddress.IsAllowedFrom(new Uri(address), new Uri(host)));

    [Theory]
    [InlineData("https://files.example/a", "http://localhost:9/", true)]
    [InlineData("https://files.example/a", "https://192.168.0.2/", true)]
    [InlineData("https://files.example/a", "https://[fd00::1]/", true)]
    [InlineData("https://HOST.example/a", "https://host.example/queue", true)]
    [InlineData("https://files.example/a", "https://host.example/queue", false)]
    [InlineData("https://files.example/a", "https://93.184.216.34/", false)]
    public void A_private_network_is_entered_for_a_host_in_one_and_for_the_hosts_own_name(string address, string host, bool mayBePrivate) =>
        Assert.Equal(mayBePrivate, ServedAddress.MayBePrivate(new Uri(address), new Uri(host)));
}
