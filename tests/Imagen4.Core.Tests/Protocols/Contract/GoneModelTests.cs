using System.Net;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Contract;

public sealed class GoneModelTests
{
    [Fact]
    public void A_host_that_no_longer_serves_a_model_is_told_with_what_is_known_of_its_end()
    {
        var error = Refusal("fal", "fal-ai/imagen4/preview");

        Assert.Equal(
            "fal-ai/imagen4/preview is not available at fal: Application not found. Google ended the model on 2026-08-17 (ai.google.dev/gemini-api/docs/imagen)."
            + " What fal lists in its place is fal-ai/nano-banana-2: use -Model fal-ai/nano-banana-2, or make it the default with:"
            + " Set-ImagenProvider -Name fal -DefaultModel fal-ai/nano-banana-2 -Scope User",
            error.Message);
        Assert.Equal(404, error.StatusCode);
    }

    [Fact]
    public void Of_a_model_whose_end_is_not_known_the_hosts_own_words_are_all() =>
        Assert.Equal("fal-ai/flux/dev is not available at fal: Application not found.", Refusal("fal", "fal-ai/flux/dev").Message);

    private static ModelNotAvailableException Refusal(string provider, string model)
    {
        using var message = new HttpResponseMessage(HttpStatusCode.NotFound);
        var response = new HostResponse(
            message.StatusCode, message.Headers, "application/json", Encoding.UTF8.GetBytes("""{"detail":"Application not found."}"""));
        var host = TestHost.Connect(HostData.BuiltIn.Providers.Single(profile => profile.Name == provider));
        return Assert.IsType<ModelNotAvailableException>(FalErrors.OfSubmit(host, model, response));
    }
}
