// Ignores the impatient second click. The server copes with it anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!event.submitter?.matches("[data-submit-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

// Coming back with the browser's Back button must not leave the form dead.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
