using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Imagen4.Core.Ledger.Store;

/// <summary>A connection with the commands it has prepared. Not for several threads.</summary>
/// <param name="connection">The connection.</param>
internal sealed partial class StoreConnection(DbConnection connection) : IAsyncDisposable
{
    // Nobody else writes from its first word on: what a change was decided from stays true until it is committed.
    private static readonly Statement Begin = new("BEGIN IMMEDIATE");
    private static readonly Statement Commit = new("COMMIT");

    // A server takes statements together, and an image is hundreds of them: this much of images is held at a time.
    private const long MostLate = 1024 * 1024;

    private static readonly ConcurrentDictionary<string, string> Translated = new(StringComparer.Ordinal);

    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>The connection itself.</summary>
    public DbConnection Connection => connection;

    /// <summary>Reads the rows of a select.</summary>
    public async Task<DbDataReader> ReadAsync(Statement statement, CancellationToken cancellation) =>
        await Command(statement).ExecuteReaderAsync(cancellation).ConfigureAwait(false);

    /// <summary>Runs statements as one transaction, in one round trip where the database can.</summary>
    /// <returns>How many rows each has changed. After an error the connection is of no more use.</returns>
    public Task<int[]> CommitAsync(IReadOnlyList<Statement> statements) =>
        connection.CanCreateBatch ? CommitTogetherAsync(statements) : CommitOneByOneAsync(statements);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var command in _commands.Values)
        {
            await command.DisposeAsync().ConfigureAwait(false);
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<int[]> CommitOneByOneAsync(IReadOnlyList<Statement> statements)
    {
        // As statements, which stay prepared: a transaction object of this driver compiles its own each time.
        _ = await Command(Begin).ExecuteNonQueryAsync().ConfigureAwait(false);
        var changed = new int[statements.Count];
        for (var index = 0; index < changed.Length; index++)
        {
            changed[index] = await RunAsync(statements[index]).ConfigureAwait(false);
        }

        _ = await Command(Commit).ExecuteNonQueryAsync().ConfigureAwait(false);
        return changed;
    }

    private async Task<int> RunAsync(Statement statement)
    {
        if (statement.Stop.IsCancellationRequested)
        {
            return 0;
        }

        var command = Command(statement);
        for (var index = 0; index < statement.Values.Length; index++)
        {
            if (statement.Values[index].Value is LateBytes late)
            {
                command.Parameters[index].Value = await late.ReadAsync().ConfigureAwait(false);
            }
        }

        try
        {
            return await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
        finally
        {
            // It stays prepared, and must not keep them.
            foreach (DbParameter parameter in command.Parameters)
            {
                parameter.Value = parameter.Value is byte[] ? DBNull.Value : parameter.Value;
            }
        }
    }

    private async Task<int[]> CommitTogetherAsync(IReadOnlyList<Statement> statements)
    {
        var batches = InBatches(statements).ToList();
        if (batches.Count == 1)
        {
            // Without a word of a transaction, a batch is one.
            return await RunTogetherAsync(statements).ConfigureAwait(false);
        }

        var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await using var disposing = transaction.ConfigureAwait(false);
        var changed = new List<int>(statements.Count);
        foreach (var batch in batches)
        {
            changed.AddRange(await RunTogetherAsync(batch).ConfigureAwait(false));
        }

        await transaction.CommitAsync().ConfigureAwait(false);
        return [.. changed];
    }

    private static IEnumerable<IReadOnlyList<Statement>> InBatches(IReadOnlyList<Statement> statements)
    {
        var batch = new List<Statement>();
        var late = 0L;
        foreach (var statement in statements)
        {
            if (late > 0 && late + statement.Late > MostLate)
            {
                yield return batch;
                (batch, late) = ([], 0);
            }

            batch.Add(statement);
            late += statement.Late;
        }

        yield return batch;
    }

    private async Task<int[]> RunTogetherAsync(IReadOnlyList<Statement> statements)
    {
        var batch = connection.CreateBatch();
        await using var disposing = batch.ConfigureAwait(false);
        foreach (var statement in statements)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = Numbered(statement);
            foreach (var (name, value) in statement.Values)
            {
                var parameter = command.CreateParameter();
                parameter.Value = value is LateBytes late ? await late.ReadAsync().ConfigureAwait(false) : value ?? DBNull.Value;
                if (value is null)
                {
                    // What is selected to be inserted has a type of its own, which null does not tell.
                    parameter.DbType = RequestColumns.TypeOf(name);
                }

                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        _ = await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        return [.. batch.BatchCommands.Select(command => command.RecordsAffected)];
    }

    // With its values by number, as the server takes them: the driver would translate the names again for every statement it sends.
    private static string Numbered(Statement statement) => Translated.GetOrAdd(
        statement.Sql,
        static (sql, values) => Names().Replace(
            sql, match =>
                string.Create(CultureInfo.InvariantCulture, $"${Array.FindIndex(values, value => value.Name == match.Value) + 1}")),
        statement.Values);

    [GeneratedRegex("@[a-z_]+")]
    private static partial Regex Names();

    private DbCommand Command(Statement statement)
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

        for (var index = 0; index < statement.Values.Length; index++)
        {
            command.Parameters[index].Value = statement.Values[index].Value ?? DBNull.Value;
        }

        return command;
    }
}
