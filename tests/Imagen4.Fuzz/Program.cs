using System.Globalization;
using Imagen4.Fuzz;

var home = Directory.CreateTempSubdirectory("imagen4-fuzz-").FullName;
Environment.SetEnvironmentVariable("IMAGEN4_HOME", home);
try
{
    return args switch
    {
        ["run", var folder, var minutes] => await RunAsync(folder, minutes, Environment.TickCount, FuzzTarget.All),
        ["run", var folder, var minutes, var seed] => await RunAsync(folder, minutes, int.Parse(seed, CultureInfo.InvariantCulture), FuzzTarget.All),
        ["run", var folder, var minutes, var seed, var name] => await RunAsync(
            folder, minutes, int.Parse(seed, CultureInfo.InvariantCulture), [.. FuzzTarget.All.Where(target => target.Name == name)]),
        ["replay", var folder] => await new FuzzRun(folder).ReplayAsync(),
        ["file", var name, var path] => await ReadAsync(name, path),
        _ => Usage(),
    };
}
finally
{
    Directory.Delete(home, recursive: true);
}

static Task<int> RunAsync(string folder, string minutes, int seed, IReadOnlyList<FuzzTarget> targets) =>
    new FuzzRun(folder).RunAsync(TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)), seed, targets);

static async Task<int> ReadAsync(string name, string path)
{
    var wrong = await Trial.RunAsync(FuzzTarget.All.Single(target => target.Name == name), await File.ReadAllBytesAsync(path));
    Console.WriteLine(wrong ?? "It was read as it should be.");
    return wrong is null ? 0 : 1;
}

static int Usage()
{
    Console.Error.WriteLine("run <folder> <minutes> [<seed> [<target>]] | replay <folder> | file <target> <path>");
    Console.Error.WriteLine($"Targets: {string.Join(", ", FuzzTarget.All.Select(target => target.Name))}");
    return 2;
}
