// Runs one scenario with the official client against an emulator and prints what the client gave, as JSON.
// usage: node client.mjs ADDRESS SCENARIO
import { ApiError, createFalClient, ValidationError } from "@fal-ai/client";

const [address, scenario] = process.argv.slice(2);
const model = "fal-ai/imagen4/preview";

// The client has no option for its base address; its own fetch is the seam it offers.
const fal = createFalClient({
  credentials: "js-key",
  suppressLocalCredentialsWarning: true,
  fetch: (url, init) => fetch(String(url).replace(/^https:\/\/(queue\.fal\.run|rest\.fal\.ai)/, address), init),
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

  // A file by its address, and one that the client uploads by itself because it stands in the input.
  async upload() {
    const url = await fal.storage.upload(new File(["\x89PNG one"], "first one.png", { type: "image/png" }), { lifecycle: { expiresIn: "1d" } });
    const second = new File(["\x89PNG two"], "second.png", { type: "image/png" });
    const edit = { input: { prompt: "as oil painting", image_urls: [url, second] }, pollInterval: 50 };
    const result = await fal.subscribe("fal-ai/nano-banana/edit", edit);
    const text = await (await fetch(url)).text();
    let refused;
    try {
      await fal.subscribe("fal-ai/nano-banana/edit", { ...edit, input: { ...edit.input, image_urls: [`${url}x`] } });
    } catch (error) {
      refused = { isValidationError: error instanceof ValidationError, fields: error.getFieldErrors("image_urls") };
    }
    return { url, text, data: result.data, refused };
  },

  async multipart() {
    const part = 10 * 1024 * 1024;
    const bytes = new Uint8Array(9 * part + 5);
    for (let at = 0; at < bytes.length; at += part) {
      bytes[at] = 1 + at / part;
    }
    const { createHash } = await import("node:crypto");
    const url = await fal.storage.upload(new Blob([bytes], { type: "video/mp4" }));
    return { url, sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.length };
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
