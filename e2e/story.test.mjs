// The whole story as a person lives it: from the one-time link to the first alert, in a real browser.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { accessible, browser, fits, picture, until, up, worded } from "./komainu.mjs";

const PASSWORD = "a quiet river at dawn 7";
/** A rule of others, with its licence. */
const OTHERS = {
  "accepted.yml": `title: SSHD Jargon Accepted
id: 7c3a6f0e-3a4e-4c53-9d0e-0a8c9d1f2b11
author: Ann Example
level: high
status: test
tags: [attack.t1078.003]
logsource: {product: linux, service: sshd}
detection:
  sel: {EventType: sign-in}
  condition: sel
`,
  LICENSE: "Detection Rule License (DRL) 1.1",
};
let komainu, chromium, context, page;

before(async () => {
  komainu = await up({ packs: { others: OTHERS } });
  chromium = await browser();
  context = await chromium.newContext({ locale: "ja-JP", viewport: { width: 1280, height: 900 } });
  page = await context.newPage();
  page.setDefaultTimeout(30000);
  page.on("pageerror", (error) => { throw error; });
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|Refused to/.test(message.text())) throw new Error(message.text());
  });
});

after(async () => {
  await chromium?.close();
  await komainu?.clean();
});

const go = (path) => page.goto(komainu.origin + path);
const seen = async (name) => {
  await worded(page, name);
  await accessible(page, name);
  await fits(page, name);
  await picture(page, name);
};

test("an anonymous visitor answers 25 questions and sees a result", async () => {
  await go("/");
  await seen("welcome");
  await go("/assessment");
  await seen("assessment-start");
  await page.locator('a[href^="/assessment/check"]').first().click();
  await seen("assessment-question");
  for (let number = 1; number <= 25; number++) {
    await page.locator('input[name="answer"]').nth(number % 3).check();
    await page.locator('button[name="go"][value="next"]').click();
  }
  await page.waitForURL(/\/assessment\/result/);
  await seen("assessment-result-open");
  assert.ok((await page.locator("main svg").count()) > 0, "a radar");
  assert.ok((await page.locator("main table").count()) > 0, "and a table beside it");
});

test("the one-time link leads through set-up with a password", async () => {
  assert.ok(komainu.setupLink, "a link on the terminal");
  await page.goto(komainu.setupLink);
  await seen("setup");
  const fill = { company: "狛犬ベーカリー", employees: "5", capital: "3000000", city: "文京区", name: "大和 花子", mail: "owner@bakery.example" };
  for (const [name, value] of Object.entries(fill)) await page.locator(`[name="${name}"]`).fill(value);
  await page.locator('select[name="trade"]').selectOption("I");
  await page.locator('select[name="prefecture"]').selectOption("13");
  await page.locator('[name="number"]').fill("1234567890123");
  await page.locator('[name="password"]').fill("password123");
  await page.locator("main form button:not([type=button])").first().click();
  await page.locator(".fault").first().waitFor();
  await seen("setup-faults");
  await page.locator('[name="number"]').fill("");
  await page.locator('[name="password"]').fill(PASSWORD);
  await page.locator("main form button:not([type=button])").first().click();
  await page.locator("ol.codes, .codes").waitFor();
  await seen("recovery-codes");
  await page.locator("a.button.big").click();
  await page.waitForURL(komainu.origin + "/");
  await page.getByRole("heading", { level: 1, name: "狛犬ベーカリー" }).waitFor();
  await seen("home-new");
});

test("the language switch keeps the place", async () => {
  await go("/company");
  await page.getByRole("link", { name: "English" }).click();
  await page.waitForURL(/\/company$/);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await seen("company-en");
  await page.getByRole("link", { name: "日本語" }).click();
  assert.equal(await page.locator("html").getAttribute("lang"), "ja");
});

test("a passkey is added and signs in", async () => {
  const client = await context.newCDPSession(page);
  await client.send("WebAuthn.enable");
  await client.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await go("/account/passkeys");
  await seen("passkeys");
  const name = page.locator('main form [name="name"]');
  if (await name.count()) await name.first().fill("事務所のパソコン");
  await page.locator("[data-passkey] button").first().click();
  await until("the passkey on the list", async () => (await page.content()).includes("/remove"));
  await go("/account");
  await seen("account");
  await page.locator('form[action="/sign-out"] button').first().click();
  await go("/sign-in");
  await seen("sign-in");
  await page.locator("[data-passkey] button").first().click();
  await page.waitForURL((url) => url.pathname === "/");
  await page.getByRole("heading", { level: 1, name: "狛犬ベーカリー" }).waitFor();
});

test("the assessment is answered, kept and printed", async () => {
  await go("/assessment");
  await seen("assessment-start-member");
  await page.locator('form[action="/assessment/sheets"] button').first().click();
  await page.waitForURL(/\/assessment\/sheets\//);
  const sheet = new URL(page.url()).pathname.match(/sheets\/([0-9a-f-]{36})/)[1];
  await page.goto(`${komainu.origin}/assessment/sheets/${sheet}/questions/1`);
  await seen("assessment-question-member");
  for (let number = 1; number <= 25; number++) {
    await page.locator('input[name="answer"]').nth([1, 2, 0, 3][number % 4]).check();
    await page.locator('button[name="go"][value="next"]').click();
    await page.waitForURL(number < 25 ? new RegExp(`questions/${number + 1}$`) : new RegExp(`sheets/${sheet}$`));
  }
  await seen("assessment-overview");
  await page.locator(`form[action$="/finish"] button`).click();
  await page.waitForURL(/\/result$/);
  await seen("assessment-result");
  const pdf = await page.request.get(`${komainu.origin}/assessment/sheets/${sheet}/result.pdf`);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
});

test("home shows the next step, and doing it leads to another", async () => {
  await go("/");
  await seen("home-plan");
  const first = await page.locator('a[href^="/plan/"]').first().getAttribute("href");
  await page.locator('a[href^="/plan/"]').first().click();
  await seen("plan-step");
  await page.locator('form[action$="/done"] textarea').fill("自動更新を入れた");
  await page.locator('form[action$="/done"] button').first().click();
  await go("/");
  assert.notEqual(await page.locator('a[href^="/plan/"]').first().getAttribute("href"), first);
  await go("/plan");
  await seen("plan");
});

test("the first star is declared and anybody can verify it", async () => {
  await go("/declaration");
  await seen("declaration-before");
  await go("/declaration/new");
  await seen("declaration-new");
  for (const area of await page.locator('main textarea[name^="doing-"]').all()) await area.fill("毎週月曜に確かめている");
  await page.locator('[name="declarer"]').fill("大和 花子");
  await page.locator('[name="pledge"]').check();
  await page.locator('form[action="/declaration/new"] button:not([type=button])').last().click();
  await page.locator('a[href^="/verify/"]').first().waitFor();
  await seen("declaration");
  const verify = await page.locator('a[href^="/verify/"]').first().getAttribute("href");
  const stranger = await chromium.newContext({ locale: "en-US", viewport: { width: 390, height: 844 } });
  const other = await stranger.newPage();
  await other.goto(komainu.origin + verify);
  await other.getByText("狛犬ベーカリー").first().waitFor();
  await worded(other, "verify");
  await accessible(other, "verify");
  await fits(other, "verify");
  await picture(other, "verify-en-phone");
  await stranger.close();
});

let device;
test("this very machine is watched", async () => {
  await go("/devices");
  const link = await until("this machine", async () => {
    await page.reload();
    const links = await page.locator('a[href^="/devices/"]').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    return links.find((href) => /^\/devices\/[0-9a-f-]{36}$/.test(href));
  });
  await seen("devices");
  device = link;
  await page.goto(komainu.origin + link);
  await seen("device");
  await go("/devices/what-we-collect");
  await seen("what-we-collect");
});

test("a drill's alert reaches the open page by itself", async () => {
  await go("/alerts?drill=yes");
  await until("live updates", () => page.evaluate(() => document.documentElement.dataset.live === "on"));
  // From another window, so that this one stays in front as it was.
  const second = await chromium.newContext({ locale: "ja-JP", storageState: await context.storageState() });
  const other = await second.newPage();
  await other.goto(komainu.origin + device);
  await other.locator('form[action$="/drill"] button').click();
  await other.waitForURL((url) => url.pathname === device);
  // Not reloaded: the page itself must bring it.
  await until("an alert on the open page", async () => (await page.locator('a[href^="/alerts/0"]').count()) > 0, 120);
  await until("four kinds of alerts", async () => (await page.locator('a[href^="/alerts/0"]').count()) >= 4, 120);
  await second.close();
  await seen("alerts");
  await page.locator('a[href^="/alerts/0"]').first().click();
  await seen("alert");
});

test("the help button opens an incident, which is closed with what was learned", async () => {
  await page.locator('form[action$="/help"] button').click();
  await page.waitForURL(/\/incidents\//);
  await seen("incident");
  await page.locator('textarea[name="note"]').fill("レジの前で気づいた");
  await page.locator('form[action$="/notes"] button').click();
  await page.locator('input[type="file"]').setInputFiles({ name: "memo.txt", mimeType: "text/plain", buffer: Buffer.from("what was on the screen") });
  await page.locator('form[action$="/files"] button').click();
  await page.locator('[data-sent] li[data-state="sent"]').waitFor();
  await page.getByText("memo.txt").first().waitFor();
  await page.locator('[name="learned"]').fill("訓練だと分かった。まず電話する。");
  await page.locator('form[action$="/close"] button').click();
  await page.locator('a[href^="/lessons/"]').first().waitFor();
  await seen("incident-closed");
});

/** Small Windows recordings where the public ones lie beside the project, and a log of our own in any case. */
function recordings() {
  let log = "";
  for (let n = 0; n < 20000; n++) log += `Nov 23 08:${String(Math.floor(n / 60) % 60).padStart(2, "0")}:${String(n % 60).padStart(2, "0")} kaikei sshd[411]: Failed password for root from 203.0.113.7 port ${n} ssh2\n`;
  log += "Nov 23 09:01:05 kaikei sshd[412]: Accepted password for root from 203.0.113.7 port 5100 ssh2\n";
  const files = [{ name: "auth.log", bytes: Buffer.from(log) }];
  const folder = new URL("../../shared/data/evtx/mitre/", import.meta.url);
  try {
    const found = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".evtx")).sort();
    for (const name of found.filter((_, n) => n % 12 === 0)) files.push({ name: name.split("/").pop(), bytes: readFileSync(new URL(encodeURI(name).replaceAll("#", "%23"), folder)) });
  } catch {
    console.log("skipped: the public recordings are not beside the project");
  }
  return files;
}

test("files that are dropped on an incident are looked through, and the report opens", async () => {
  await go("/help/other");
  await page.locator('form[action="/help/other"] button').click();
  await page.waitForURL(/\/incidents\//);
  const incident = new URL(page.url()).pathname;
  await seen("recording-none");
  const files = recordings().map(({ name, bytes }) => ({ name, text: bytes.toString("base64") }));
  const dropped = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const { name, text } of all) transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
    return transfer;
  }, files);
  await page.dispatchEvent("form[data-drop]", "drop", { dataTransfer: dropped });
  await until("every file to be there", async () => (await page.locator('[data-sent] li[data-state="sent"]').count()) === files.length);
  await seen("recording-sent");
  await page.locator('form[action$="/hunts"] button').click();
  await page.locator("progress").first().waitFor({ timeout: 40000 });
  await picture(page, "recording-under-way");
  await accessible(page, "recording-under-way");
  // Not reloaded: the page itself must bring it.
  await page.locator("article.hunt").waitFor({ timeout: 180000 });
  for (const lang of ["ja", "en"]) {
    await go(`/lang/${lang}?back=${encodeURIComponent(incident)}`);
    for (const [shape, viewport] of [["wide", { width: 1280, height: 900 }], ["phone", { width: 360, height: 740 }]]) {
      await page.setViewportSize(viewport);
      await go(incident);
      await seen(`recording-result-${lang}-${shape}`);
      const told = await page.locator("article.hunt").first().textContent();
      assert.ok(told.includes("others · 1 · DRL-1.1"), "the pack that was used is named");
      assert.ok(!told.includes("Jargon"), "in plain words");
      await go(`${incident}/print`);
      await seen(`recording-print-${lang}-${shape}`);
      await go(incident);
      await page.locator('article.hunt a[href*="/findings/"]').first().click();
      await page.waitForURL(/\/findings\//);
      await seen(`recording-finding-${lang}-${shape}`);
      await go(incident);
      await page.locator('a[href$="/remove"]').first().click();
      await page.waitForURL(/\/remove$/);
      await page.getByText("auth.log").first().waitFor();
      await seen(`recording-remove-${lang}-${shape}`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await go(incident);
    await page.locator('article.hunt a[href$="/report"]').first().click();
    await page.waitForURL(/\/report$/);
    await page.locator("main section.verdict").waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), lang);
    assert.equal(await page.evaluate(() => self.origin), "null", "the report stands for no site");
    await picture(page, `recording-report-${lang}`);
  }
  await go(incident);
  await page.locator('a[href$="/remove"]').first().click();
  await page.locator('form[action$="/remove"] button').click();
  await page.waitForURL(komainu.origin + incident);
  for (const lang of ["en", "ja"]) {
    await go(`/lang/${lang}?back=${encodeURIComponent(incident)}`);
    for (const [shape, viewport] of [["wide", { width: 1280, height: 900 }], ["phone", { width: 360, height: 740 }]]) {
      await page.setViewportSize(viewport);
      await go(incident);
      assert.equal(await page.locator("table .badge.warn").count(), 1, "the removed file is marked in the list of files");
      assert.equal(await page.locator('a[download]', { hasText: "auth.log" }).count(), 0, "and cannot be had any more");
      assert.ok((await page.locator("ol.timeline").textContent()).includes("SHA-256"), "the history names its hash");
      assert.equal(await page.locator("article.hunt").count(), 1, "the result stays");
      await seen(`recording-removed-${lang}-${shape}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await go("/lang/ja?back=/");
});

test("what was measured stands beside what was declared", async () => {
  await go("/evidence");
  await until("an observation", async () => {
    await page.reload();
    return (await page.locator("main table tbody tr").count()) > 0;
  });
  await seen("evidence");
});

test("every page is readable in both languages, wide and on a phone", async () => {
  const paths = ["/", "/assessment", "/lessons", "/lessons/backup", "/plan", "/declaration", "/devices", device, "/devices/add", "/alerts", "/incidents",
    "/help", "/company", "/company/details", "/company/people", "/account", "/account/password", "/account/passkeys", "/account/totp", "/evidence", "/ledger", "/nowhere"];
  for (const lang of ["en", "ja"]) {
    await go(`/lang/${lang}?back=/`);
    for (const [shape, viewport] of [["wide", { width: 1280, height: 900 }], ["phone", { width: 360, height: 740 }]]) {
      await page.setViewportSize(viewport);
      for (const path of paths) {
        await go(path);
        await seen(`${path.replace(/[0-9a-f-]{36}/, "one").replaceAll("/", "_") || "_"}-${lang}-${shape}`);
      }
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("without JavaScript everything is there after a reload", async () => {
  const plain = await chromium.newContext({ locale: "en-US", javaScriptEnabled: false, storageState: await context.storageState() });
  const other = await plain.newPage();
  await other.goto(komainu.origin + "/alerts?drill=yes");
  assert.ok((await other.locator('a[href^="/alerts/0"]').count()) >= 4);
  await other.goto(komainu.origin + "/");
  await other.getByRole("heading", { level: 1, name: "狛犬ベーカリー" }).waitFor();
  await plain.close();
});

test("stopped and started again, all is there", async () => {
  assert.equal(await komainu.stop(), 0, komainu.output);
  await komainu.restart();
  await go("/");
  await page.getByRole("heading", { level: 1, name: "狛犬ベーカリー" }).waitFor();
});
