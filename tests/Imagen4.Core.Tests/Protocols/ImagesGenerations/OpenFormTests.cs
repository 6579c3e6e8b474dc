using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.ImagesGenerations;

/// <summary>A host of OpenAI's form, known by the data of its profile alone.</summary>
public sealed class OpenFormTests : EmulatorTest
{
    private readonly SubmissionBreaker _breaker = new();
    private readonly RecordingLedger _ledger = new();
    private readonly List<string> _trace = [];

    private ProviderProfile ByModel => TestHost.Profile(new Uri(Address, "openform")) with
    {
        Protocol = HostProtocol.ImagesGenerations,
        AuthScheme = "Bearer",
        InputNames = InputNames.Check([new("num_images", "n")]),
    };

    private ProviderProfile ByDeployment => ByModel with
    {
        SubmitPath = "/deployments/{model}/images/generations?api-version=2025-04-01-preview",
        KeyHeader = "api-key",
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_goes_out_in_the_hosts_words_and_its_images_come_back_inside_the_answer(bool isDeployment)
    {
        var input = TestHost.Input("a fox [emulator:pixels=16]") with { NumImages = 2, AdditionalInput = TestHost.Additional("""{"size":"1536x1024"}""") };

        var answered = (await SubmitAsync(isDeployment ? ByDeployment : ByModel, input))!.Answered!;

        Assert.Equal(2, answered.Images.Count);
        Assert.All(answered.Images, image => Assert.IsType<ImageBytes.Inline>(image.Bytes));
        Assert.True(answered.BillableUnits > 2000);
        var bill = Assert.Single(await BillsAsync());
        Assert.Equal(("openform", "gpt-image-2", 2), (bill.GetProperty("host").GetString(), bill.GetProperty("model").GetString(), bill.GetProperty("images").GetInt32()));
        Assert.Equal((2, "1536x1024"), (bill.GetProperty("input").GetProperty("n").GetInt32(), bill.GetProperty("input").GetProperty("size").GetString()));
        var seen = (await RecordsAsync())[^1];
        Assert.Equal(
            isDeployment ? "/openform/deployments/gpt-image-2/images/generations?api-version=2025-04-01-preview" : "/openform/v1/images/generations",
            seen.GetProperty("path").GetString());
        Assert.Equal(isDeployment, seen.GetProperty("headers").TryGetProperty("api-key", out _));
        Assert.Equal(!isDeployment, seen.GetProperty("headers").TryGetProperty("authorization", out _));
        Assert.DoesNotContain(TestHost.Secret, string.Join('\n', _trace) + seen, StringComparison.Ordinal);

        // What is kept of the row has its own names: the profile may change, and the row is still the same.
        Assert.Equal(2, _ledger.Entries[^1].Input.NumImages);
    }

    [Theory]
    [InlineData("[emulator:content_policy_violation]", "content_policy_violation")]
    [InlineData("[emulator:moderation_blocked]", "moderation_blocked")]
    [InlineData("forbidden", "moderation_blocked")]
    public async Task A_refusal_by_the_checker_is_one_and_is_not_sent_again(string words, string code)
    {
        var error = await Assert.ThrowsAsync<ContentPolicyViolationException>(() => SubmitAsync(ByModel, TestHost.Input(words)));

        Assert.Equal((code, 400, true), (error.HostErrorType, error.StatusCode, error.RefusesInput));
        Assert.Empty(await BillsAsync());
        Assert.Null(_breaker.Reason);
    }

    [Fact]
    public async Task A_quota_that_is_used_up_ends_submitting()
    {
        var error = await Assert.ThrowsAsync<AccountLockedException>(() => SubmitAsync(ByModel, TestHost.Input("[emulator:insufficient_quota]")));

        Assert.Equal((429, "insufficient_quota"), (error.StatusCode, error.HostErrorType));
        Assert.Same(error, _breaker.Reason);
        Assert.Single(await RequestsAsync());
    }

    [Fact]
    public async Task A_model_the_project_may_not_use_ends_its_own_rows()
    {
        await Assert.ThrowsAsync<ModelNotAvailableException>(() => SubmitAsync(ByModel, TestHost.Input(), "gpt-image-blocked"));

        Assert.Null(_breaker.Reason);
        Assert.True(_breaker.IsOpen("test", "gpt-image-blocked"));
        Assert.False(_breaker.IsOpen("test", "gpt-image-2"));
    }

    [Theory]
    [InlineData(11, """{}""", "Invalid value for 'n': Number must be less than or equal to 10. ('n' is what it calls NumImages)")]
    [InlineData(1, """{"sise":"1024x1024"}""", "Unknown parameter: 'sise'.")]
    public async Task An_input_it_does_not_take_is_said_in_its_words_and_in_the_users(int images, string additional, string said)
    {
        var input = TestHost.Input() with { NumImages = images, AdditionalInput = TestHost.Additional(additional) };

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => SubmitAsync(ByModel, input));

        Assert.EndsWith(said, error.Message, StringComparison.Ordinal);
        Assert.True(error.RefusesInput);
    }

    [Fact]
    public async Task A_key_in_the_wrong_header_is_no_key()
    {
        var error = await Assert.ThrowsAsync<AuthenticationFailedException>(() => SubmitAsync(ByModel with { KeyHeader = "api-key" }, TestHost.Input()));

        Assert.DoesNotContain(TestHost.Secret, error.Message, StringComparison.Ordinal);
    }

    private Task<Acceptance?> SubmitAsync(ProviderProfile profile, ImageInput input, string model = "gpt-image-2") =>
        new Submitter(_ledger, new ThrottleGates(), _breaker, TestClient.Protocols, new BatchCounts())
            .SubmitAsync(TestHost.Connect(profile, trace: _trace.Add), new LedgerEntry("test", model, Key: null, input), CancellationToken.None)
            .InTime();
}
