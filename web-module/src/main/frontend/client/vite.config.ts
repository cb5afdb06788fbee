import { defineConfig } from "vite";

export default defineConfig({
  build: {
    lib: {
      entry: { index: "src/index.ts", react: "src/react/index.ts" },
      formats: ["es", "cjs"],
    },
    rolldownOptions: { external: [/^react/] },
    sourcemap: true,
  },
});
