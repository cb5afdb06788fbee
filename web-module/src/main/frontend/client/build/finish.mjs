// After the bundles: declarations for both kinds of modules, and the size that was promised.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const MAX_CORE_BYTES = 12 * 1024;
const root = fileURLToPath(new URL("..", import.meta.url));
const types = `${root}dist/types`;

rmSync(types, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/package.json");
execFileSync(
  process.execPath,
  [tsc.replace(/package\.json$/, "bin/tsc"), "-p", `${root}tsconfig.types.json`],
  { stdio: "inherit" },
);
for (const file of readdirSync(types, { recursive: true, encoding: "utf8" })) {
  if (file.endsWith(".d.ts")) {
    const text = readFileSync(`${types}/${file}`, "utf8");
    // Node resolves relative names only with their endings, and each kind of module its own.
    const named = (ending) => text.replace(/(["'])(\.\.?\/[^"']+)\1/g, `$1$2${ending}$1`);
    writeFileSync(`${types}/${file.replace(/\.d\.ts$/, ".d.cts")}`, named(".cjs"));
    writeFileSync(`${types}/${file}.new`, named(".js"));
    renameSync(`${types}/${file}.new`, `${types}/${file}`);
  }
}

const { output } = await build({
  root,
  configFile: false,
  logLevel: "warn",
  build: {
    write: false,
    minify: true,
    lib: { entry: `${root}src/client.ts`, formats: ["es"], fileName: "core" },
    rolldownOptions: { output: { minify: true } },
  },
}).then((result) => (Array.isArray(result) ? result[0] : result));
// What loads at first: the entry and what it imports at once; other transports come when needed.
const first = new Set([output.find((chunk) => chunk.isEntry).fileName]);
for (const name of first) {
  for (const imported of output.find((chunk) => chunk.fileName === name).imports) {
    first.add(imported);
  }
}
const core = output.filter((chunk) => first.has(chunk.fileName)).map((chunk) => chunk.code);
const bytes = gzipSync(core.join("\n"), { level: 9 }).length;
console.log(`core: ${bytes} bytes gzipped, of ${MAX_CORE_BYTES}`);
if (bytes > MAX_CORE_BYTES) {
  console.error("The core is larger than promised");
  process.exit(1);
}
