using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Tests.Ledger.Store;

/// <summary>What is written down in pieces is whole again when they are put together.</summary>
public sealed class LateBytesTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(65_535, 1)]
    [InlineData(65_536, 1)]
    [InlineData(65_537, 2)]
    [InlineData(200_000, 4)]
    public async Task Pieces_are_the_whole(int length, int count)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        var pieces = ((LateBytes)bytes).InPieces().ToList();

        Assert.Equal(count, pieces.Count);
        Assert.Equal(bytes, (await Task.WhenAll(pieces.Select(piece => piece.ReadAsync()))).SelectMany(piece => piece));
        foreach (var piece in pieces.Where(piece => piece.Length > 20))
        {
            Assert.Equal((await piece.ReadAsync())[10..15], await piece.Read(10, 5));
        }
    }
}
