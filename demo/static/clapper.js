// What Discord's own window does and the simulator's page does not.

// Relative times ("in 20 seconds") move on by themselves.
const RELATIVE = /^(in \d|\d.* ago$|now$|yesterday$|tomorrow$|(last|next) )/;
const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7], ["week", Infinity]];
const words = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });

function relative(seconds) {
  let amount = seconds;
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return words.format(Math.round(amount), unit);
    amount /= size;
  }
}

setInterval(() => {
  for (const time of document.querySelectorAll("time.discord-timestamp")) {
    if (!RELATIVE.test(time.textContent)) continue;
    const text = relative((new Date(time.dateTime) - Date.now()) / 1000);
    if (text !== time.textContent) time.textContent = text;
  }
}, 1000);

// A new message is scrolled to, unless the reader has gone back in the history.
const NEAR = 200;
const timeline = document.getElementById("channel-timeline");
const messages = document.getElementById("channel-message-list");
let newest = null;

new MutationObserver(() => {
  const last = messages.lastElementChild;
  if (!last || last === newest) return;
  const away = timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight;
  if (away < last.offsetHeight + NEAR) timeline.scrollTop = timeline.scrollHeight;
  newest = last;
}).observe(messages, { childList: true });

// A field with suggestions offers them at once, before anything is typed; one that is filled in offers nothing.
document.addEventListener("focusin", ({ target }) => {
  if (!target.matches(".command-option-input[role=combobox]")) return;
  const nothing = document.querySelector(".command-popup:not([hidden]) .command-empty");
  if (!nothing) return;
  if (target.value) nothing.closest(".command-popup").hidden = true;
  else target.dispatchEvent(new Event("input", { bubbles: true }));
});

// Enter sends the command also when a click on a suggestion took the focus away, or a file was chosen last.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || !document.querySelector(".command-row")) return;
    const filled = ".command-file-choose:has(~ .command-file-remove)";
    if (event.target !== document.body && !event.target.matches(filled)) return;
    event.preventDefault();
    event.stopPropagation();
    document.getElementById("send-message").click();
  },
  true,
);

// A link to a message is shown by its channel, and leads to the message in this page instead of out of it.
const MESSAGE_LINK = /^https:\/\/discord\.com\/channels\/\d+\/\d+\/(\d+)$/;

new MutationObserver(() => {
  for (const link of messages.querySelectorAll("a:not(.mention)")) {
    const [, id] = link.href.match(MESSAGE_LINK) ?? [];
    if (!id) continue;
    link.className = "mention";
    link.textContent = `#${document.getElementById("channel-name").textContent} › 💬`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.querySelector(`[data-message-id="${id}"]`)?.scrollIntoView();
    });
  }
}).observe(messages, { childList: true, subtree: true });

// A right click on a message offers what the bot does with it. The page's own calls tell for whom.
let viewer = {};
const call = window.fetch.bind(window);
window.fetch = (path, options) => {
  if (options?.headers?.["X-Simcord-Context"]) viewer = options.headers;
  return call(path, options);
};

let menu = null;

function closeMenu() {
  menu?.remove();
  menu = null;
}

function entry(name, messageId) {
  const button = document.createElement("button");
  button.type = "button";
  button.role = "menuitem";
  button.textContent = name;
  button.addEventListener("click", () => {
    closeMenu();
    const { "X-Simcord-Capability": capability, "X-Simcord-Context": context } = viewer;
    call("/api/action", {
      method: "POST",
      headers: {
        "X-Simcord-Capability": capability,
        "X-Simcord-Context": context,
        "X-Clapper-Menu": "1",
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ message_id: messageId, name }),
    });
  });
  return button;
}

messages.addEventListener("contextmenu", async (event) => {
  const message = event.target.closest(".channel-message[data-message-id]");
  if (!message) return;
  event.preventDefault();
  closeMenu();
  const names = await (await call("/menus.json")).json();
  menu = document.createElement("div");
  menu.className = "message-menu";
  menu.role = "menu";
  menu.setAttribute("aria-label", "Apps");
  const title = document.createElement("div");
  title.className = "message-menu-title";
  title.textContent = "Apps";
  menu.append(title, ...names.map((name) => entry(name, message.dataset.messageId)));
  document.body.append(menu);
  menu.style.left = `${Math.min(event.clientX, innerWidth - menu.offsetWidth - 8)}px`;
  menu.style.top = `${Math.min(event.clientY, innerHeight - menu.offsetHeight - 8)}px`;
  menu.querySelector("button")?.focus();
});

document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest(".message-menu")) closeMenu();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenu();
});
