// Runs before the first paint: scripts are there, so what needs them may be shown.
document.documentElement.classList.add("js");
