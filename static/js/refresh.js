// While work is under way, fetches the page again and puts its fresh part in place of the shown one.
const watch = (shown) => {
  if (!shown?.dataset.refresh) return;
  setTimeout(async () => {
    // Nobody looks, or somebody is in the middle of something: leave the page alone until the next round.
    if (document.hidden || shown.contains(document.activeElement)) return watch(shown);
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return watch(shown);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(shown.id);
    if (!fresh) return;
    shown.replaceWith(fresh);
    // What says that the work is done is written hidden: only who saw it begin is told.
    fresh.hidden = false;
    watch(fresh);
  }, Number(shown.dataset.refresh) * 1000);
};

document.querySelectorAll("[data-refresh]").forEach(watch);
