// The key that leads to the search field, as the field itself says.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  // The first one that is shown: the top bar hides its field on narrow screens.
  const field = [...document.querySelectorAll("[data-key]")].find(
    (candidate) => candidate.dataset.key === event.key && candidate.checkVisibility(),
  );
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
