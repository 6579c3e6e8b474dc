namespace Imagen4.Emulator.Http;

/// <summary>The address under which the client knows this server: every URL in an answer starts with it.</summary>
internal static class BaseAddress
{
    public static string Of(HttpRequest request) => $"{request.Scheme}://{request.Host}";
}
