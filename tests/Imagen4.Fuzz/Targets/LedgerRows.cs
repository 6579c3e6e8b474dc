using System.Text;
using System.Text.Json;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Fuzz.Targets;

/// <summary>Rows of the ledger as they are listed, whatever stands in them.</summary>
internal static class LedgerRows
{
    public static Task ReadAsync(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var states = Enum.GetValues<RequestState>();
        var known = new LedgerRequest(
            new StoredRequest
            {
                LedgerId = new string('a', 32), Provider = text, BaseUri = text, Model = text, Key = text, Directory = text, Input = text,
                Settings = text,
                Progress = new RequestProgress
                {
                    State = states[input.Length % states.Length], RequestId = text, Error = text, ErrorType = text, Delivery = text,
                },
            },
            "here");
        var (request, result) = (LedgerObjects.Of<ImagenRequest>(known), LedgerObjects.Of<ImagenResult>(known, isWorkedOn: true));
        _ = JsonSerializer.Serialize(request) + JsonSerializer.Serialize(result);
        _ = RequestChecksum.OfContent(known.Stored) ^ RequestChecksum.OfProgress(known.Stored);
        return Task.CompletedTask;
    }
}
