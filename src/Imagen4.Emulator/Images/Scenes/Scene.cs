namespace Imagen4.Emulator.Images.Scenes;

/// <summary>Paints the picture that belongs to an identity: one of a few subjects, in colours of its own.</summary>
internal static class Scene
{
    private static readonly Action<Canvas, SceneRandom>[] Subjects = [Hills.Paint, Mountains.Paint, Sea.Paint, City.Paint, Tiles.Paint];

    public static PaletteImage Paint(ulong identity, ImageSize size)
    {
        var random = new SceneRandom(identity);
        var subject = Subjects[random.Pick(Subjects.Length)];
        var image = new PaletteImage(size, ScenePalette.Create(random));
        subject(new Canvas(image), random);
        return image;
    }
}
