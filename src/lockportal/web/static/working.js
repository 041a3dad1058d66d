/* What takes long says that it runs: a file that is being made, a list that is asked for. Nothing here is needed. */
"use strict";
(() => {
  const told = document.querySelector("[data-working]");
  const plain = (event) => !event.defaultPrevented && !event.button && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const running = (on) => document.documentElement.classList.toggle("working", on);

  const nameOf = (said) => {
    const exact = /filename\*=UTF-8''([^;]+)/.exec(said);
    return exact ? decodeURIComponent(exact[1]) : "";
  };

  // A file is fetched here and handed over; whatever comes instead of one is a page, and is gone to.
  const fetched = async (address, from) => {
    from.setAttribute("aria-busy", "true");
    told.textContent = told.dataset.working;
    try {
      const answer = await fetch(address);
      const said = answer.headers.get("Content-Disposition") ?? "";
      if (!answer.ok || !said.startsWith("attachment")) throw new TypeError("no file");
      const href = URL.createObjectURL(await answer.blob());
      Object.assign(document.createElement("a"), { href, download: nameOf(said) }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60000);
    } catch {
      location.assign(address);
    } finally {
      from.removeAttribute("aria-busy");
      told.textContent = "";
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || !plain(event)) return;
    if (link.matches("[data-file]")) {
      event.preventDefault();
      fetched(link.href, link);
    } else if (link.matches(".tabs a, .pages a")) running(true);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "get") return;
    if (event.submitter?.matches("[data-file]")) {
      event.preventDefault();
      const address = new URL(form.action);
      address.search = new URLSearchParams(new FormData(form, event.submitter));
      fetched(address.href, event.submitter);
    } else running(true);
  });
  window.addEventListener("pageshow", () => running(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && running(false));
})();
