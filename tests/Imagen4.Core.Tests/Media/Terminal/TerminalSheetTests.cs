using System.Text.RegularExpressions;
using Imagen4.Core.Media.Terminal;
using Imagen4.Core.Tests.Support;
using Imagen4.Emulator.Images;

namespace Imagen4.Core.Tests.Media.Terminal;

public sealed partial class TerminalSheetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("webp")]
    public void ITerm2_gets_the_bytes_of_the_file_in_a_box_of_cells(string format)
    {
        var (path, bytes) = Image("fuchs ü.bin", format, 1408, 768);
        var image = TerminalImage.Read(path);

        var match = ITerm2().Match(image.ForITerm2(60, 17));

        Assert.Equal($"image/{format}", image.ContentType);
        Assert.Equal(bytes, Convert.FromBase64String(match.Groups["data"].Value));
        Assert.Equal("fuchs ü.bin", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups["name"].Value)));
        Assert.Equal($"size={bytes.Length};width=60;height=17;preserveAspectRatio=1", match.Groups["arguments"].Value);
    }

    [Fact]
    public void Kitty_gets_png_in_pieces_of_4096_letters_of_which_only_the_last_says_that_it_is()
    {
        var (path, bytes) = Image("a.png", "png", 1024, 1024);

        var pieces = TerminalImage.Read(path).ForKitty(40).Select(piece => Kitty().Match(piece)).ToList();

        Assert.True(pieces.Count > 2);
        Assert.All(pieces, piece => Assert.True(piece.Success));
        Assert.StartsWith("a=T,f=100,q=2,C=1,c=40,", pieces[0].Groups["control"].Value, StringComparison.Ordinal);
        Assert.All(pieces.SkipLast(1), piece => Assert.Equal(4096, piece.Groups["data"].Length));
        Assert.All(pieces.SkipLast(1), piece => Assert.EndsWith("m=1", piece.Groups["control"].Value, StringComparison.Ordinal));
        Assert.EndsWith("m=0", pieces[^1].Groups["control"].Value, StringComparison.Ordinal);
        Assert.Equal(bytes, Convert.FromBase64String(string.Concat(pieces.Select(piece => piece.Groups["data"].Value))));
    }

    [Theory]
    [InlineData(1024, 1024, 60, 100, 60, 30)]
    [InlineData(1408, 768, 60, 100, 60, 17)]
    [InlineData(768, 1408, 60, 20, 21, 20)]
    [InlineData(1024, 1024, 60, 10, 20, 10)]
    [InlineData(1, 4000, 60, 20, 1, 20)]
    [InlineData(4000, 1, 60, 20, 60, 1)]
    public void An_image_fits_into_its_box_in_its_own_proportions(int width, int height, int columns, int rows, int wide, int high)
    {
        var (path, _) = Image("a.png", "png", width, height);

        Assert.Equal((wide, high), TerminalImage.Read(path).Fit(columns, rows));
    }

    [Theory]
    [InlineData(80, 30, 2)]
    [InlineData(100, 30, 3)]
    [InlineData(30, 30, 1)]
    [InlineData(20, 30, 1)]
    [InlineData(80, 4, 13)]
    public void As_many_images_stand_side_by_side_as_fit(int columns, int width, int images) =>
        Assert.Equal(images, new TerminalSheet(TerminalProtocol.ITerm2, columns, 40).PerLine(width));

    [Theory]
    [InlineData(TerminalProtocol.ITerm2, 15)]
    [InlineData(TerminalProtocol.Kitty, 16)]
    public void A_line_of_images_keeps_its_room_and_ends_below_their_names(TerminalProtocol protocol, int rows)
    {
        var images = new[] { "a.png", "b.png" }.Select(name => TerminalImage.Read(Image(name, "png", 64, 64).Path)).ToList();

        var line = Data().Replace(new TerminalSheet(protocol, 80, 40).Line(images, 30), "#");

        var image = protocol == TerminalProtocol.Kitty ? "\e_G#\e\\" : "\e]1337;#\a";
        Assert.Equal(
            $"{new string('\n', rows)}\e[{rows}A\e[1G\e7{image}\e8\e[33G\e7{image}\e8\e[{rows}B\r"
            + $"\e[1G{TerminalLink.To(images[0].Path, "a.png")}\e[33G{TerminalLink.To(images[1].Path, "b.png")}\n",
            line);
    }

    [Fact]
    public void No_image_is_higher_than_the_screen()
    {
        var image = TerminalImage.Read(Image("a.png", "png", 64, 640).Path);

        var line = new TerminalSheet(TerminalProtocol.ITerm2, 80, 24).Line([image], 60);

        Assert.StartsWith(new string('\n', 21) + "\e[21A", line, StringComparison.Ordinal);
        Assert.Contains(";width=4;height=21;", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Tmux_passes_on_what_is_marked_for_it_with_every_escape_doubled()
    {
        var image = TerminalImage.Read(Image("a.png", "png", 64, 64).Path);
        var sheet = new TerminalSheet(TerminalProtocol.Kitty, 200, 60) { IsInTmux = true };

        Assert.Equal(1, sheet.PerLine(30));
        Assert.Matches(" \b\e7\ePtmux;\e\e_Ga=T,[^\e]*\e\e\\\\\e\\\\", sheet.Line([image], 30));
    }

    [Fact]
    public void A_link_names_the_file_in_a_way_that_every_name_can_be_in_it() => Assert.Equal(
        "\e]8;;file:///tmp/a%20b/f%C3%BCchs%1B.png\e\\fox\e]8;;\e\\", TerminalLink.To("/tmp/a b/füchs\e.png", "fox"));

    [Fact]
    public void What_is_no_image_is_refused()
    {
        var path = Path.Combine(_folder.Path, "a.png");
        File.WriteAllText(path, "no image");

        Assert.Throws<InvalidMediaException>(() => TerminalImage.Read(path));
        Assert.Equal(
            $"There is no file {path}2.", Assert.Throws<InvalidInputException>(() => TerminalImage.Read(path + "2")).Message);
        Assert.StartsWith(
            $"{_folder.Path} cannot be read: ", Assert.Throws<InvalidInputException>(() => TerminalImage.Read(_folder.Path)).Message, StringComparison.Ordinal);
    }

    private (string Path, byte[] Bytes) Image(string name, string format, int width, int height)
    {
        var (path, bytes) = (Path.Combine(_folder.Path, name), Pictures.Encode(ImageFormat.Named(format), width, height));
        File.WriteAllBytes(path, bytes);
        return (path, bytes);
    }

    [GeneratedRegex("^\e\\]1337;File=inline=1;name=(?<name>[^;]+);(?<arguments>[^:]+):(?<data>[A-Za-z0-9+/=]+)\a$")]
    private static partial Regex ITerm2();

    [GeneratedRegex("^\e_G(?<control>[^;]+);(?<data>[A-Za-z0-9+/=]+)\e\\\\$")]
    private static partial Regex Kitty();

    [GeneratedRegex("(?<=\e_G)[^\e]+(\e\\\\\e_G[^\e]+)*(?=\e)|(?<=\e\\]1337;)[^\a]+(?=\a)")]
    private static partial Regex Data();
}
