namespace Imagen4.Emulator.Images;

/// <summary>A colour.</summary>
internal readonly record struct Rgb(byte Red, byte Green, byte Blue)
{
    /// <param name="hue">In turns; only the fraction counts.</param>
    /// <param name="saturation">From 0 to 1.</param>
    /// <param name="lightness">From 0 to 1.</param>
    public static Rgb FromHsl(double hue, double saturation, double lightness)
    {
        var amplitude = saturation * Math.Min(lightness, 1 - lightness);
        return new Rgb(Channel(0), Channel(8), Channel(4));

        byte Channel(int offset)
        {
            var position = (offset + ((hue - Math.Floor(hue)) * 12)) % 12;
            return (byte)Math.Round(255 * (lightness - (amplitude * Math.Clamp(Math.Min(position - 3, 9 - position), -1, 1))));
        }
    }
}
