import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { precompress } from "../precompress";

export default defineConfig({
  // Relative: the pages are served under any context path.
  base: "./",
  plugins: [react(), precompress()],
  // The SDK's own sources, so that a change needs no build of it.
  resolve: { conditions: ["source", "browser", "module", "import", "default"] },
  build: {
    outDir: "../../../../target/frontend/admin",
    emptyOutDir: true,
    // Nothing inlined: the pages' policy allows no data addresses but for images.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      "/api": "http://127.0.0.1:8080",
      "/ws": { target: "http://127.0.0.1:8080", ws: true },
    },
  },
});
