using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Requests;

namespace Imagen4.Core.Gallery;

/// <summary>The results of requests whose records name them and have no images themselves, as the ledger knows them.</summary>
public static class LedgerImages
{
    /// <summary>What the ledger knows of a request; null where it does not know it.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public static async Task<ImagenResult?> FindAsync(RequestLookup requests, string ledgerId, CancellationToken cancellation)
    {
        try
        {
            var request = await requests.OfLedgerIdAsync(ledgerId, cancellation).ConfigureAwait(false);
            return LedgerObjects.Of<ImagenResult>(request.Known, request.IsWorkedOn);
        }
        catch (RequestNotFoundException)
        {
            return null;
        }
    }
}
