using System.Net;
using Imagen4.Emulator.Admin;
using Imagen4.Emulator.Aggregators;
using Imagen4.Emulator.Billing;
using Imagen4.Emulator.Fal;
using Imagen4.Emulator.FalSync;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.ImagesGenerations;
using Imagen4.Emulator.Media;
using Imagen4.Emulator.OpenForm;
using Imagen4.Emulator.Page;
using Imagen4.Emulator.Platform;
using Imagen4.Emulator.Queue;
using Imagen4.Emulator.Schema;
using Imagen4.Emulator.Signing;
using Imagen4.Emulator.Storage;
using Imagen4.Emulator.Webhooks;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Imagen4.Emulator;

/// <summary>A running emulator. Several can run in one process, each on its own port with its own jobs.</summary>
internal sealed class EmulatorServer : IAsyncDisposable
{
    private const int JobsKept = 100_000;
    private const int RequestsKept = 10_000;
    private const int WebhooksKept = 10_000;

    private readonly WebApplication _application;
    private readonly JobQueue _queue;
    private readonly WebhookCourier _webhooks;
    private readonly UploadStore _uploads;

    private EmulatorServer(WebApplication application, JobQueue queue, WebhookCourier webhooks, UploadStore uploads)
    {
        _uploads = uploads;
        _application = application;
        _queue = queue;
        _webhooks = webhooks;
        Address = new Uri(application.Urls.Single());
    }

    /// <summary>The root of the server: <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Address { get; }

    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<EmulatorServer> StartAsync(EmulatorOptions options, CancellationToken cancellationToken = default)
    {
        var connections = new ConnectionGauge();
        var application = Build(options, connections);
        var queue = new JobQueue(options.Slots, options.GenerationTime, options.Time);
        var uploads = new UploadStore(options.Time);
        var jobs = new JobStore(JobsKept);
        var files = new OwnFiles(uploads, jobs);
        var webhooks = Map(application, options, queue, connections, jobs, uploads, files);
        try
        {
            await application.StartAsync(cancellationToken);
            var server = new EmulatorServer(application, queue, webhooks, uploads);
            files.Port = server.Address.Port;
            return server;
        }
        catch
        {
            webhooks.Dispose();
            await application.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Dispose();
        _webhooks.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
        _uploads.Dispose();
    }

    private static WebApplication Build(EmulatorOptions options, ConnectionGauge connections)
    {
        // Empty: no configuration files or variables of the directory it happens to start in, no logging, no console.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, options.Port, listener =>
            {
                listener.Protocols = HttpProtocols.Http1;
                listener.Use(OwnUser.Wrap);
                listener.Use(connections.Wrap);
            });
        });
        builder.Services.AddRouting();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        // Streams and hanging requests never end by themselves.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        return builder.Build();
    }

    private static WebhookCourier Map(
        WebApplication application,
        EmulatorOptions options,
        JobQueue queue,
        ConnectionGauge connections,
        JobStore jobs,
        UploadStore uploads,
        OwnFiles files)
    {
        var time = options.Time;
        var snapshot = Catalogue.Default.Snapshot(options.Schema);
        var bills = new BillLog();
        var rules = new FaultTable();
        var faults = new FaultInjector(rules, time);
        var requests = new RequestLog(RequestsKept, time);
        var history = new History(jobs, time);

        var falKeys = new KeyCheck(options.Key, KeyCheck.Key);
        var signing = new FileSigning(falKeys, jobs, faults, time);
        var media = new MediaEndpoint(jobs, faults, signing);
        var signingKey = options.WebhookKey ?? SigningKey.Create();
        var deliveries = new WebhookLog(WebhooksKept);
        var reset = new Reset(queue, jobs, bills, requests, rules, deliveries, uploads, connections);
        var admin = new AdminEndpoints(queue, jobs, bills, requests, rules, history, media, connections, reset);
        var webhooks = new WebhookCourier(signingKey, snapshot, deliveries, time);
        var bearerKeys = new KeyCheck(options.Key, KeyCheck.Bearer);
        var intake = new Intake(queue, jobs, bills);
        var falIntake = new FalIntake(new Planner(snapshot, files.IsMissing), intake, time);
        var result = new ResultHandler(snapshot);
        var fal = new FalEndpoints(
            falKeys,
            jobs,
            faults,
            new SubmitHandler(falIntake, webhooks),
            new StatusHandler(queue, time),
            new StreamHandler(queue, time),
            result,
            new CancelHandler(queue));
        var falSync = new FalSyncEndpoint(falKeys, faults, falIntake, result);
        var generations = new GenerationsEndpoint(bearerKeys, faults, intake, time);

        application.Use(RequestRecording.Middleware(requests));
        application.Use(CrashReport.InvokeAsync);
        application.Use(OwnCallers.InvokeAsync);
        application.MapGet("/", StartPage.WriteAsync);
        var own = application.MapGroup("/_emulator");
        admin.Map(own);
        new WebhookEndpoints(signingKey, deliveries, faults).Map(application, own);
        own.MapMethods(MediaUrl.Pattern, [HttpMethods.Get, HttpMethods.Head], media.HandleAsync);
        own.Map("/{**path}", context => FalErrors.NoSuchPath.ExecuteAsync(context));
        new PlatformEndpoints(falKeys, history, faults, new ModelList(snapshot)).Map(application);
        new StorageEndpoints(falKeys, uploads, faults).Map(application, own);
        application.Map(FalSyncEndpoint.Pattern, falSync.HandleAsync);
        application.Map(GenerationsEndpoint.Pattern, generations.HandleAsync);
        application.Map(OpenFormEndpoint.Pattern, new OpenFormEndpoint(options.Key, faults, intake, time).HandleAsync);
        foreach (var root in new[] { "/v1", "" })
        {
            application.MapPost($"{root}/storage/files/sign", signing.HandleAsync);
        }

        foreach (var host in (IAggregator[])[new Chainhub(), new Kkiai()])
        {
            var aggregator = new AggregatorEndpoints(host, bearerKeys, jobs, faults, falIntake, snapshot);
            application.Map(aggregator.Pattern, aggregator.HandleAsync);
        }

        application.Map("/{**path}", fal.HandleAsync);
        return webhooks;
    }
}

/// <summary>Keeps the host from handling the console and its signals: the program, or a test, decides when the server ends.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
