// The print button of a page for the wall.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
