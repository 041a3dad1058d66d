/* What a list does beyond what forms do: a running total of what is ticked, and one box for all. Nothing here is needed. */
"use strict";
(() => {
  const language = document.documentElement.lang;
  const boxes = (form) => [...form.querySelectorAll("input[type=checkbox][name=document]")];
  const chosenIn = (form) =>
    [...form.querySelectorAll("input[name=document]")].filter((one) => one.type === "hidden" || one.checked);

  // What is chosen stays chosen on the next page and behind every filter.
  const carry = (form) => {
    const ids = [...new Set(chosenIn(form).map((one) => one.value))];
    for (const link of document.querySelectorAll("a[data-carry]")) {
      const address = new URL(link.href);
      if (!ids.length && !address.searchParams.has("document")) continue;
      address.searchParams.delete("document");
      for (const id of ids) address.searchParams.append("document", id);
      link.href = address.href;
    }
    for (const filters of document.querySelectorAll("form[data-carry]")) {
      for (const one of filters.querySelectorAll("input[name=document]")) one.remove();
      for (const value of ids) {
        filters.append(Object.assign(document.createElement("input"), { type: "hidden", name: "document", value }));
      }
    }
  };

  const written = (minor, currency, digits) =>
    new Intl.NumberFormat(language, {
      style: "currency",
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(minor / 10 ** digits);

  const count = (form) => {
    const chosen = chosenIn(form);
    const sums = new Map();
    for (const { dataset } of chosen.filter((box) => box.dataset.currency)) {
      const known = sums.get(dataset.currency) ?? { minor: 0, digits: Number(dataset.digits) };
      sums.set(dataset.currency, { ...known, minor: known.minor + Number(dataset.minor) });
    }
    const first = form.dataset.totals.split(" ");
    const rank = (currency) => (first.includes(currency) ? first.indexOf(currency) : first.length);
    const amounts = [...sums]
      .sort(([one], [other]) => rank(one) - rank(other) || one.localeCompare(other))
      .map(([currency, sum]) => written(sum.minor, currency, sum.digits));
    const said = form.querySelector("[data-chosen]");
    const words = chosen.length ? said.dataset.chosen.replace("%(count)s", chosen.length) : said.dataset.nothing;
    said.textContent = [words, ...amounts].join(" · ");
    form.classList.toggle("has-chosen", chosen.length > 0);
    const all = form.querySelector("[data-choose-all]");
    all.hidden = false;
    const here = boxes(form).filter((box) => box.checked).length;
    all.querySelector("input").checked = here === boxes(form).length;
    all.querySelector("input").indeterminate = here > 0 && here < boxes(form).length;
    carry(form);
  };

  const prepare = () => {
    for (const form of document.querySelectorAll("form[data-totals]")) {
      form.querySelectorAll("[data-without-script]").forEach((one) => (one.hidden = true));
      count(form);
    }
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-totals]");
    if (!form) return;
    if (event.target.closest("[data-choose-all]")) boxes(form).forEach((box) => (box.checked = event.target.checked));
    count(form);
  });
  document.addEventListener("htmx:after:swap", prepare);
  window.addEventListener("pageshow", prepare);
  document.addEventListener("htmx:after:swap", prepare);
  prepare();
})();
