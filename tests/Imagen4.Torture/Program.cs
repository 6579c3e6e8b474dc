using Imagen4.Torture;

// One mode a line; every mode prints what it found, and ends with 0 when all is well.
return args switch
{
    ["claims", var home, var count] => await ClaimRace.RunAsync(home, int.Parse(count, provider: null)),
    ["owner", var home] => await OwnerMode.RunAsync(home),
    ["ledger", var home, var requests] => await LedgerWriter.RunAsync(home, int.Parse(requests, provider: null)),
    ["fold", var requests] => FoldFigure.Run(int.Parse(requests, provider: null)),
    ["flips", var trials, var seed] => await BitFlips.RunAsync(int.Parse(trials, provider: null), int.Parse(seed, provider: null)),
    ["rows", var home, var address, var folder, var count] => await RowsMode.RunAsync(home, new Uri(address), folder, int.Parse(count, provider: null)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("claims <home> <rows> | owner <home> | ledger <home> <requests> | fold <requests> | flips <trials> <seed> | rows <home> <address> <folder|-> <rows>");
    return 2;
}
