using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Imagen4.Core.Ledger;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;
using Npgsql;

namespace Imagen4.Core.Tests.Ledger.Store;

/// <summary>What can go wrong with a server while rows are on their way: nothing is paid for twice, nothing is lost.</summary>
[Collection(RunsAlone.Name)]
public sealed class PostgresFaultTests(PostgresServer server) : BatchTest, IClassFixture<PostgresServer>
{
    private static readonly string[] StepsOfARow = ["Claimed", "Intent", "NotSent", "Throttled", "Accepted", "Completed", "Delivered"];

    /// <summary>The steps of a row, and how its connection breaks off there.</summary>
    public static TheoryData<string, string> Cuts
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var step in StepsOfARow)
            {
                all.Add(step, "ended by the server");
                all.Add(step, "cut before the server has it");
                all.Add(step, "cut after the server has it");
            }

            return all;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Cuts))]
    public async Task A_connection_that_breaks_off_at_a_step_is_opened_again_and_the_row_goes_on(string step, string how)
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);
        var address = await server.CreateDatabaseAsync();
        await using var proxy = CuttingProxy.Start(server.Port);
        Set(LedgerCatalog.Variable, address.Replace($"Port={server.Port};", $"Port={proxy.Port};", StringComparison.Ordinal));
        Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunAsync(Batch(), Prompt(1))).Value!.State);
        await using var late = new LateHost(Address, step == "NotSent");
        if (step == "NotSent")
        {
            TestClient.Providers.Set(TestHost.Profile(late.Address) with { OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: true);
        }

        if (step == "Throttled")
        {
            await FaultAsync(new { operation = "submit", kind = "status", status = 429, match = Prompt(2) });
        }

        var isCut = 0;
        TestClient.Ledger.StepHook = (at, isWritten) =>
        {
            if ($"{at}" == step && !isWritten && Interlocked.Exchange(ref isCut, 1) == 0)
            {
                late.Appear();
                Cut(address, proxy, how);
            }
        };
        var row = Assert.Single(await RunAsync(Batch(), Prompt(2)));
        TestClient.Ledger.StepHook = null;

        Assert.Equal(1, isCut);
        Assert.Equal(how == "ended by the server" ? 0 : 1, proxy.Cuts);
        Assert.Equal((ImagenStates.Delivered, null), (row.Value!.State, row.Error));
        Assert.Equal(2, await BillsAsync());
        var again = Assert.Single(await RunAsync(Batch(), Prompt(2)));
        Assert.Equal(row.Value.RequestId, again.Value!.RequestId);
        Assert.Equal(2, await BillsAsync());
        Assert.Equal(1L, Convert.ToInt64(await AskAsync(address, "SELECT count(*) FROM imagen4.step WHERE state = 13 AND request = (SELECT max(id) FROM imagen4.request)"), CultureInfo.InvariantCulture));
    }

    [SkippableFact]
    public async Task When_the_disk_of_the_server_is_full_nothing_more_is_submitted_and_what_was_accepted_is_saved()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);
        var disk = Path.Combine(Path.GetTempPath(), $"imagen4-disk-{Guid.NewGuid():N}");
        Directory.CreateDirectory(disk);
        var isMounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=24m,mode=0777", "tmpfs", disk);
        if (!isMounted)
        {
            Directory.Delete(disk);
            Skip.If(true, "NOT RUN: no file system can be mounted here, so no disk was full");
        }

        var address = "";
        try
        {
            address = await server.CreateDatabaseOnAsync(disk);
            Set(LedgerCatalog.Variable, address);
            Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunAsync(Batch(), Prompt(1))).Value!.State);
            Fill(Path.Combine(disk, "ballast"));

            // Until the last page is full, rows go on.
            string[] prompts = [.. Enumerable.Range(1, 60).Select(Prompt)];
            var first = await RunAsync(Batch(), prompts);

            var refused = first.Where(row => row.Error is LedgerUnavailableException).ToList();
            Assert.NotEmpty(refused);
            Assert.All(refused, row => Assert.Matches("^The ledger in postgres://.* cannot be written, and nothing more is submitted: 53100: could not extend file ", row.Error!.Message));
            var delivered = first.Where(row => row.Value?.State == ImagenStates.Delivered).ToList();
            Assert.All(delivered, row => Assert.True(File.Exists(row.Value!.Path)));
            Assert.Equal(await BillsAsync(), delivered.Count);

            File.Delete(Path.Combine(disk, "ballast"));
            var again = await RunAsync(Batch(), prompts);
            Assert.All(again, row => Assert.Equal((ImagenStates.Delivered, null), (row.Value!.State, row.Error)));
            Assert.Equal(prompts.Length, await BillsAsync());
        }
        finally
        {
            await TestClient.Ledger.DisposeAsync();
            Set(LedgerCatalog.Variable, null);
            await server.DropDatabaseAsync(address);
            _ = Run("umount", disk);
            Directory.Delete(disk);
        }
    }

    [SkippableFact]
    public async Task Text_that_is_damaged_is_reported_as_damage_and_its_row_is_not_paid_for_again()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);

        // What is on a damaged page the server hands on as it is. It takes such bytes only into a database that is said to be of no encoding.
        var address = (await server.CreateDatabaseAsync()).Replace("Database=ledger", "Database=raw", StringComparison.Ordinal);
        var name = new NpgsqlConnectionStringBuilder(address).Database!;
        var other = address.Replace($"Database={name}", "Database=postgres", StringComparison.Ordinal);
        _ = await AskAsync(
            other,
            $"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        Set(LedgerCatalog.Variable, address);
        var first = Assert.Single(await RunAsync(Batch(), Prompt(1))).Value!;
        _ = await AskAsync(address, "UPDATE imagen4.request SET input = convert_from(decode('ff', 'hex') || convert_to(input, 'SQL_ASCII'), 'SQL_ASCII')");
        _ = await AskAsync(other, $"UPDATE pg_database SET encoding = pg_char_to_encoding('UTF8') WHERE datname = '{name}'");
        await TestClient.Ledger.DisposeAsync();
        Set(LedgerCatalog.Variable, address + ";Timeout=60");

        var (value, error) = Assert.Single(await RunAsync(Batch(), Prompt(1)));

        Assert.IsType<SubmissionInDoubtException>(error);
        Assert.Matches($"^Row 1: The ledger in postgres://.* is damaged: the checksum of request {first.LedgerId} is wrong\\. It may have been sent, so it is not sent again\\.$", error.Message);
        Assert.Equal(ImagenStates.InDoubt, value!.State);
        Assert.True(Assert.Single(TestClient.Client.Requests.Find(new())).IsDamaged);
        Assert.Equal(1, await BillsAsync());
    }

    [SkippableFact]
    public async Task A_server_that_dies_in_the_middle_of_a_batch_is_one_warning_and_every_paid_row_has_its_id_in_an_object()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);
        Set(LedgerCatalog.Variable, await server.CreateDatabaseAsync());
        await SettingsAsync(new { generation_time = 0.5, slots = 40 });
        var options = Batch();
        var run = TestClient.Client.StartBatch(options);
        var rows = Enumerable.Range(1, 40).Select(row => TestClient.Check(options).Check(TestHost.Row(row, Prompt(row)))).ToList();
        var accepted = 0;
        var isMiddle = new TaskCompletionSource();
        TestClient.Ledger.StepHook = (step, isWritten) =>
        {
            if (isWritten && step == Imagen4.Core.Ledger.States.RequestState.Accepted && Interlocked.Increment(ref accepted) == 10)
            {
                isMiddle.SetResult();
            }
        };

        var running = Task.WhenAll(rows.Select(row => run.RunAsync(row, CancellationToken.None)));
        await isMiddle.Task.InTime();
        await server.CrashAsync();
        var outcomes = await running.InTime();

        TestClient.Ledger.StepHook = null;
        var paid = await BillLinesAsync();
        var objects = outcomes.Select(outcome => outcome.Value).OfType<ImagenResult>().ToList();
        Assert.All(paid.Select(line => JsonElement.Parse(line).GetProperty("request_id").GetString()), id => Assert.Contains(objects, value => value.RequestId == id));
        var unrecorded = Assert.Single(run.Counts.LedgerWarnings);
        Assert.Matches(
            @"^The results of \d+ of these requests could not be written to the ledger: The ledger in postgres://\S+ cannot be written, and nothing more is submitted: .+\. "
            + @"Their ids \(RequestId, LedgerId\) are in the objects and errors of this batch: keep those\. "
            + @"The same rows, run again, continue what the ledger knows; rows that it had only begun to record are in doubt\. "
            + @"If the ledger was deleted, it knows none of them: their rows would be paid for again\.$",
            unrecorded);
        Assert.Empty(Warnings);
        Assert.InRange(outcomes.Count(outcome => outcome is { Value: null, Error: LedgerUnavailableException }), 0, 2);

        await server.StartAsync();
        var again = await RunAsync(Batch(), [.. Enumerable.Range(1, 40).Select(Prompt)]);
        Assert.All(again, row => Assert.True(row.Value!.State is ImagenStates.Delivered or ImagenStates.InDoubt, row.Value.Error));
        Assert.Equal(await BillsAsync(), (await PromptsAsync()).Distinct().Count());
    }

    [SkippableFact]
    public async Task A_server_with_too_many_connections_is_said_once_for_a_batch_that_cannot_begin()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);
        var address = await server.CreateDatabaseAsync();
        Set(LedgerCatalog.Variable, address);
        Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunAsync(Batch(), Prompt(1))).Value!.State);
        var name = new NpgsqlConnectionStringBuilder(address).Database;
        var options = Batch();
        var check = TestClient.Check(options);
        var rows = Enumerable.Range(2, 15).Select(row => check.Check(TestHost.Row(row, Prompt(row)))).ToList();
        _ = await AskAsync(address, $"CREATE ROLE crowded LOGIN; ALTER DATABASE {name} CONNECTION LIMIT 0");
        Set(LedgerCatalog.Variable, address.Replace("Username=tester", "Username=crowded", StringComparison.Ordinal));
        var run = TestClient.Client.StartBatch(options);

        var outcomes = await Task.WhenAll(rows.Select(row => run.RunAsync(row, CancellationToken.None))).InTime();

        var error = Assert.Single(outcomes.Select(outcome => outcome.Error).OfType<ImagenException>());
        Assert.Matches(@"^The ledger cannot be read: postgres://\S+: 53300: too many connections for database ", error.Message);
        Assert.Equal(15, Assert.Single(run.Counts.NotSent).Value);
        Assert.Empty(Warnings);
        Assert.Equal(1, await BillsAsync());
    }

    private static void Cut(string address, CuttingProxy proxy, string how)
    {
        if (how != "ended by the server")
        {
            proxy.CutNext(isHandedOn: how == "cut after the server has it");
            return;
        }

        using var connection = new NpgsqlConnection(address);
        connection.Open();
        using var end = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        Assert.True(end.ExecuteScalar() is true);
    }

    private static async Task<object?> AskAsync(string address, string sql)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync();
#pragma warning disable CA2100 // A constant of the test.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    private async Task<IReadOnlyList<string>> PromptsAsync() =>
        [.. (await BillLinesAsync()).Select(line => JsonElement.Parse(line).GetProperty("input").GetProperty("prompt").GetString()!)];

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (var block = new byte[4096]; ;)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
