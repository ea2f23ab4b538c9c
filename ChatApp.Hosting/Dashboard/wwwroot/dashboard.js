// Keeps the pages fresh; they are complete without it.
"use strict";

const live = document.getElementById("live");

function listen(url, onData) {
  const source = new EventSource(url);
  source.onopen = () => { live.hidden = false; live.classList.remove("lost"); live.textContent = "live"; };
  source.onerror = () => { live.hidden = false; live.classList.add("lost"); live.textContent = "connection lost"; };
  source.onmessage = event => onData(JSON.parse(event.data));
  addEventListener("pagehide", () => source.close());
}

// The server has escaped all text in the HTML it sends.
function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

function replace(old, html) {
  const fresh = parse(html);
  const focused = old.contains(document.activeElement) ? document.activeElement.dataset.command ?? "" : null;
  old.replaceWith(fresh);
  if (focused !== null) (fresh.querySelector(`[data-command="${focused}"]`) ?? fresh.querySelector("button, a"))?.focus();
}

const table = document.getElementById("resources");
if (table) {
  listen(table.dataset.stream, rows => {
    for (const [id, html] of Object.entries(rows)) {
      const row = document.getElementById(`r-${id}`);
      if (row) replace(row, html); else table.tBodies[0].append(parse(html));
    }
  });
}

const facts = document.getElementById("facts");
if (facts) listen(facts.dataset.stream, html => replace(facts.firstElementChild, html));

document.addEventListener("submit", async event => {
  event.preventDefault();
  const button = event.submitter;
  button.disabled = true;
  try {
    const response = await fetch(event.target.action, { method: "POST", headers: { Accept: "text/plain" } });
    if (!response.ok) alert(await response.text());
  } catch {
    alert("The AppHost does not answer.");
  } finally {
    button.disabled = false;
  }
});

const log = document.getElementById("log");
if (log) {
  const longest = 2000;
  const follow = document.getElementById("follow");
  const filter = document.getElementById("filter");
  follow.parentElement.hidden = filter.parentElement.hidden = false;

  const toEnd = () => { if (follow.checked) log.scrollTop = log.scrollHeight; };
  const applyTo = line => line.classList.toggle("out", filter.value !== "" && !line.textContent.toLowerCase().includes(filter.value.toLowerCase()));
  const add = lines => {
    for (const [, text, isError] of lines) {
      const line = document.createElement("li");
      line.textContent = text;
      line.classList.toggle("err", isError);
      applyTo(line);
      log.append(line);
    }
    while (log.childElementCount > longest) log.firstElementChild.remove();
    toEnd();
  };

  filter.addEventListener("input", () => { for (const line of log.children) applyTo(line); toEnd(); });
  follow.addEventListener("change", toEnd);
  log.addEventListener("wheel", event => { if (event.deltaY < 0) follow.checked = false; }, { passive: true });
  toEnd();
  listen(`${log.dataset.stream}?after=${log.dataset.last}`, add);
}
