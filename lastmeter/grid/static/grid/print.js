// 打印 prints; 全选 picks every place of the list.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
for (const all of document.querySelectorAll("[data-pick-all]")) {
  all.addEventListener("change", () => {
    for (const box of all.closest("form").querySelectorAll("input[name=pick]")) box.checked = all.checked;
  });
}
