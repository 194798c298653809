// Moves the part of a picture by dragging and by arrow keys. The numbers are the truth: what is drawn follows them.
const field = (form, name) => form.elements[name];

document.querySelectorAll("[data-crop]").forEach((form) => {
  const picture = document.getElementById(form.dataset.crop);
  const part = picture?.querySelector("[data-part]");
  if (!part) return;
  const { width: wide, height: high } = picture.viewBox.baseVal;
  const said = document.getElementById(form.dataset.says ?? "");
  const free = Boolean(field(form, "tall"));

  const tall = () =>
    free ? Number(field(form, "tall").value) : (field(form, "part").value * field(form, "height").value) / field(form, "width").value;

  const draw = () => {
    part.setAttribute("x", field(form, "left").value || 0);
    part.setAttribute("y", field(form, "top").value || 0);
    part.setAttribute("width", field(form, "part").value || 0);
    part.setAttribute("height", tall() || 0);
  };

  let asked;
  const ask = () => {
    if (!said) return;
    clearTimeout(asked);
    asked = setTimeout(async () => {
      const query = new URLSearchParams(new FormData(form));
      query.delete("csrfmiddlewaretoken");
      const answer = await fetch(`${form.dataset.weight}&${query}`).catch(() => null);
      if (!answer?.ok) return;
      const { weight, problem } = await answer.json();
      said.textContent = problem || (weight && said.dataset.about.replace("*", weight));
      said.classList.toggle("error", Boolean(problem));
    }, 300);
  };

  const within = (value, most) => Math.round(Math.max(0, Math.min(value, most)));
  const move = (left, top) => {
    field(form, "left").value = within(left, wide - field(form, "part").value);
    field(form, "top").value = within(top, high - tall());
    draw();
    ask();
  };
  const at = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY);
    return point.matrixTransform(picture.getScreenCTM().inverse());
  };

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  part.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const by = Math.max(1, Math.round(wide / (event.shiftKey ? 20 : 200)));
    move(Number(field(form, "left").value) + step[0] * by, Number(field(form, "top").value) + step[1] * by);
  });

  let from = null;
  picture.addEventListener("pointerdown", (event) => {
    const start = at(event);
    // Where a part may have any shape, a drag beside it begins a new one.
    const fresh = free && event.target !== part;
    from = { start, fresh, left: Number(field(form, "left").value), top: Number(field(form, "top").value) };
    picture.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  picture.addEventListener("pointermove", (event) => {
    if (!from) return;
    const now = at(event);
    if (!from.fresh) return move(from.left + now.x - from.start.x, from.top + now.y - from.start.y);
    const [left, right] = [from.start.x, now.x].sort((a, b) => a - b).map((x) => within(x, wide));
    const [top, bottom] = [from.start.y, now.y].sort((a, b) => a - b).map((y) => within(y, high));
    Object.entries({ left, top, part: right - left, tall: bottom - top }).forEach(([name, value]) => {
      field(form, name).value = value;
    });
    draw();
  });
  picture.addEventListener("pointerup", () => (from = null));
  form.addEventListener("input", () => (draw(), ask()));
});
