// Live pieces: a section with data-live names the facts that change it and data-src where its new inside comes from.
// Everything works without this script by loading the page again.
"use strict";
(() => {
  // Asked anew each time: a piece may hold others.
  const pieces = () => [...document.querySelectorAll("[data-live][data-src]")];
  if (pieces().length > 0 && "EventSource" in window) {
    const pending = new Set();
    // A piece that could not be fetched is asked for again: there may be no further fact to bring it.
    const refresh = async (piece, patience = 5) => {
      if (pending.has(piece)) { piece.dataset.again = "1"; return; }
      pending.add(piece);
      let fresh = false;
      try {
        const reply = await fetch(piece.dataset.src, { headers: { "hx-request": "true" }, credentials: "same-origin", cache: "no-store" });
        fresh = reply.ok;
        const inside = await reply.text();
        if (reply.ok && piece.contains(document.activeElement)) {
          piece.addEventListener("focusout", () => setTimeout(() => refresh(piece), 0), { once: true });
        } else if (reply.ok) {
          piece.innerHTML = inside;
          if (!("calm" in piece.dataset)) {
            piece.classList.remove("fresh");
            void piece.offsetWidth;
            piece.classList.add("fresh");
          }
        }
      } catch { /* asked for again below */ }
      pending.delete(piece);
      if (piece.dataset.again) { delete piece.dataset.again; refresh(piece); }
      else if (!fresh && patience > 0) setTimeout(() => refresh(piece, patience - 1), 2000);
    };
    let opened = false;
    const source = new EventSource("/live");
    source.addEventListener("fact", (event) => {
      for (const piece of pieces()) {
        if (event.data === "missed" || piece.dataset.live.split(" ").includes(event.data)) refresh(piece);
      }
    });
    // After a broken connection something may have been missed.
    source.addEventListener("hello", () => { if (opened) pieces().forEach((piece) => refresh(piece)); opened = true; document.documentElement.dataset.live = "on"; });
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      const from = document.getElementById(button.dataset.copy);
      await navigator.clipboard.writeText(from.value ?? from.textContent);
      const status = document.getElementById(button.dataset.copied ?? "");
      if (status) status.hidden = false;
    });
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  // Files go one after another, each with its own progress; without this script the form sends them all together.
  for (const form of document.querySelectorAll("form[data-drop]")) {
    const input = form.querySelector('input[type="file"]'), list = form.querySelector("[data-sent]");
    const words = form.dataset;
    let queue = Promise.resolve(), waiting = 0;
    const send = (file) => new Promise((done) => {
      const line = document.createElement("li"), name = document.createElement("strong");
      const bar = document.createElement("progress"), state = document.createElement("span");
      name.textContent = file.name;
      bar.setAttribute("aria-label", file.name);
      state.textContent = words.going;
      line.append(name, " ", bar, " ", state);
      list.append(line);
      const say = (text, good) => { bar.remove(); state.textContent = text; state.className = good ? "" : "fault"; line.dataset.state = good ? "sent" : "failed"; done(); };
      if (file.size > Number(words.most)) return say(words.large, false);
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", (event) => { bar.max = event.total; bar.value = event.loaded; });
      request.addEventListener("error", () => say(words.failed, false));
      request.addEventListener("abort", () => say(words.failed, false));
      request.addEventListener("load", () => {
        if (request.status < 300) return say(words.done, true);
        try { say(JSON.parse(request.responseText).detail, false); } catch { say(words.failed, false); }
      });
      request.open("POST", form.getAttribute("action"));
      request.setRequestHeader("accept", "application/json");
      const body = new FormData();
      body.append(input.name, file, file.name);
      request.send(body);
    });
    const take = (files) => {
      for (const file of files) {
        waiting += 1;
        queue = queue.then(() => send(file)).then(() => { waiting -= 1; });
      }
    };
    window.addEventListener("beforeunload", (event) => { if (waiting > 0) event.preventDefault(); });
    form.addEventListener("submit", (event) => { event.preventDefault(); take([...input.files]); form.reset(); });
    form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
    form.addEventListener("dragleave", () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => { event.preventDefault(); form.classList.remove("over"); take([...event.dataTransfer.files]); });
  }
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", () => { for (const b of form.querySelectorAll("button")) setTimeout(() => { b.disabled = true; }, 0); });
  }
})();
