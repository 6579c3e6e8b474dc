using FsCheck;
using FsCheck.Fluent;
using Imagen4.Core.Http;
using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>Whatever address a host returns or a user gives: a key goes to the host's own origin only, and what is refused is said.</summary>
public sealed class AddressProperties
{
    private const string Id = "764cabcf-b745-4b3e-ae38-1200304cf45b";
    private const string Secret = "S3CR3T";
    private const string None = "none";

    private static readonly Gen<Uri> Hosts = Gen.Elements(
        new Uri("https://queue.fal.run"), new Uri("https://api.example.com/fal/"), new Uri("http://127.0.0.1:8080/x"), new Uri("https://[::1]:8443"),
        new Uri("https://bücher.example"));

    private static readonly Gen<string> Addresses =
        from scheme in Gen.Frequency(
            (5, Gen.Constant("https://")),
            (3, Gen.Elements("http://", "HTTPS://", "https:/", "https:\\\\", "//", "", "file://", "ftp://", "wss://", "javascript:", "data:")),
            (1, HostileText.Any))
        from user in Gen.Frequency((5, Gen.Constant("")), (1, Gen.Elements("queue.fal.run@", "user:pass@", ":@", "@")), (1, HostileText.Any))
        from host in Gen.Frequency(
            (4, Gen.Elements("queue.fal.run", "api.example.com", "127.0.0.1", "[::1]", "bücher.example", "xn--bcher-kva.example", "QUEUE.FAL.RUN")),
            (3, Gen.Elements(
                "evil.example", "queue.fal.run.", "queue.fal.run.evil.example", "xn--a\u0301", "\ufffd", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]",
                "169.254.169.254", "[fe80::1%25eth0]", "localhost", "")),
            (1, HostileText.Any))
        from port in Gen.Frequency((4, Gen.Constant("")), (2, Gen.Elements(":443", ":80", ":8080", ":8443", ":0", ":99999", ":")), (1, HostileText.Any))
        from before in Gen.Frequency((3, Gen.Elements("/", "/fal-ai/imagen4/requests/", "/../", "\\")), (1, HostileText.Any))
        from id in Gen.Frequency((4, Gen.Constant(Id)), (1, Gen.Elements("", $"%2e%2e/{Id}", $"{Id}%2f")))
        from after in Gen.Frequency((3, Gen.Elements("", "/status", "?logs=1", "#x", "/..")), (1, HostileText.Any))
        select $"{scheme}{user}{host}{port}{before}{id}{after}";

    [Fact]
    public void An_address_that_a_host_returns_is_taken_only_to_its_own_origin() => Always.Holds(
        from host in Hosts from returned in Addresses select (host, returned),
        one =>
        {
            if (HostAddress.Rebase(one.host, one.returned, Id) is not { } taken)
            {
                return true;
            }

            HostAddress.RequireOwn(taken, one.host, platform: null);
            return Origin(taken) == Origin(one.host) && taken.UserInfo.Length == 0;
        });

    [Fact]
    public void A_key_is_refused_to_every_other_origin() => Always.Holds(
        from host in Hosts from text in Addresses select (host, text),
        one => !Uri.TryCreate(one.text, UriKind.Absolute, out var address)
            || IsRefused(() => HostAddress.RequireOwn(address, one.host, platform: null), typeof(InvalidOperationException))
                == !(Origin(address) == Origin(one.host) && address.UserInfo.Length == 0));

    [Fact]
    public void What_is_served_is_taken_or_refused_whatever_it_is() => Always.Holds(
        from host in Hosts from text in Addresses select (host, text),
        one => !Uri.TryCreate(one.text, UriKind.Absolute, out var address)
            || !ServedAddress.IsAllowedFrom(address, one.host)
            || (address.UserInfo.Length == 0 && (address.Scheme == "https" || one.host.IsLoopback) && HasClient(address, one.host)));

    [Fact]
    public void The_address_of_a_provider_is_taken_or_InvalidInput_without_its_secrets() => Always.Holds(
        from text in Addresses
        from secret in Gen.Elements("", $"?key={Secret}", $"#{Secret}", $"?{Secret}@x", $"?a={Secret}#b?c")
        select text + secret,
        text =>
        {
            if (!Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var address))
            {
                return true;
            }

            _ = ProviderAddress.Meant(address.OriginalString);
            var error = Record.Exception(() => ProviderAddress.Validate(address));
            return (error is null ? Origin(address) != None : error is InvalidInputException)
                && error?.Message.Contains(Secret, StringComparison.Ordinal) != true
                && ProviderAddress.Meant(address.OriginalString)?.AbsoluteUri.Contains(Secret, StringComparison.Ordinal) != true;
        });

    [Fact]
    public void What_becomes_part_of_an_address_is_read_or_InvalidInput() => Always.Holds(
        HostileText.Any,
        text => Reads(text, given => EndpointId.Parse(given)) && Reads(text, SubmitPath.Check) && Reads(text, KeyHeader.Parse)
            && EndpointId.IsOne(text) == (Record.Exception(() => EndpointId.Parse(text)) is null));

    [Fact]
    public void The_address_of_a_ledger_is_read_or_InvalidInput() => Always.Holds(
        from start in Gen.Elements("", "postgres://", "postgresql://", "Host=h;Database=d;", "Host=h;Database=d;Port=", "Host=", "Timeout=")
        from middle in Gen.Elements("", "h/d", "u:p@h:5432/d", "127.0.0.1/d?sslmode=disable", "h/d?host=", "99999999999", ";")
        from text in Gen.Frequency((2, Gen.Constant("")), (3, HostileText.Any))
        select start + middle + text,
        text => Reads(text, PostgresAddress.Read));

    // By its parts, and not as the code under test compares them.
    private static string Origin(Uri address) =>
        Record.Exception(() => address.IdnHost) is null ? $"{address.Scheme}://{address.IdnHost.ToLowerInvariant()}:{address.Port}" : None;

    private static bool HasClient(Uri address, Uri host) => HttpStack.MediaOf(address, host) is not null;

    private static bool Reads<T>(string text, Func<string, T> read) => Record.Exception(() => read(text)) is null or InvalidInputException;

    private static bool IsRefused(Action act, Type type) => Record.Exception(act) is { } error
        && (error.GetType() == type ? true : throw new InvalidOperationException("Another exception.", error));
}
