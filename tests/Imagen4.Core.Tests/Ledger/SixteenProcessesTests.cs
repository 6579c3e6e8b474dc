using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>Processes that continue the same batch at the same moment, each with its own environment.</summary>
public sealed class SixteenProcessesTests : EmulatorTest, IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sixteen_processes_with_the_same_rows_pay_once_a_row_and_each_reports_every_row(bool saves)
    {
        const int Rows = 12;
        var folder = _temp.At("out");
        await SettingsAsync(new { generation_time = 0.2 });
        var processes = Enumerable.Range(0, 16).Select(_ => TortureProcess.Start("rows", _temp.Path, $"{Address}", saves ? folder : "-", $"{Rows}")).ToList();
        try
        {
            foreach (var process in processes)
            {
                Assert.Equal("ready", await process.ReadAsync());
            }

            processes.ForEach(process => process.Go());
            var told = await Task.WhenAll(processes.Select(process => process.ReadUntilAsync("done")));

            var state = saves ? ImagenStates.Delivered : ImagenStates.InQueue;
            var expected = Enumerable.Range(1, Rows).Select(row => $"row {row} {state} ").Order(StringComparer.Ordinal);
            Assert.All(told, rows => Assert.Equal(expected, rows.Order(StringComparer.Ordinal)));
            Assert.Equal(Rows, (await BillsAsync()).Count);
            Assert.Equal(saves ? Rows : 0, Directory.Exists(folder) ? Directory.GetFiles(folder).Length : 0);
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }
    }
}
