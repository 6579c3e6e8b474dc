using System.Data.Common;

namespace Imagen4.Core.Ledger.Store;

/// <summary>A connection with the commands it has prepared. Not for several threads.</summary>
/// <param name="connection">The connection.</param>
internal sealed class StoreConnection(DbConnection connection) : IAsyncDisposable
{
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>The connection itself.</summary>
    public DbConnection Connection => connection;

    /// <summary>Reads the rows of a select.</summary>
    public async Task<DbDataReader> ReadAsync(Statement statement, CancellationToken cancellation) =>
        await Command(statement, transaction: null).ExecuteReaderAsync(cancellation).ConfigureAwait(false);

    /// <summary>Reads the rows of a select, on this thread.</summary>
    public DbDataReader Read(Statement statement) => Command(statement, transaction: null).ExecuteReader();

    /// <summary>Runs statements in a transaction, in one round trip where the database can.</summary>
    /// <returns>How many rows each has changed.</returns>
    public async Task<int[]> ExecuteAsync(IReadOnlyList<Statement> statements, DbTransaction transaction)
    {
        if (!connection.CanCreateBatch)
        {
            var changed = new int[statements.Count];
            for (var index = 0; index < changed.Length; index++)
            {
                changed[index] = await Command(statements[index], transaction).ExecuteNonQueryAsync().ConfigureAwait(false);
            }

            return changed;
        }

        var batch = connection.CreateBatch();
        await using var disposing = batch.ConfigureAwait(false);
        batch.Transaction = transaction;
        foreach (var statement in statements)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = statement.Sql;
            foreach (var (name, value) in statement.Values)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
                if (value is null)
                {
                    // What is selected to be inserted has a type of its own, which null does not tell.
                    parameter.DbType = LedgerSql.TypeOf(name);
                }

                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        _ = await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        return [.. batch.BatchCommands.Select(command => command.RecordsAffected)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var command in _commands.Values)
        {
            await command.DisposeAsync().ConfigureAwait(false);
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private DbCommand Command(Statement statement, DbTransaction? transaction)
    {
        if (!_commands.TryGetValue(statement.Sql, out var command))
        {
            _commands[statement.Sql] = command = connection.CreateCommand();
            command.CommandText = statement.Sql;
            foreach (var (name, _) in statement.Values)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                command.Parameters.Add(parameter);
            }
        }

        command.Transaction = transaction;
        for (var index = 0; index < statement.Values.Length; index++)
        {
            command.Parameters[index].Value = statement.Values[index].Value ?? DBNull.Value;
        }

        return command;
    }
}
