using Imagen4.Core.Ledger.Postgres;
using Npgsql;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What an address says of the database, and what holds whatever it says.</summary>
public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("Host=db.example;Database=imagen", "db.example", 5432, "imagen", null, null)]
    [InlineData("Host=db.example;Port=6000;Database=imagen;Username=me;Password=pw", "db.example", 6000, "imagen", "me", "pw")]
    [InlineData("postgres://db.example/imagen", "db.example", 5432, "imagen", null, null)]
    [InlineData("postgresql://db.example:6000/imagen", "db.example", 6000, "imagen", null, null)]
    [InlineData("POSTGRES://me@db.example/imagen", "db.example", 5432, "imagen", "me", null)]
    [InlineData("postgres://me:p%3aw@db.example/imagen", "db.example", 5432, "imagen", "me", "p:w")]
    [InlineData("postgres://m%40e:p:w@db.example/my%20base", "db.example", 5432, "my base", "m@e", "p:w")]
    [InlineData("postgres://:pw@db.example/imagen", "db.example", 5432, "imagen", null, "pw")]
    [InlineData("postgres:///imagen?host=/run/postgresql", "/run/postgresql", 5432, "imagen", null, null)]
    [InlineData("postgres:///imagen?host=%2frun%2fpostgresql", "/run/postgresql", 5432, "imagen", null, null)]
    [InlineData("postgres://db.example/imagen?sslmode=disable&application_name=x&", "db.example", 5432, "imagen", null, null)]
    public void An_address_names_the_host_the_database_and_the_role(
        string text, string host, int port, string database, string? user, string? password)
    {
        var settings = PostgresAddress.Read(text);

        Assert.Equal((host, port, database), (settings.Host, settings.Port, settings.Database));
        Assert.Equal((user, password), (settings.Username, settings.Password));
        Assert.Equal($"postgres://{host}:{port}/{database}", PostgresAddress.Show(settings));
    }

    [Theory]
    [InlineData("Host=db.example;Database=imagen", SslMode.VerifyFull)]
    [InlineData("Host=db.example;Database=imagen;SSL Mode=Disable", SslMode.VerifyFull)]
    [InlineData("postgres://db.example/imagen?sslmode=disable", SslMode.VerifyFull)]
    [InlineData("postgres://localhost.example/imagen", SslMode.VerifyFull)]
    [InlineData("postgres://10.0.0.1/imagen", SslMode.VerifyFull)]
    [InlineData("postgres://[fd00::1]/imagen", SslMode.VerifyFull)]
    [InlineData("postgres://localhost/imagen", SslMode.Prefer)]
    [InlineData("Host=LocalHost;Database=imagen;SSL Mode=Require", SslMode.Require)]
    [InlineData("Host=127.0.0.1;Database=imagen;SSL Mode=Disable", SslMode.Disable)]
    [InlineData("Host=127.8.9.10;Database=imagen", SslMode.Prefer)]
    [InlineData("Host=::1;Database=imagen", SslMode.Prefer)]
    [InlineData("postgres://[::1]/imagen", SslMode.Prefer)]
    [InlineData("postgres:///imagen?host=/run/postgresql", SslMode.Prefer)]
    [InlineData("Host=/run/postgresql;Database=imagen;SSL Mode=Disable", SslMode.Disable)]
    public void TLS_is_verified_in_full_unless_the_host_is_this_machine(string text, SslMode expected) =>
        Assert.Equal(expected, PostgresAddress.Read(text).SslMode);

    [Theory]
    [InlineData("Host=db.example;Database=imagen;Pooling=false;Search Path=public;Application Name=other;Keepalive=0;Timeout=900;Max Auto Prepare=0")]
    [InlineData("postgres://db.example/imagen?application_name=other")]
    public void What_the_ledger_relies_on_is_the_same_whatever_the_address_says(string text)
    {
        var settings = PostgresAddress.Read(text);

        Assert.True(settings.Pooling);
        Assert.Equal(("imagen4", "Imagen4"), (settings.SearchPath, settings.ApplicationName));
        Assert.Equal((30, 15), (settings.KeepAlive, settings.Timeout));
        Assert.Equal((40, 2), (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages));
    }

    [Fact]
    public void The_authority_of_a_servers_certificate_can_be_named() => Assert.Equal(
        "/etc/ssl/my ca.pem", PostgresAddress.Read("postgres://db.example/imagen?sslrootcert=/etc/ssl/my%20ca.pem").RootCertificate);

    [Theory]
    [InlineData("", "names no host or no database")]
    [InlineData("Host=;Database=imagen", "names no host or no database")]
    [InlineData("Host=db.example", "names no host or no database")]
    [InlineData("Host=db.example;Database=", "names no host or no database")]
    [InlineData("postgres:///imagen", "names no host or no database")]
    [InlineData("postgres://db.example", "names no host or no database")]
    [InlineData("postgres://db.example/", "names no host or no database")]
    [InlineData("postgres://db.example/imagen?host", "names no host or no database")]
    [InlineData("Host=a.example,b.example;Database=imagen", "names several hosts")]
    [InlineData("postgres://a.example/imagen?host=a.example,b.example", "names several hosts")]
    [InlineData("postgres://db.example:0/imagen", "cannot be read")]
    [InlineData("postgres://db.example:99999/imagen", "cannot be read")]
    [InlineData("Host=db.example;Port=0;Database=imagen", "cannot be read")]
    [InlineData("Host=db.example;Port=x;Database=imagen", "cannot be read")]
    [InlineData("mysql://db.example/imagen", "cannot be read")]
    [InlineData("postgres://db.example/imagen?target_session_attrs=read-write", "has a parameter 'target_session_attrs' that is not supported")]
    [InlineData("postgres://db.example/imagen?SSLMODE=require", "has a parameter 'SSLMODE' that is not supported")]
    [InlineData("postgres://db.example/imagen?colour", "has a parameter 'colour' that is not supported")]
    public void What_is_no_address_of_one_database_is_said_so(string text, string said)
    {
        var error = Assert.Throws<InvalidInputException>(() => PostgresAddress.Read(text));

        Assert.StartsWith($"The address of the ledger's database {said}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db.example;Database=imagen", false)]
    [InlineData("Host=db.example;Database=imagen;Password=", false)]
    [InlineData("postgres://me:@db.example/imagen", false)]
    [InlineData("Host=db.example;Database=imagen;Password=pw", true)]
    [InlineData("Host=db.example;Database=imagen;SSL Password=pw", true)]
    [InlineData("postgres://me:pw@db.example/imagen", true)]
    public void A_password_in_an_address_is_noticed(string text, bool hasPassword) =>
        Assert.Equal(hasPassword, PostgresAddress.HasPassword(PostgresAddress.Read(text)));
}
