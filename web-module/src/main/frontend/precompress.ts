import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const MIN_BYTES = 1024;
const TEXT = /\.(?:js|css|svg|html)$/;

/**
 * Leaves a `.gz` beside each text file of a build. Servers that know such files send them as they
 * are; nothing is compressed while somebody waits.
 */
export function precompress(): Plugin {
  let folder = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        const file = join(folder, name);
        if (TEXT.test(name) && statSync(file).size >= MIN_BYTES) {
          const level = constants.Z_BEST_COMPRESSION;
          writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level }));
        }
      }
    },
  };
}
