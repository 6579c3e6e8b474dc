using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Tests.Ledger.Store;

/// <summary>What the ledger's checksums are: a release that makes others calls every request of every ledger damaged.</summary>
public sealed class RequestChecksumTests
{
    private static readonly StoredRequest Request = new()
    {
        LedgerId = "0001", Row = "row", Subject = "subject", InputHash = "hash", Generation = 3, Provider = "fal",
        BaseUri = "https://queue.fal.run", Model = "fal-ai/imagen4/preview", Key = "7", Index = 7, Directory = "/out", Input = """{"prompt":"füchse 🦊"}""",
        Settings = "{}", Started = 1_767_225_600_000,
        Progress = new RequestProgress
        {
            State = RequestState.Accepted, Attempt = 2, Owner = 99, RequestId = "r-1", Accepted = 1_767_225_601_000, Updated = 1_767_225_602_000,
            Error = "boom", ErrorType = "internal_error", Refusal = "refused", Seed = 42, Delivery = "{}", Steps = 5,
        },
    };

    [Fact]
    public void They_are_the_same_in_every_release()
    {
        var upload = new StoredUpload(new UploadPlace("fal", "account", "digest", "image/png"), "https://v3.fal.media/1.png", 1_767_225_603_000);

        Assert.Equal(
            (3186796521353643128, 8592758961442424436, 381392678197402910),
            (RequestChecksum.OfContent(Request), RequestChecksum.OfProgress(Request), RequestChecksum.OfUpload(upload)));
    }

    [Fact]
    public void Nothing_is_another_value_than_an_empty_text_and_a_text_is_not_two()
    {
        StoredRequest[] all =
        [
            Request, Request with { Row = null }, Request with { Row = "" }, Request with { Row = "rowsub", Subject = "ject" },
            Request with { Row = null, Subject = "" }, Request with { Row = "", Subject = null },
        ];

        Assert.Equal(all.Length, all.Select(RequestChecksum.OfContent).Distinct().Count());
    }
}
