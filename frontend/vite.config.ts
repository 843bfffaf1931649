import { defineConfig } from "vitest/config";

export default defineConfig({
  // Everything is found beside the module that names it, wherever TensorBoard serves it.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../tb_actviz/plugin/static",
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    // Those of what is bundled.
    license: { fileName: "licenses.md" },
    lib: {
      entry: "src/index.tsx",
      formats: ["es"],
      fileName: () => "index.js",
      cssFileName: "style",
    },
    // Of a library Vite keeps the white space, for whoever bundles it once more.
    rolldownOptions: { output: { minify: true } },
  },
  // Machines in CI are slow and noisy; a slow test is no wrong one.
  test: { include: ["tests/**/*.test.ts"], testTimeout: 60_000 },
});
