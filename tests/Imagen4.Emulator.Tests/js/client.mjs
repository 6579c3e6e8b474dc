// Runs one scenario with the official client against an emulator and prints what the client gave, as JSON.
// usage: node client.mjs ADDRESS SCENARIO
import { ApiError, createFalClient, ValidationError } from "@fal-ai/client";

const [address, scenario] = process.argv.slice(2);
const model = "fal-ai/imagen4/preview";

// The client has no option for its base address; its own fetch is the seam it offers.
const fal = createFalClient({
  credentials: "js-key",
  suppressLocalCredentialsWarning: true,
  fetch: (url, init) => fetch(String(url).replace("https://queue.fal.run", address), init),
});

// A job that holds the only slot, so that the next one is seen to wait, until it is let go.
async function holdSlot() {
  const { request_id: requestId } = await fal.queue.submit(model, { input: { prompt: "[emulator:seconds=600]" } });
  let released;
  return { release: () => (released ??= fal.queue.cancel(model, { requestId })) };
}

async function subscribe(options) {
  const slot = await holdSlot();
  const updates = [];
  const result = await fal.subscribe(model, {
    input: { prompt: "a red fox", num_images: 2, seed: 7 },
    logs: true,
    ...options,
    onQueueUpdate: (update) => {
      updates.push({ status: update.status, logs: update.logs?.map((log) => log.message) });
      slot.release();
    },
  });
  await slot.release();
  return { requestId: result.requestId, data: result.data, updates };
}

const scenarios = {
  poll: () => subscribe({ mode: "polling", pollInterval: 50 }),

  stream: () => subscribe({ mode: "streaming" }),

  async queue() {
    const submitted = await fal.queue.submit(model, { input: { prompt: "a red fox" }, priority: "low" });
    const requestId = submitted.request_id;
    let status;
    do {
      status = await fal.queue.status(model, { requestId, logs: true });
    } while (status.status !== "COMPLETED");
    const result = await fal.queue.result(model, { requestId });
    return { submitted, status, requestId: result.requestId, data: result.data };
  },

  async cancel() {
    await holdSlot();
    const { request_id: requestId } = await fal.queue.submit(model, { input: { prompt: "a red fox" } });
    await fal.queue.cancel(model, { requestId });
    const status = await fal.queue.status(model, { requestId });
    const errors = [];
    for (const call of [fal.queue.result, fal.queue.cancel]) {
      await call(model, { requestId }).catch((error) => errors.push({ isApiError: error instanceof ApiError, status: error.status, body: error.body }));
    }
    return { requestId, status, errors };
  },

  async invalid() {
    try {
      await fal.subscribe(model, { input: { prompt: "a red fox", num_images: 9 }, pollInterval: 50 });
      return { error: null };
    } catch (error) {
      return { isValidationError: error instanceof ValidationError, status: error.status, fields: error.getFieldErrors("num_images") };
    }
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
