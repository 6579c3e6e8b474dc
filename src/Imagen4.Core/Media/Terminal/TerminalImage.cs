using System.Globalization;
using System.Text;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media.Terminal;

/// <summary>An image as terminals take it: the bytes of its file inside escape sequences. Nothing is decoded.</summary>
public sealed class TerminalImage
{
    private const int LargestFile = 64 * 1024 * 1024;

    // The kitty graphics protocol: at most 4096 bytes of base64 in each piece.
    private const int KittyPiece = 4096;

    // A cell is about twice as high as it is wide.
    private const double CellRatio = 2;

    private readonly ImageHeader _header;
    private readonly byte[] _bytes;

    private TerminalImage(string path, ImageHeader header, byte[] bytes) => (Path, _header, _bytes) = (path, header, bytes);

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>The media type.</summary>
    public string ContentType => _header.Type.Name;

    /// <summary>Whether kitty can show it.</summary>
    public bool IsPng => _header.Type == MediaType.Png;

    /// <summary>Whether a file is, by its name, an image that terminals can show.</summary>
    public static bool IsShown(string path) =>
        MediaType.Extensions.Append(".jpeg").Contains(System.IO.Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the file of an image.</summary>
    /// <exception cref="InvalidMediaException">It is not a PNG, JPEG or WebP, or is too large for a terminal.</exception>
    /// <exception cref="InvalidInputException">There is no such file, or it cannot be read.</exception>
    public static TerminalImage Read(string path)
    {
        try
        {
            // To open a pipe would be to wait for whoever writes to it; its length is 0.
            if (SavedFile.Find(path) is { Length: 0 })
            {
                throw new InvalidMediaException(Messages.MediaNotAnImage);
            }

            using var file = UnlockedFile.Open(path, bufferSize: 4096);
            if (file.Length > LargestFile)
            {
                throw new InvalidMediaException(Messages.TerminalImageTooLarge.With(PlainText.Line(path), LargestFile / (1024 * 1024)))
                {
                    NextCommand = Messages.CommandOpenFile.With(CommandText.Quoted(path)),
                };
            }

            var header = ImageHeader.Read(file);
            var bytes = new byte[file.Length];
            file.Position = 0;
            file.ReadExactly(bytes);
            return new TerminalImage(path, header, bytes);
        }
        catch (InvalidMediaException error) when (error.NextCommand is null)
        {
            throw new InvalidMediaException(Messages.TerminalNotAnImage.With(PlainText.Line(path)), error)
            {
                NextCommand = Messages.CommandListImages.With(
                    CommandText.Quoted(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!)),
            };
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidInputException(Messages.FileMissing.With(PlainText.Line(path)), error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InvalidInputException(Messages.TerminalImageUnreadable.With(PlainText.Line(path), error.Message), error);
        }
    }

    /// <summary>The box of cells the image fits in, in its own proportions.</summary>
    /// <param name="columns">How many cells it may be wide.</param>
    /// <param name="rows">How many cells it may be high.</param>
    public (int Columns, int Rows) Fit(int columns, int rows)
    {
        var ratio = _header.Height / (_header.Width * CellRatio);
        var high = Math.Max(1, (int)Math.Ceiling(columns * ratio));
        return high <= rows ? (columns, high) : (Math.Max(1, (int)(rows / ratio)), rows);
    }

    /// <summary>The image as iTerm2's inline image (OSC 1337, File), scaled into a box of cells.</summary>
    /// <param name="columns">The width of the box.</param>
    /// <param name="rows">The height of the box.</param>
    public string ForITerm2(int columns, int rows) => string.Create(
        CultureInfo.InvariantCulture,
        $"\e]1337;File=inline=1;name={Name()};size={_bytes.Length};width={columns};height={rows};preserveAspectRatio=1:{
            Convert.ToBase64String(_bytes)}\a");

    /// <summary>The image in kitty's graphics protocol, as wide as that many cells. The cursor stays, and the terminal does not answer.</summary>
    /// <param name="columns">The width.</param>
    public IEnumerable<string> ForKitty(int columns)
    {
        var base64 = Convert.ToBase64String(_bytes);
        for (var at = 0; at < base64.Length; at += KittyPiece)
        {
            var isLast = at + KittyPiece >= base64.Length;
            var control = at == 0 ? string.Create(CultureInfo.InvariantCulture, $"a=T,f=100,q=2,C=1,c={columns},") : "q=2,";
            yield return $"\e_G{control}m={(isLast ? 0 : 1)};{base64.AsSpan(at, isLast ? base64.Length - at : KittyPiece)}\e\\";
        }
    }

    private string Name() => Convert.ToBase64String(Encoding.UTF8.GetBytes(System.IO.Path.GetFileName(Path)));
}
