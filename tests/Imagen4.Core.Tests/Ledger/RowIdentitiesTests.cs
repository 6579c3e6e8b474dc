using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>The rows of one pipeline: which are the same, and which only share a key.</summary>
public sealed class RowIdentitiesTests
{
    private const string Model = "fal-ai/imagen4/preview";

    private static readonly Uri Host = new("https://queue.fal.run/");
    private static readonly Uri Elsewhere = new("https://queue.example/");

    private readonly RowIdentities _rows = new("/out");

    [Fact]
    public void Equal_rows_of_one_pipeline_are_counted_for_each_address_and_input()
    {
        var first = _rows.Of(Host, Model, key: null, "hash", 1);
        var other = _rows.Of(Host, Model, key: null, "hash2", 2);
        var there = _rows.Of(Elsewhere, Model, key: null, "hash", 3);
        var second = _rows.Of(Host, Model, key: null, "hash", 4);

        Assert.Equal(RowIdentity.OfInput(Host, Model, "hash", 1, "/out"), first);
        Assert.Equal(RowIdentity.OfInput(Host, Model, "hash2", 1, "/out"), other);
        Assert.Equal(RowIdentity.OfInput(Elsewhere, Model, "hash", 1, "/out"), there);
        Assert.Equal(RowIdentity.OfInput(Host, Model, "hash", 2, "/out"), second);
    }

    [Fact]
    public void A_row_of_the_pipeline_is_known_with_and_without_its_directory()
    {
        var unkeyed = _rows.Of(Host, Model, key: null, "hash", 1);
        var keyed = _rows.Of(Host, Model, "hero", "hash", 2);

        Assert.All([unkeyed, keyed], row => Assert.True(_rows.Contains(row.Row) && _rows.Contains(row.OnlySubmitted().Row)));
        Assert.False(_rows.Contains(RowIdentity.OfInput(Host, Model, "hash", 2, "/out").Row));
    }

    [Theory]
    [InlineData("hero", "hash")]
    [InlineData("hero", "hash2")]
    [InlineData("HE\u0301RO", "hash")]
    public void A_key_stands_for_one_row_of_a_pipeline(string key, string hash)
    {
        _ = _rows.Of(Host, Model, key.Normalize(), "hash", 3);

        var error = Assert.Throws<InvalidInputException>(() => _rows.Of(Host, Model, key, hash, 4));

        Assert.Equal(
            $"The key '{key}' is in this pipeline twice: row 3 has it, too. Nothing was sent for this row; give it a key of its own.",
            error.Message);
    }

    [Fact]
    public void A_key_stands_for_another_row_at_another_address()
    {
        var here = _rows.Of(Host, Model, "hero", "hash", 1);
        var there = _rows.Of(Elsewhere, Model, "hero", "hash", 2);

        Assert.Equal(RowIdentity.OfKey(Host, "hero", "hash", "/out"), here);
        Assert.Equal(RowIdentity.OfKey(Elsewhere, "hero", "hash", "/out"), there);
    }

    [Fact]
    public void The_record_of_a_request_is_its_row_saved_where_this_pipeline_saves()
    {
        var known = Known();

        var row = _rows.OfRecord(Host, known, "its hash now", 1, key: null, keepsDirectory: false)!;

        Assert.Equal(RowIdentity.OfKnown(known, known.InputHash!, "/out"), row);
    }

    [Theory]
    [InlineData(true, "/home/user/out")]
    [InlineData(false, null)]
    public void Without_a_directory_a_record_keeps_that_of_its_request_where_it_is_submitted_again(bool keepsDirectory, string? directory)
    {
        var known = Known();

        var row = new RowIdentities(directory: null).OfRecord(Host, known, "hash", 1, key: null, keepsDirectory)!;

        Assert.Equal(directory, row.Directory);
        Assert.Equal(RowIdentity.OfKnown(known, known.InputHash!, directory), row);
    }

    [Fact]
    public void What_was_only_submitted_stays_that_row_wherever_its_images_go()
    {
        var known = Known(directory: null);

        var row = _rows.OfRecord(Host, known, "hash", 1, key: null, keepsDirectory: false)!;

        Assert.Equal(RowIdentity.OfKnown(known, known.InputHash!, directory: null), row);
    }

    [Fact]
    public void A_request_that_has_no_hash_is_known_by_that_of_its_record()
    {
        var known = Known();
        known = new LedgerRequest(known.Stored with { InputHash = null }, known.Ledger);

        Assert.Equal("its hash now", _rows.OfRecord(Host, known, "its hash now", 1, key: null, keepsDirectory: false)!.InputHash);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, null, "hero")]
    [InlineData("hero", null, "hero")]
    [InlineData("caf\u00e9", "cafe\u0301", "caf\u00e9")]
    public void Several_records_of_one_request_are_one_row(string? own, string? first, string? second)
    {
        var known = Known(own);

        Assert.NotNull(_rows.OfRecord(Host, known, "hash", 1, first, keepsDirectory: false));
        Assert.Null(_rows.OfRecord(Host, known, "hash", 2, second, keepsDirectory: false));
    }

    [Fact]
    public void The_directory_of_this_pipeline_comes_before_that_of_the_request() =>
        Assert.Equal("/out", _rows.OfRecord(Host, Known(), "hash", 1, key: null, keepsDirectory: true)!.Directory);

    [Fact]
    public void The_key_of_a_record_comes_before_that_of_its_request()
    {
        Assert.NotNull(_rows.OfRecord(Host, Known("hero"), "hash", 1, "mine", keepsDirectory: false));

        Assert.Throws<InvalidInputException>(() => _rows.OfRecord(Host, Known("hero"), "hash", 2, key: null, keepsDirectory: false));
    }

    [Theory]
    [InlineData("r-1", "Row 2: request r-1 is in this pipeline already, with the key 'hero' and not 'hare'. Both records")]
    [InlineData(null, "Row 2: request 0190a0b0c0d0e0f00190a0b0c0d0e0f0 is in this pipeline already, with the key 'hero' and not 'hare'. Both records")]
    public void Two_records_of_one_request_with_keys_of_their_own_are_refused(string? requestId, string text)
    {
        var known = Known(requestId: requestId);
        Assert.NotNull(_rows.OfRecord(Host, known, "hash", 1, "hero", keepsDirectory: false));

        var error = Assert.Throws<InvalidInputException>(() => _rows.OfRecord(Host, known, "hash", 2, "hare", keepsDirectory: false));

        Assert.StartsWith(text, error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Row);
    }

    [Fact]
    public void A_row_and_the_record_of_its_request_share_their_key()
    {
        var known = Known("hero");

        _ = _rows.Of(Host, Model, "hero", known.InputHash!, 1);
        Assert.NotNull(_rows.OfRecord(Host, known, "hash", 2, key: null, keepsDirectory: false));
    }

    [Fact]
    public void A_row_and_a_record_with_its_key_and_another_input_are_two()
    {
        _ = _rows.Of(Host, Model, "hero", "hash", 1);

        Assert.Throws<InvalidInputException>(() => _rows.OfRecord(Host, Known("hero"), "hash", 2, key: null, keepsDirectory: false));
    }

    [Fact]
    public void Records_of_two_requests_cannot_share_a_key_in_one_directory()
    {
        Assert.NotNull(_rows.OfRecord(Host, Known("hero", subject: "one"), "hash", 1, key: null, keepsDirectory: false));

        Assert.Throws<InvalidInputException>(
            () => _rows.OfRecord(Host, Known("hero", subject: "two"), "hash", 2, key: null, keepsDirectory: false));
    }

    [Fact]
    public void Records_that_keep_their_directories_may_be_of_two_tables_with_the_same_keys()
    {
        var rows = new RowIdentities(directory: null);

        Assert.NotNull(rows.OfRecord(Host, Known("hero", subject: "one"), "hash", 1, key: null, keepsDirectory: true));
        Assert.NotNull(rows.OfRecord(Host, Known("hero", "/out2", subject: "two"), "hash", 2, key: null, keepsDirectory: true));
    }

    [Fact]
    public void A_record_that_was_edited_twice_in_the_same_way_is_one_row()
    {
        var known = Known();

        Assert.False(_rows.IsRepeated(known, Host, "edited", key: null));
        Assert.True(_rows.IsRepeated(known, Host, "edited", key: null));
        Assert.False(_rows.IsRepeated(known, Host, "edited", "caf\u00e9"));
        Assert.True(_rows.IsRepeated(known, Host, "edited", "cafe\u0301"));
        Assert.False(_rows.IsRepeated(known, Host, "edited otherwise", key: null));
        Assert.False(_rows.IsRepeated(known, Elsewhere, "edited", key: null));
        Assert.False(_rows.IsRepeated(new LedgerRequest(known.Stored with { LedgerId = "another" }, known.Ledger), Host, "edited", key: null));
    }

    private static LedgerRequest Known(
        string? key = null, string? directory = "/home/user/out", string? subject = "subject", string? requestId = null)
    {
        var stored = Sample.Stored(Sample.Entry(1) with { LedgerId = "0190a0b0c0d0e0f00190a0b0c0d0e0f0", Key = key }, RequestState.Accepted);
        return new(stored with { Subject = subject, Directory = directory, Progress = stored.Progress with { RequestId = requestId } }, "here");
    }
}
