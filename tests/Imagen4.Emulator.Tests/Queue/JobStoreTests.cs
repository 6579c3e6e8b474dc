using Imagen4.Emulator.Fal;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Tests.Queue;

public sealed class JobStoreTests
{
    [Fact]
    public void Keeps_the_newest_finished_and_every_unfinished_job()
    {
        var store = new JobStore(capacity: 3);
        var unfinished = Create("unfinished");

        foreach (var id in (string[])["a", "b", "c"])
        {
            store.Add(Finished(id));
        }

        store.Add(unfinished);
        store.Add(Finished("d"));
        store.Add(Finished("e"));
        store.Add(Finished("f"));

        // The unfinished one holds back those behind it, never itself.
        Assert.Null(store.Find("a"));
        Assert.Null(store.Find("c"));
        Assert.Same(unfinished, store.Find("unfinished"));
        Assert.NotNull(store.Find("f"));
    }

    [Fact]
    public void Forgets_finished_jobs_on_request()
    {
        var store = new JobStore(capacity: 10);
        store.Add(Finished("done"));
        store.Add(Create("waits"));

        Assert.Equal(1, store.ForgetFinished());

        Assert.Null(store.Find("done"));
        Assert.Equal(["waits"], store.NewestFirst(10).Select(job => job.RequestId));
    }

    private static Job Finished(string id)
    {
        var job = Create(id);
        job.MoveTo(new JobProgress(JobState.Completed));
        return job;
    }

    private static Job Create(string id) =>
        new(id, new EndpointId("fal-ai/imagen4", "preview"), new GenerationPlan { Prompt = "a red fox" }, DateTimeOffset.UnixEpoch);
}
