namespace Imagen4.Fuzz;

/// <summary>One input, given to one target.</summary>
internal static class Trial
{
    /// <summary>The longest that an input may take: none takes a second, on a machine with other work to do neither.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    // Inputs have at most some hundred KiB.
    private const long MostAllocated = 256L * 1024 * 1024;

    /// <summary>Gives an input to a target.</summary>
    /// <returns>What is wrong with how it was read; null where nothing is.</returns>
    public static async Task<string?> RunAsync(FuzzTarget target, byte[] input)
    {
        var before = GC.GetTotalAllocatedBytes();
        try
        {
            await target.ReadAsync(input).ConfigureAwait(false);
        }
        catch (ImagenException)
        {
            // The module's own error: it has an id and an advice.
        }
#pragma warning disable CA1031 // Whatever it is, no command would know what to say of it.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            return defect.ToString();
        }

        var allocated = GC.GetTotalAllocatedBytes() - before;
        return allocated > MostAllocated ? $"It took {allocated} bytes of memory." : null;
    }
}
