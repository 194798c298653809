// Says how many files are ticked, and takes the ticks off. The bar itself appears by style alone.
const bar = document.getElementById("selection");
if (bar) {
  const say = bar.querySelector("[data-count]");
  const clear = bar.querySelector("[data-clear]");
  const boxes = () => [...bar.elements].filter((field) => field.type === "checkbox");
  const count = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    say.textContent = say.dataset.count.replace("{count}", ticked);
  };
  clear.hidden = false;
  // Resetting comes before the boxes change.
  bar.addEventListener("reset", () => setTimeout(count));
  boxes().forEach((box) => box.addEventListener("change", count));
  count();
  // Back from another page, the browser ticks again what was ticked.
  window.addEventListener("pageshow", count);
}
