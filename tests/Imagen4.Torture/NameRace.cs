using System.Security.Cryptography;
using System.Text;
using Imagen4.Core.Media;

namespace Imagen4.Torture;

/// <summary>Saves files of its own under the same names as its siblings, each when it is told to, and says whether it got the name.</summary>
internal static class NameRace
{
    public static async Task<int> RunAsync(string path, int names)
    {
        var bytes = Encoding.UTF8.GetBytes($"{Environment.ProcessId}");
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        for (var name = 0; name < names; name++)
        {
            var folder = new OutputFolder(path, force: false);
            var draft = folder.Draft($"{name}");
            await File.WriteAllBytesAsync(draft, bytes).ConfigureAwait(false);
            Console.WriteLine("ready");
            _ = Console.ReadLine();
            try
            {
                await folder.PublishAsync(draft, folder.At($"{name}.png"), hash, CancellationToken.None).ConfigureAwait(false);
                Console.WriteLine("got");
            }
            catch (Imagen4.FileExistsException)
            {
                Console.WriteLine("-");
            }
        }

        return 0;
    }
}
