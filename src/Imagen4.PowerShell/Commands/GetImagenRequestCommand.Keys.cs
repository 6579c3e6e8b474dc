using System.Management.Automation;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Commands;

/// <content>What was given as an id and is a key.</content>
public sealed partial class GetImagenRequestCommand
{
    // The key is what the user has given the row; the id is the host's.
    private RequestNotFoundException OfKey(string id, RequestNotFoundException error)
    {
        var filter = new RequestFilter { Key = key => key.Equals(id, StringComparison.OrdinalIgnoreCase) };
        return error.RequestId is null || MyInvocation.ExpectingInput || !Each(stopping => _requests.FindAsync(filter, stopping)).Any()
            ? error
            : new RequestNotFoundException(CommandMessages.RequestIdIsKey.With(PlainText.Brief(id)), error)
            {
                RequestId = id,
                NextCommand = $"Get-ImagenRequest -Key {CommandText.Argument(WildcardPattern.Escape(id))}",
            };
    }
}
