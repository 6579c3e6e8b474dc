using System.Diagnostics;
using Imagen4.Core.Text;

namespace Imagen4.Core.Emulator;

/// <summary>An emulator in a process of its own. It ends with this one: the end of its standard input tells it.</summary>
public sealed class EmulatorProcess : IDisposable
{
    // What the runtime finds its own files and the user's language with.
    private static readonly HashSet<string> Needed = new(StringComparer.OrdinalIgnoreCase)
    {
        "PATH", "HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "PROGRAMFILES", "PROGRAMDATA", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR",
        "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH",
    };

    private const string Greeting = "Imagen4 emulator listening on ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private EmulatorProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>The address it listens on.</summary>
    public Uri Address { get; }

    /// <summary>The id of its process.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts an emulator and waits until it listens.</summary>
    /// <param name="program">The path of <c>Imagen4.Emulator.dll</c>.</param>
    /// <param name="options">How to start it.</param>
    /// <param name="cancellation">Gives up waiting and ends it.</param>
    /// <exception cref="EmulatorUnavailableException">It cannot be started, or ended without listening.</exception>
    public static async Task<EmulatorProcess> StartAsync(string program, EmulatorOptions options, CancellationToken cancellation = default)
    {
        if (!File.Exists(program))
        {
            throw new EmulatorUnavailableException(Messages.EmulatorNotFound.With(program));
        }

        var start = new ProcessStartInfo(DotnetHost.Find(), ["exec", program, .. options.Arguments()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        KeepNeeded(start.Environment);
        var process = Process.Start(start) ?? throw new EmulatorUnavailableException(Messages.EmulatorNotFound.With(program));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(limit.Token).ConfigureAwait(false);
            if (line?.StartsWith(Greeting, StringComparison.Ordinal) == true)
            {
                _ = DrainAsync(process.StandardOutput);
                _ = DrainAsync(process.StandardError);
                return new EmulatorProcess(process, new Uri(line[Greeting.Length..].Trim()));
            }

            var said = await process.StandardError.ReadToEndAsync(limit.Token).ConfigureAwait(false);
            throw new EmulatorUnavailableException(Messages.EmulatorEnded.With(PlainText.Line(said.Length > 0 ? said : line ?? "")))
            {
                // Any other port is free.
                NextCommand = options.Port > 0 ? "Start-ImagenEmulator" : null,
            };
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            End(process);
            throw new EmulatorUnavailableException(Messages.EmulatorSilent.With(StartLimit.TotalSeconds), error);
        }
        catch
        {
            End(process);
            throw;
        }
    }

    /// <summary>Ends it and waits until it has ended.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends it without waiting.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    // It needs no key, and nothing else of the session it is started from.
    private static void KeepNeeded(IDictionary<string, string?> variables)
    {
        foreach (var name in variables.Keys
            .Where(name => !Needed.Contains(name) && !name.StartsWith("DOTNET_", StringComparison.OrdinalIgnoreCase))
            .ToList())
        {
            _ = variables.Remove(name);
        }
    }

    private static void End(Process process)
    {
        process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    // Nobody reads further; a full pipe would stop the emulator one day.
    private static async Task DrainAsync(StreamReader output)
    {
        try
        {
            await output.BaseStream.CopyToAsync(Stream.Null).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The process has ended, and with it the reason to read.
        }
    }
}
