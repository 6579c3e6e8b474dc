using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What makes a row of one run the same as a row of another.</summary>
public sealed class RowIdentityTests
{
    private const string Model = "fal-ai/imagen4/preview";

    private static readonly Uri Host = new("https://queue.fal.run/");
    private static readonly RowIdentity Row = RowIdentity.OfInput(Host, Model, "hash", 1, "/out");

    // Ledgers have these: with others, rows that are paid for would be new ones.
    [Fact]
    public void A_row_has_the_same_identity_in_every_release()
    {
        var input = new ImageInput { Prompt = "a fox", Seed = 7, AdditionalInput = TestHost.Additional("""{"style":{"b":1.0,"a":[true,null]}}""") };
        var hash = RowIdentity.Hash(Model, input);

        Assert.Equal("8470dd1eb212d62f62d157567de113ee", hash);
        Assert.Equal(new RowIdentity("51ee6939a59fee86f7a1aa311f58ca53", "fc83db74c9aa71247b7a097f33ed2731", hash, "/out"), RowIdentity.OfInput(Host, Model, hash, 1, "/out"));
        Assert.Equal(new RowIdentity("d778522447935e582ab4fcd445a90027", "c6f3c10f533310bb8eab2abd4e39d4d6", hash, null), RowIdentity.OfKey(Host, "hero", hash, null));
        Assert.Equal(new RowIdentity("11cae84ee4228d7d39c4b8b3bf4c9b93", "70a7ffc23ee6484ebf3d1fcc1893f36e", hash, null), RowIdentity.OfRequest("0190a0b0c0d0e0f00190a0b0c0d0e0f0", hash, null));
    }

    [Fact]
    public void Another_address_model_input_or_place_among_its_like_is_another_row()
    {
        RowIdentity[] others =
        [
            Row,
            RowIdentity.OfInput(new Uri("https://queue.example/"), Model, "hash", 1, "/out"),
            RowIdentity.OfInput(Host, "fal-ai/imagen4/ultra", "hash", 1, "/out"),
            RowIdentity.OfInput(Host, Model, "hash2", 1, "/out"),
            RowIdentity.OfInput(Host, Model, "hash", 2, "/out"),
            RowIdentity.OfKey(Host, "hash", "hash", "/out"),
            RowIdentity.OfKey(Host, "hash2", "hash", "/out"),
            RowIdentity.OfKey(new Uri("https://queue.example/"), "hash", "hash", "/out"),
            RowIdentity.OfRequest("hash", "hash", "/out"),
        ];

        Assert.Equal(others.Length, others.Select(row => row.Row).Distinct().Count());
        Assert.Equal(others.Length, others.Select(row => row.Subject).Distinct().Count());
    }

    // Joined without their lengths, "model1" and "2hash" would be "model" and "12hash".
    [Fact]
    public void What_only_joins_to_the_same_text_is_another_row() => Assert.NotEqual(
        RowIdentity.OfInput(Host, "model1", "2hash", 1, null).Row, RowIdentity.OfInput(Host, "model", "12hash", 1, null).Row);

    [Fact]
    public void An_address_and_a_key_are_the_same_in_every_form_of_writing_them()
    {
        Assert.Equal(Row, RowIdentity.OfInput(new Uri("https://QUEUE.fal.run"), Model, "hash", 1, "/out"));
        Assert.Equal(RowIdentity.OfKey(Host, "caf\u00e9", "hash", null), RowIdentity.OfKey(Host, "cafe\u0301", "hash", null));
    }

    [Fact]
    public void A_directory_makes_another_row_of_the_same_subject()
    {
        var elsewhere = RowIdentity.OfInput(Host, Model, "hash", 1, "/out2");

        Assert.NotEqual(Row.Row, elsewhere.Row);
        Assert.Equal((Row.Subject, "hash", "/out2"), (elsewhere.Subject, elsewhere.InputHash, elsewhere.Directory));
        Assert.Equal(RowIdentity.OfInput(Host, Model, "hash", 1, directory: null), Row.OnlySubmitted());
        Assert.Equal(Row.OnlySubmitted(), elsewhere.OnlySubmitted());
    }

    [Fact]
    public void A_row_that_is_like_no_other_is_known_by_its_request()
    {
        var single = RowIdentity.OfRequest("a", "hash", "/out");

        Assert.True(single.IsOfRequest("a"));
        Assert.True(single.OnlySubmitted().IsOfRequest("a"));
        Assert.False(single.IsOfRequest("b"));
        Assert.False(Row.IsOfRequest("a"));
    }

    [Fact]
    public void A_known_request_is_of_the_row_it_was_claimed_for()
    {
        var known = new LedgerRequest(Sample.Stored(Sample.Entry(1), RequestState.Delivered), "here");
        var unnamed = new LedgerRequest(known.Stored with { Row = null, Subject = null }, known.Ledger);

        var there = RowIdentity.OfKnown(known, known.InputHash!, known.Directory);

        Assert.Equal((known.Row, known.Subject, known.InputHash, known.Directory), (there.Row, there.Subject, there.InputHash, there.Directory));
        Assert.True(RowIdentity.OfKnown(unnamed, "hash", "/out").IsOfRequest(known.LedgerId));
        Assert.Equal("/out", RowIdentity.OfKnown(unnamed, "hash", "/out").Directory);
    }

    [Fact]
    public void An_input_has_one_hash_however_its_members_and_numbers_are_written()
    {
        var hash = RowIdentity.Hash(Model, With("""{"style":"bold","strength":1,"a":{"x":1,"y":2}}"""));

        Assert.Equal(hash, RowIdentity.Hash(Model, With("""{"a":{"y":2.0,"x":1e0},"strength":1.0,"style":"bold"}""")));
        Assert.NotEqual(hash, RowIdentity.Hash("fal-ai/imagen4/ultra", With("""{"style":"bold","strength":1,"a":{"x":1,"y":2}}""")));
        Assert.NotEqual(hash, RowIdentity.Hash(Model, With("""{"style":"bold","strength":1,"a":{"x":1,"y":3}}""")));
        Assert.NotEqual(hash, RowIdentity.Hash(Model, With("""{"style":"bold","strength":1,"b":{"x":1,"y":2}}""")));

        static ImageInput With(string additional) => new() { Prompt = "a fox", AdditionalInput = TestHost.Additional(additional) };
    }
}
