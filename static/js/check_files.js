// Computes the digests of files and folders here, writes them where one can also paste them, and sends the form.
const form = document.querySelector("[data-check]");
const part = (name) => form.querySelector(`[data-${name}]`);
const [drop, progress, say] = ["drop", "progress", "say"].map(part);

// A line of sha256sum; a line break within a name would make two of it.
const line = ({ sha256, name }) => `${sha256}  ${name.replace(/[\r\n]/g, " ")}`;

const digestAll = async (files) => {
  const worker = new Worker(form.dataset.check);
  const total = files.reduce((sum, { file }) => sum + file.size, 0) || 1;
  const lines = [];
  let read = 0;
  progress.hidden = false;
  for (const chosen of files) {
    const answer = await new Promise((resolve) => {
      worker.onmessage = ({ data }) => {
        // Of an empty file none are read: that is no answer yet.
        if (data.read === undefined) return resolve(data);
        read += data.read;
        progress.value = read / total;
      };
      worker.onerror = () => resolve({ failed: true, name: chosen.name });
      worker.postMessage(chosen);
    });
    if (answer.failed) {
      worker.terminate();
      throw new Error(`${say.dataset.failed} ${answer.name}`);
    }
    lines.push(line(answer));
    say.textContent = say.dataset.words.replace("{done}", lines.length).replace("{all}", files.length);
  }
  worker.terminate();
  return lines;
};

const check = async (files) => {
  if (files.length === 0) return;
  if (files.length > Number(form.dataset.most)) {
    say.textContent = say.dataset.many;
    return;
  }
  try {
    form.elements.digests.value = (await digestAll(files)).join("\n");
    form.requestSubmit();
  } catch (error) {
    say.textContent = error.message;
    progress.hidden = true;
  }
};

// A dropped folder is walked; readEntries gives at most some hundred at a time and then nothing.
const walk = async (entry) => {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const inner of some) found.push(...(await walk(inner)));
  }
};

drop.hidden = false;
form.querySelectorAll("[data-choose]").forEach((field) => {
  field.addEventListener("change", () =>
    check([...field.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }))),
  );
  // The button is the label; keys reach the field through it.
  field.parentElement.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    field.click();
  });
});
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  check((await Promise.all(entries.map(walk))).flat());
});
