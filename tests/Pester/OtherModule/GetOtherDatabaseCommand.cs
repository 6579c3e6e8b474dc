using System.Management.Automation;
using Microsoft.Data.Sqlite;

namespace OtherModule;

/// <summary>Uses SQLite the way of its own packages, and says which version it got.</summary>
[Cmdlet(VerbsCommon.Get, "OtherDatabase")]
public sealed class GetOtherDatabaseCommand : PSCmdlet
{
    protected override void ProcessRecord()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        WriteObject(connection.ServerVersion);
    }
}
