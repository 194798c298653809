// Lists with boxes to tick: one box for all of them, and how many are ticked. Without script every box works alone.
document.querySelectorAll("form[data-rows]").forEach((form) => {
  const all = form.querySelector("[data-tick-all]");
  const say = form.querySelector("[data-ticked]");
  const boxes = [...form.querySelectorAll('[name="_selected_action"]')];
  if (!all || boxes.length === 0) return;
  const words = say?.textContent;

  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
    if (say) say.textContent = ticked ? `${words} ${ticked}` : words;
  };

  all.hidden = false;
  all.addEventListener("change", () => {
    boxes.forEach((box) => (box.checked = all.checked));
    count();
  });
  boxes.forEach((box) => box.addEventListener("change", count));
  count();
});
