using Microsoft.AspNetCore.Connections;

namespace Imagen4.Emulator.Http;

/// <summary>Counts open connections and remembers the most there were.</summary>
internal sealed class ConnectionGauge
{
    private readonly Lock _gate = new();
    private int _open;

    public int Peak { get; private set; }

    public ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        Change(+1);
        try
        {
            await next(connection);
        }
        finally
        {
            Change(-1);
        }
    };

    public void ResetPeak()
    {
        lock (_gate)
        {
            Peak = _open;
        }
    }

    private void Change(int by)
    {
        lock (_gate)
        {
            _open += by;
            Peak = Math.Max(Peak, _open);
        }
    }
}
