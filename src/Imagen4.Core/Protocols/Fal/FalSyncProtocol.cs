using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>fal without its queue: the same inputs, outputs and errors, in one exchange.</summary>
/// <param name="kept">Where its results are kept.</param>
internal sealed class FalSyncProtocol(IResultStore kept) : SyncProtocol(kept)
{
    public override Uri SubmitAddress(HostConnection host, string model, SubmitSettings settings) =>
        HostAddress.Append(host.BaseUri, EndpointId.Parse(model).Full);

    public override IEnumerable<KeyValuePair<string, string>> SubmitHeaders(SubmitSettings settings) => FalHeaders.Of(settings);

    public override ReadOnlyMemory<byte> SubmitBody(string model, ImageInput input) =>
        JsonSerializer.SerializeToUtf8Bytes(input, ImageInputJson.Plain.ImageInput);

    public override SubmitMarks ReadMarks(HostResponse response) => FalMarks.Read(response, isResult: true);

    public override ImagenException ReadRejection(HostConnection host, string model, HostResponse response) =>
        FalErrors.OfSubmit(host, model, response).Billed(FalMarks.Units(response));

    protected override HostResult? ReadResult(HostResponse response) => FalResults.Read(response);

    protected override string? ReadRequestId(HostResponse response) => response.Header("x-fal-request-id");
}
