/* What a list does beyond what forms do: a running total of what is ticked, and one box for all. Nothing here is needed. */
"use strict";
(() => {
  const language = document.documentElement.lang;
  const boxes = (form) => [...form.querySelectorAll("input[name=document]")];

  const written = (minor, currency, digits) =>
    new Intl.NumberFormat(language, {
      style: "currency",
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(minor / 10 ** digits);

  const count = (form) => {
    const chosen = boxes(form).filter((box) => box.checked);
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
    all.querySelector("input").checked = chosen.length === boxes(form).length;
    all.querySelector("input").indeterminate = chosen.length > 0 && chosen.length < boxes(form).length;
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
  prepare();
})();
