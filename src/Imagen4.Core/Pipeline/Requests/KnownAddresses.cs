using Imagen4.Core.Http;
using Imagen4.Core.Protocols;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>Where a request of the ledger is asked about. It needs the provider's profile, and no key.</summary>
internal static class KnownAddresses
{
    /// <summary>Adds the addresses to a request, where they can be told.</summary>
    public static ImagenRequest Fill(ImagenRequest request)
    {
        if (request is not { RequestId: { } id, Model: { } model, Provider: { } provider } || !RequestIds.IsOne(id))
        {
            return request;
        }

        try
        {
            // A profile that is gone, or an emulator that does not run, has no address.
            if (ProviderCatalog.Find(provider) is { BaseUri: { } host } profile)
            {
                var addresses = HostProtocols.For(profile.Protocol).AddressesOf(host, model, id);
                request.StatusUri = addresses.Status?.AbsoluteUri;
                request.ResponseUri = addresses.Response?.AbsoluteUri;
                request.CancelUri = addresses.Cancel?.AbsoluteUri;
            }
        }
        catch (InvalidInputException)
        {
        }

        return request;
    }
}
