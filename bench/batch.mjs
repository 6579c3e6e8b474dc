// The same batch with fal's own JavaScript client, which has no batches, no limit and no files: a pool of workers takes the rows.
// usage: node batch.mjs CLIENT_FOLDER ADDRESS MODEL ROWS AT_ONCE DIRECTORY PROMPT streaming|polling
import { createRequire } from "node:module";
import { mkdir } from "node:fs/promises";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const started = performance.now();
const [folder, address, model, rows, atOnce, directory, prompt, mode] = process.argv.slice(2);
const { createFalClient } = createRequire(join(folder, "package.json"))("@fal-ai/client");
const root = address.replace(/\/$/, "");
const fal = createFalClient({
  credentials: "js-key",
  suppressLocalCredentialsWarning: true,
  fetch: (url, init) => fetch(String(url).replace(/^https:\/\/(queue\.fal\.run|rest\.fal\.ai)/, root), init),
});

await mkdir(directory, { recursive: true });
let next = 1;

async function work() {
  while (next <= Number(rows)) {
    const row = next++;
    const { data } = await fal.subscribe(model, { input: { prompt: `${prompt} ${row}` }, mode });
    const answer = await fetch(data.images[0].url);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(join(directory, `${row}.png`)));
  }
}

await Promise.all(Array.from({ length: Number(atOnce) }, work));
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({
  seconds: (performance.now() - started) / 1000,
  processor: (user + system) / 1e6,
  mebibytes: process.resourceUsage().maxRSS / 1024,
}));
