// Starts a real Komainu on an empty data directory and a real browser before it.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:net";
import { chromium } from "playwright-core";
import AxeBuilder from "@axe-core/playwright";

const program = process.env.KOMAINU_BIN ?? new URL("../target/debug/komainu", import.meta.url).pathname;

/** A port nobody uses just now. */
export const freePort = () =>
  new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/** Waits until `ask` gives something, or fails with what was waited for. */
export async function until(what, ask, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      // A question that is never answered counts as not answered yet.
      const got = await Promise.race([ask(), new Promise((done) => setTimeout(done, 15000, undefined))]);
      if (got) return got;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`waited ${seconds} s for: ${what}${last ? ` (${last.message})` : ""}`);
}

/** Takes rules of others, given as name and text, as the pack `name` of a data directory. */
function importRules(data, name, rules) {
  const folder = join(data, "from-others");
  mkdirSync(folder);
  for (const [file, text] of Object.entries(rules)) writeFileSync(join(folder, file), text);
  execFileSync(program, ["rules", "import", folder, "--name", name, "--data", data]);
  rmSync(folder, { recursive: true });
}

/** A running Komainu: `origin`, `setupLink`, `data`, `stop()`, `restart()`. */
export async function up({ database, mail, packs = {}, extra = [] } = {}) {
  const data = mkdtempSync(join(tmpdir(), "komainu-e2e-"));
  const [port, agents] = [await freePort(), await freePort()];
  let settings = "";
  if (database) settings += `database = "${database}"\n`;
  if (mail) settings += `[mail]\nserver = "127.0.0.1"\nport = ${mail.port}\nsecurity = "none"\nfrom = "Komainu <komainu@example.jp>"\n`;
  if (settings) writeFileSync(join(data, "komainu.toml"), settings);
  for (const [name, rules] of Object.entries(packs)) importRules(data, name, rules);
  const run = { data, port, origin: `http://localhost:${port}`, output: "", setupLink: null };
  const start = async () => {
    run.output = "";
    const args = ["up", "--data", data, "--listen", `127.0.0.1:${port}`, "--agents", `127.0.0.1:${agents}`, ...extra];
    run.child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    run.ended = new Promise((done) => run.child.on("exit", (code) => done(code)));
    for (const stream of [run.child.stdout, run.child.stderr]) stream.on("data", (text) => (run.output += text));
    await until("the portal", async () => {
      if (run.child.exitCode !== null) throw new Error(`komainu ended: ${run.output}`);
      return (await fetch(`${run.origin}/healthz`)).ok;
    });
    run.setupLink = run.output.match(/http:\/\/localhost:\d+\/setup\/\S+/)?.[0] ?? null;
  };
  run.stop = async (signal = "SIGINT") => {
    run.child.kill(signal);
    const timer = setTimeout(() => run.child.kill("SIGKILL"), 20000);
    const code = await run.ended;
    clearTimeout(timer);
    return code;
  };
  run.restart = start;
  run.clean = async () => {
    if (run.child.exitCode === null) await run.stop();
    rmSync(data, { recursive: true, force: true });
  };
  await start();
  return run;
}

/** A browser that asks nobody outside. */
export async function browser() {
  const profile = mkdtempSync(join(tmpdir(), "komainu-chromium-"));
  const context = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", `--disk-cache-dir=${profile}`],
  });
  context.on("disconnected", () => rmSync(profile, { recursive: true, force: true }));
  return context;
}

/** Fails with every violation of WCAG that axe-core sees on the page as it is. */
export async function accessible(page, where) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  const said = violations.map((v) => `${v.id}: ${v.help}\n    ${v.nodes.map((n) => n.html.slice(0, 160)).join("\n    ")}`);
  if (said.length > 0) throw new Error(`${where} (${page.url()}) has ${said.length} violations:\n  ${said.join("\n  ")}`);
}

/** Every page must fit its window: nothing to be scrolled sideways. */
export async function fits(page, where) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) throw new Error(`${where} (${page.url()}) is ${over} px too wide`);
}

/** Words that were missing stand between brackets. */
export async function worded(page, where) {
  const missing = (await page.content()).match(/⟦[^⟧]*⟧/g);
  if (missing) throw new Error(`${where} (${page.url()}) lacks words: ${[...new Set(missing)].join(" ")}`);
}

/** Keeps a picture where somebody asks for them. */
export async function picture(page, name) {
  const folder = process.env.KOMAINU_PICTURES;
  if (folder && existsSync(folder)) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
