import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** While the page is being worked on, `nuanquan serve` answers the questions. */
const server = process.env["NUANQUAN_SERVER"] ?? "http://127.0.0.1:8080";
const proxy = { "/api": server, "/tiles": server };

export default defineConfig({
  plugins: [svelte()],
  // MapLibre alone is larger than Vite's default for one chunk.
  build: { target: "es2022", chunkSizeWarningLimit: 2000 },
  worker: { format: "es" },
  server: { proxy },
  preview: { proxy },
});
