// A found position is sent at once: whoever tapped the button wants the place, not two numbers.
document.addEventListener("place", (event) => {
  const form = event.target.closest("form[data-sends-position]");
  if (form) form.requestSubmit();
});
