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
    private const int Rows = 6;

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

    /// <summary>The steps at which a machine dies.</summary>
    public static TheoryData<string> Ends => [.. StepsOfARow.Append("InDoubt").Append("Adopted").SelectMany(step => (string[])[$"before {step}", $"after {step}"])];

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

    [SkippableTheory]
    [MemberData(nameof(Ends))]
    public async Task Rows_of_a_machine_that_dies_at_a_step_are_finished_by_another(string end)
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);
        Set(LedgerCatalog.Variable, await server.CreateDatabaseAsync());
        await FaultAsync(new { operation = "submit", kind = "status", status = 429, match = $"{end}, row 3 " });
        await FaultAsync(new { operation = "submit", kind = "close", after_accept = true, match = $"{end}, row 5 " });
        await using var late = new LateHost(Address, end.EndsWith("NotSent", StringComparison.Ordinal));
        if (end.EndsWith("Adopted", StringComparison.Ordinal))
        {
            Assert.False(await EndsAsync("zeroth", late.Address, end, "after Accepted"), "The first machine was not killed.");
        }

        Assert.False(await EndsAsync("first", late.Address, end, end), "The machine was not killed there.");
        late.Appear();
        var said = new List<string>();
        for (var run = 1; run == 1 || (run == 2 && said.Exists(line => line.Contains(ImagenStates.InDoubt, StringComparison.Ordinal))); run++)
        {
            // What is in doubt at the end of the first is settled by the host's history in the next.
            said.Clear();
            Assert.True(await EndsAsync("second", late.Address, end, "-", said), "The other machine has not come to its end.");
        }

        Assert.Equal(
            [.. Enumerable.Range(1, Rows).Select(row => $"row {row} {ImagenStates.Delivered}")],
            said.Where(line => line.StartsWith("row ", StringComparison.Ordinal)).Select(line => string.Join(' ', line.Split(' ')[..3])));
        Assert.Equal(Rows, await BillsAsync());
        Assert.Equal(Rows, (await PromptsAsync()).Distinct().Count());
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

    // Whether the program has come to its end.
    private async Task<bool> EndsAsync(string home, Uri address, string name, string end, List<string>? said = null)
    {
        using var process = TortureProcess.Start("batch", Home.At(home), $"{address}", Out, name, $"{Rows}", end, "fal");
        for (string? line; (line = await process.ReadAsync()) is not null;)
        {
            if (line == "done")
            {
                return true;
            }

            said?.Add(line);
        }

        return false;
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

    /// <summary>The host, at an address of its own where nobody answers until it appears.</summary>
    private sealed class LateHost(Uri host, bool isLate) : IAsyncDisposable
    {
        private CuttingProxy? _front;

        public Uri Address { get; } = isLate ? Unused.Address() : host;

        public void Appear() => _front ??= isLate ? CuttingProxy.Start(host.Port, Address.Port) : null;

        public ValueTask DisposeAsync() => _front?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
