using System.Globalization;
using Imagen4.Torture;

if (TortureOptions.Read(args) is not (var options, var words))
{
    return Usage();
}

// One mode a line; every mode prints what it found, and ends with 0 when all is well.
return words switch
{
    ["claims", var home, var count] => await ClaimRace.RunAsync(home, Number(count)),
    ["names", var folder, var count] => await NameRace.RunAsync(folder, Number(count)),
    ["owner", var home] => await OwnerMode.RunAsync(home),
    ["alive", var home, var owner] => await OwnerMode.LookAsync(home, owner),
    ["ledger", var home, var requests] => await LedgerWriter.RunAsync(home, Number(requests)),
    ["history", var requests] => await HistoryFigure.RunAsync(Number(requests)),
    ["throughput", var rows] => await ThroughputFigure.RunAsync(Number(rows), options),
    ["throughput", var rows, var address] => await ThroughputFigure.RunAsync(Number(rows), address),
    ["flips", var trials, var seed] => await DamagedLedger.RunAsync(Number(trials), Number(seed), options),
    ["rows", var home, var address, var folder, var count] => await RowsMode.RunAsync(home, new Uri(address), folder, Number(count)),
    ["batch", var home, var address, var folder, var name, var count, var end, var hosts] =>
        await BatchAsync(home, address, folder, name, Number(count), end, hosts.Split(','), TortureBatch.SmallPixels),
    ["batch", var home, var address, var folder, var name, var count, var end, var hosts, var pixels] =>
        await BatchAsync(home, address, folder, name, Number(count), end, hosts.Split(','), Number(pixels)),
    ["faults", var emulator, var count, var seeds] => await FaultRun.RunAsync(emulator, Number(count), Number(seeds), options),
    ["kills", var emulator, var count, var seed] => await KillRun.RunAsync(emulator, Number(count), Number(seed), isShort: false, options),
    ["kills", var emulator, var count, var seed, "short"] => await KillRun.RunAsync(emulator, Number(count), Number(seed), isShort: true, options),
    ["downloads", var emulator, var count, var seed] => await DownloadRun.RunAsync(emulator, Number(count), Number(seed), options),
    ["crowd", var emulator, var count, var processes] => await CrowdRun.RunAsync(emulator, Number(count), Number(processes), options),
    ["member", var home, var address, var folder, var count] => await CrowdMember.RunAsync(home, new Uri(address), folder, Number(count)),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static Task<int> BatchAsync(string home, string address, string folder, string name, int rows, string end, IReadOnlyList<string> hosts, int pixels)
{
    Environment.SetEnvironmentVariable("IMAGEN4_HOME", home);
    var batch = new TortureBatch(new Uri(address), folder, name, rows, SideBySide: 8)
    {
        Providers = hosts,
        Pixels = pixels,
        Time = hosts.Count > 1 ? new FastTime(10) : TimeProvider.System,
    };
    return BatchMode.RunAsync(batch, end == "-" ? null : end);
}

static int Usage()
{
    Console.Error.WriteLine("claims <home> <rows> | names <folder> <names> | owner <home> | alive <home> <owner> | ledger <home> <requests> | history <requests> | throughput <rows> [<postgres address>] | flips <trials> <seed> | rows <home> <address> <folder|-> <rows>");
    Console.Error.WriteLine("batch <home> <address> <folder> <name> <rows> <before|after step|-> <host,…> [<pixels>] | faults <emulator> <rows> <seeds> | kills <emulator> <kills> <seed> [short] | downloads <emulator> <kills> <seed>");
    Console.Error.WriteLine("crowd <emulator> <rows> <processes> | member <home> <address> <folder> <rows>");
    Console.Error.WriteLine("faults, kills, downloads, crowd, flips, throughput: --ledger sqlite|postgres; kills, downloads: --jobs <lanes>");
    return 2;
}
