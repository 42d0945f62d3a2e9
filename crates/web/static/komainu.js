// Live pieces: a section with data-live names the facts that change it and data-src where its new inside comes from.
// Everything works without this script by loading the page again.
"use strict";
(() => {
  const pieces = [...document.querySelectorAll("[data-live][data-src]")];
  if (pieces.length > 0 && "EventSource" in window) {
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
          piece.classList.remove("fresh");
          void piece.offsetWidth;
          piece.classList.add("fresh");
        }
      } catch { /* asked for again below */ }
      pending.delete(piece);
      if (piece.dataset.again) { delete piece.dataset.again; refresh(piece); }
      else if (!fresh && patience > 0) setTimeout(() => refresh(piece, patience - 1), 2000);
    };
    let opened = false;
    const source = new EventSource("/live");
    source.addEventListener("fact", (event) => {
      for (const piece of pieces) {
        if (event.data === "missed" || piece.dataset.live.split(" ").includes(event.data)) refresh(piece);
      }
    });
    // After a broken connection something may have been missed.
    source.addEventListener("hello", () => { if (opened) pieces.forEach(refresh); opened = true; document.documentElement.dataset.live = "on"; });
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
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", () => { for (const b of form.querySelectorAll("button")) setTimeout(() => { b.disabled = true; }, 0); });
  }
})();
