using System.Globalization;
using System.Net;
using Imagen4.Core.Text;
using Npgsql;

namespace Imagen4.Core.Ledger.Postgres;

/// <summary>
/// Reads the address of a shared ledger: <c>Host=…;Database=…;Username=…</c>, or a connection URI
/// (PostgreSQL documentation, 34.1.1.2) with <c>postgres</c> or <c>postgresql</c> as its scheme.
/// </summary>
internal static class PostgresAddress
{
    /// <summary>The settings of a connection. TLS is verified in full unless the host is this machine.</summary>
    /// <exception cref="InvalidInputException">It is not an address of a database.</exception>
    public static NpgsqlConnectionStringBuilder Read(string text)
    {
        var settings = Parse(text);
        if (settings.Host is not { Length: > 0 } host || settings.Database is not { Length: > 0 })
        {
            throw new InvalidInputException(Messages.LedgerAddressIncomplete);
        }

        // Claims are unique on one server only.
        if (host.Contains(',', StringComparison.Ordinal))
        {
            throw new InvalidInputException(Messages.LedgerAddressHosts);
        }

        settings.SslMode = IsHere(host) ? settings.SslMode : SslMode.VerifyFull;
        settings.Pooling = true;
        settings.SearchPath = "imagen4";
        settings.ApplicationName = "Imagen4";
        settings.MaxAutoPrepare = 40;
        settings.AutoPrepareMinUsages = 2;
        settings.KeepAlive = 30;
        settings.Timeout = 15;
        return settings;
    }

    /// <summary>Whether an address has a secret in it, which must not be stored.</summary>
    public static bool HasPassword(NpgsqlConnectionStringBuilder settings) =>
        !string.IsNullOrEmpty(settings.Password) || !string.IsNullOrEmpty(settings.SslPassword);

    /// <summary>The address as users may see it.</summary>
    public static string Show(NpgsqlConnectionStringBuilder settings) => string.Create(
        CultureInfo.InvariantCulture, $"postgres://{settings.Host}:{settings.Port}/{settings.Database}");

    /// <summary>Where PostgreSQL's programs look for passwords (documentation, 34.16).</summary>
    public static string PasswordFile => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "postgresql", "pgpass.conf")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pgpass");

    private static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            return text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
                    ? OfUri(text)
                    : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The text may hold a password: not a word of it is repeated.
            throw new InvalidInputException(Messages.LedgerAddressMalformed);
        }
    }

    private static NpgsqlConnectionStringBuilder OfUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address))
        {
            throw new InvalidInputException(Messages.LedgerAddressMalformed);
        }

        var user = address.UserInfo.Split(':', 2);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = Uri.UnescapeDataString(address.Host),
            Database = Uri.UnescapeDataString(address.AbsolutePath.TrimStart('/')),
        };
        if (address.Port >= 0)
        {
            settings.Port = address.Port;
        }

        if (user[0].Length > 0)
        {
            settings.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length == 2)
        {
            settings.Password = Uri.UnescapeDataString(user[1]);
        }

        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var left, var right] ? (left, Uri.UnescapeDataString(right)) : (pair, "");
            switch (name)
            {
                case "host":
                    settings.Host = value;
                    break;
                case "sslrootcert":
                    settings.RootCertificate = value;
                    break;
                case "sslmode" or "application_name":
                    break;
                default:
                    throw new InvalidInputException(Messages.LedgerAddressParameter.With(PlainText.Brief(name)));
            }
        }

        return settings;
    }

    // A folder is the socket of a server on this machine.
    private static bool IsHere(string host) => host.StartsWith('/') || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
